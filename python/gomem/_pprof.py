"""Profiles."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from gomem import _gomem

if TYPE_CHECKING:
    import os

    from gomem._source import Source

__all__ = ["FlameTree", "Profile", "SampleType", "inline_document", "read_pprof"]


class SampleType(NamedTuple):
    """What a profile counts."""

    name: str
    unit: str


class Profile:
    """A pprof profile, as `read_pprof` gives it."""

    def __init__(self, inner: _gomem.Profile, /) -> None:
        self._inner = inner

    @property
    def sample_types(self) -> list[SampleType]:
        """What is counted, in the order of the columns of `samples`."""
        return [SampleType(*kind) for kind in self._inner.sample_types]

    @property
    def default_sample_type(self) -> str | None:
        """What is shown when nothing is asked for."""
        return self._inner.default_sample_type

    @property
    def time(self) -> datetime | None:
        """When it was taken, in UTC."""
        nanos = self._inner.time_nanos
        return None if nanos is None else datetime.fromtimestamp(nanos / 1e9, tz=UTC)

    @property
    def duration(self) -> timedelta | None:
        """What it covers, for profiles that cover a time."""
        nanos = self._inner.duration_nanos
        return None if nanos is None else timedelta(microseconds=nanos / 1e3)

    @property
    def period(self) -> int:
        """The sampling period: for a heap profile ``runtime.MemProfileRate`` in bytes."""
        return self._inner.period

    @property
    def comments(self) -> list[str]:
        """Free text."""
        return self._inner.comments

    @property
    def diagnostics(self) -> pl.DataFrame:
        """What had to be repaired: ``offset`` in the inflated profile, and ``problem``."""
        return pl.DataFrame(self._inner.diagnostics())

    def samples(self) -> pl.DataFrame:
        """One row per sample.

        Returns
        -------
        polars.DataFrame
            ``sample``, ``stack`` (function names, leaf first), one Int64 column per sample type,
            ``labels`` (list of structs ``key``, ``str``, ``num``, ``unit``).
        """
        return pl.DataFrame(self._inner.samples())

    def frames(self) -> pl.DataFrame:
        """One row per stack and frame.

        Returns
        -------
        polars.DataFrame
            ``stack_id``, ``depth`` (0 is the leaf), ``function``, ``package``, ``file``, ``line``,
            ``start_line``, ``address``, ``mapping``, ``inlined``.
        """
        return pl.DataFrame(self._inner.frames())

    def top(
        self,
        sample_type: str | None = None,
        *,
        by: Literal[
            "function", "filefunction", "file", "line", "address", "package", "module"
        ] = "function",
    ) -> pl.DataFrame:
        """Flat and cum of every key, as ``go tool pprof -top`` sums them.

        Parameters
        ----------
        sample_type
            What to sum; without it, `default_sample_type`.
        by
            What makes two frames one key.

        Returns
        -------
        polars.DataFrame
            The key's columns, ``flat``, ``cum``, ``flat_fraction``, ``cum_fraction``; the largest
            flat first.

        Raises
        ------
        UsageError
            When the profile has no such sample type.
        """
        return pl.DataFrame(self._inner.top(sample_type, by=by))

    def flame(self, sample_type: str | None = None) -> FlameTree:
        """Fold the stacks from the root; a notebook shows the result as a flame graph."""
        return FlameTree(self._inner.flame(sample_type))

    def to_folded(self, sample_type: str | None = None) -> str:
        """Folded stacks, as ``flamegraph.pl`` reads them: ``root;caller;leaf value``."""
        return self._inner.flame(sample_type).folded()

    def __len__(self) -> int:
        return len(self._inner)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{kind.name}/{kind.unit}" for kind in self.sample_types)
        return f"Profile({len(self)} samples of {kinds})"

    def _repr_html_(self) -> str:
        return self.flame()._repr_html_()


class FlameTree:
    """The stacks of a profile, folded from the root."""

    def __init__(self, inner: _gomem.FlameTree, /) -> None:
        self._inner = inner

    def to_frame(self) -> pl.DataFrame:
        """One row per node: ``node``, ``parent``, ``depth``, ``name``, ``self``, ``total``."""
        return pl.DataFrame(self._inner.table())

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write an interactive flame graph as one HTML file that needs nothing else."""
        Path(path).write_text(self._inner.html(Path(path).stem), encoding="utf-8")

    def __repr__(self) -> str:
        return f"FlameTree({len(self._inner)} nodes)"

    def _repr_html_(self) -> str:
        return inline_document(self._inner.html("flame graph"), height=520)


def inline_document(document: str, *, height: int) -> str:
    """Put a document into a notebook's page, apart from the page's own scripts and styles."""
    return (
        f'<iframe srcdoc="{html.escape(document)}" sandbox="allow-scripts" '
        f'style="width:100%;height:{height}px;border:0"></iframe>'
    )


def read_pprof(
    source: Source, *, max_decompressed_bytes: int | None = None, strict: bool = False
) -> Profile:
    """Read a pprof profile: heap, allocs, CPU, goroutine, mutex, block or any other.

    Parameters
    ----------
    source
        A path, bytes, or a binary file object; gzipped or not.
    max_decompressed_bytes
        How large it may become when inflated; 1 GiB by default.
    strict
        Raise for flaws that could be repaired, as ``go tool pprof`` does, instead of listing them
        in `Profile.diagnostics`.

    Raises
    ------
    FileNotFoundError
        When the path leads nowhere.
    DecodeError
        When it is no profile, or damaged; ``offset`` says where.
    LimitError
        When it is too large.

    Examples
    --------
    >>> import gomem as gm
    >>> gm.read_pprof(b"heap profile: 1: 2 [3: 4] @ heap/1048576")
    Traceback (most recent call last):
        ...
    gomem.DecodeError: <bytes>: a text heap profile (debug=1) is not read here; take it without...
    """
    return Profile(
        _gomem.read_pprof(source, max_decompressed_bytes=max_decompressed_bytes, strict=strict)
    )
