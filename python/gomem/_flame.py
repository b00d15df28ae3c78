"""Flame graphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from gomem._display import inline_document
from gomem._output import write_file
from gomem._pickled import Pickled

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from gomem import _gomem

__all__ = ["FlameTree"]


class FlameTree(Pickled):
    """The stacks of a profile, folded from the root."""

    def __init__(self, inner: _gomem.FlameTree, /) -> None:
        self._inner = inner

    def to_frame(self) -> pl.DataFrame:
        """One row per node: ``node``, ``parent``, ``depth``, ``name``, ``self``, ``total``."""
        return pl.DataFrame(self._inner.table())

    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    ) -> None:
        """Write an interactive flame graph as one HTML file that needs nothing else.

        Parameters
        ----------
        path
            The file.
        source
            A folder with sources, or several, as for `Profile.list`: frames of a profile then lead
            to the lines of their functions, 100 of them and 1 MiB at most. A difference has none.
        """
        html = self._inner.html(Path(path).stem, source)
        write_file(path, html)

    def __repr__(self) -> str:
        return f"FlameTree({len(self._inner)} nodes)"

    def _repr_html_(self) -> str:
        return inline_document(self._inner.html("flame graph", ()), height=520)

    def _details(self) -> str:
        """Show it below a summary, as part of what it was made of."""
        return f"<details open><summary>flame graph</summary>{self._repr_html_()}</details>"
