"""Sources line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from gomem._display import inline_document
from gomem._output import write_file
from gomem._pickled import Pickled

if TYPE_CHECKING:
    import os

    from gomem import _gomem

__all__ = ["Listing"]


class Listing(Pickled):
    """Functions of a profile line by line, as `Profile.list` gives them.

    ``print`` shows them as ``gomem list`` does; a notebook shows the sources with a column of heat.
    """

    def __init__(self, inner: _gomem.Listing, /) -> None:
        self._inner = inner

    def to_frame(self) -> pl.DataFrame:
        """Return one row per line.

        Returns
        -------
        polars.DataFrame
            ``function``, ``line``, ``flat``, ``cum``, ``text`` (the source; null where none was
            found), ``flat_fraction``, ``cum_fraction``, ``bytes`` and ``objects`` (what the line
            allocates itself, in a heap profile), ``decisions`` (of the compiler: list of structs
            ``subject``, ``message``, ``cause``, ``certainty``, ``inlined_from``, ``advice``,
            ``column``), ``file`` (as the profile calls it), ``source`` (the file that was read),
            ``note`` (that there is none, or that it is not the one that was compiled).
        """
        return pl.DataFrame(self._inner.table())

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write the sources as one HTML file that needs nothing else."""
        write_file(path, self._inner.html())

    def __len__(self) -> int:
        return len(self._inner)

    def __str__(self) -> str:
        return self._inner.text()

    def __repr__(self) -> str:
        return f"Listing({len(self)} functions)"

    def _repr_html_(self) -> str:
        return inline_document(self._inner.html(), height=520)
