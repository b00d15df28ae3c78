"""Heap dumps and cores: who keeps memory alive."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from gomem import _gomem
from gomem._display import heading, table
from gomem._gomem import UsageError
from gomem._output import write_file
from gomem._pickled import Pickled
from gomem._profile import Profile

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from gomem._flame import FlameTree
    from gomem._source import Source

__all__ = ["Heap", "read_heap"]


class Heap(Pickled):
    """A program's heap and who keeps what of it, as `read_heap` gives it.

    Retained bytes and counts are exact: whole slots, each object in one row. Only the split among
    the lines that allocated is estimated, from the runtime's samples. Contents are never given out.
    """

    def __init__(self, inner: _gomem.Heap, /) -> None:
        self._inner = inner

    def summary(self) -> pl.DataFrame:
        """Show the dump in one row: what was read of it, and what the runtime itself counted.

        Returns
        -------
        polars.DataFrame
            ``source``, ``layouts``, ``go_version``, ``arch``, ``pointer_bytes``,
            ``big_endian``, ``complete``, ``binary_match``, ``objects``, ``bytes``,
            ``heap_objects``, ``heap_alloc_bytes``, ``phantom_slots``, ``reachable_bytes``,
            ``unreachable_bytes``, ``goroutines``, ``goroutines_inexact``, ``samples``,
            ``mem_profile_rate``, ``typed_fraction``.
        """
        return pl.DataFrame(self._inner.summary())

    @property
    def diagnostics(self) -> pl.DataFrame:
        """What the dump lacks, or what is wrong with it: severity, kind, offset, message.

        Returns
        -------
        polars.DataFrame
            ``severity``, ``kind``, ``offset``, ``message``.
        """
        return pl.DataFrame(self._inner.diagnostics())

    def retained(self, by: Literal["holder", "site", "type"] = "holder") -> pl.DataFrame:
        """Show what is kept: by who keeps it, also by the line that allocated it, or by type.

        One name in holders keeps it alone; several share it, and it goes when all let go.

        Returns
        -------
        polars.DataFrame
            ``holders``, ``kind``, ``retained_bytes``, ``retained_objects``,
            ``reachable_bytes``, ``fraction``, ``instances``, ``top_site_file``,
            ``top_site_line``.
        """
        return pl.DataFrame(self._inner.retained(by))

    def objects(self) -> pl.DataFrame:
        """Every object: address, size, type and site where they are known, and who keeps it.

        Returns
        -------
        polars.DataFrame
            ``object``, ``address``, ``bytes``, ``pointers``, ``type``, ``site_file``,
            ``site_line``, ``holders``, ``dominator``, ``retained_bytes``,
            ``reachable``.
        """
        return pl.DataFrame(self._inner.objects()).with_columns(
            pl.col("object", "dominator").cast(pl.UInt32)
        )

    def roots(self) -> pl.DataFrame:
        """List the words outside of the heap that point into it.

        Returns
        -------
        polars.DataFrame
            ``kind``, ``name``, ``symbol_offset``, ``goroutine``, ``frame``,
            ``target``, ``tier``.
        """
        return pl.DataFrame(self._inner.roots()).with_columns(pl.col("target").cast(pl.UInt32))

    def paths(self, to: int | str | None = None, *, limit: int = 20) -> pl.DataFrame:
        """Show ways from holders to objects, the shortest to each; ways that look alike are one.

        There is no way to what no root reaches.

        Parameters
        ----------
        to
            The number of an object, the name of a holder, or ``"file.go:43"``: the sampled objects
            that this line allocated. Without it, everything.
        limit
            How many ways, those that lead to the most bytes first.

        Returns
        -------
        polars.DataFrame
            ``path``, ``step``, ``edge``, ``repeat``, ``object``, ``bytes``, ``type``.

        Raises
        ------
        UsageError
            When there is no such object or holder.
        """
        if limit < 0:
            raise UsageError(f"limit is at least 0, not {limit}")
        return pl.DataFrame(self._inner.paths(to, limit)).with_columns(
            pl.col("object").cast(pl.UInt32)
        )

    def outline(self, holder: str | None = None) -> pl.DataFrame:
        """Show what holders keep, in steps: objects that look alike are one, and so is a list.

        Parameters
        ----------
        holder
            Its name; without it, all of them.

        Returns
        -------
        polars.DataFrame
            ``holders``, ``step``, ``edge``, ``label``, ``repeat``, ``retained_bytes``,
            ``own_bytes``, ``site_file``, ``site_line``, ``parent``.
        """
        return pl.DataFrame(self._inner.outline(holder))

    def flame(self) -> FlameTree:
        """Holders, their steps and what they keep; a notebook shows it as a flame graph."""
        return self.to_profile().flame()

    def windows(self, *, min_bytes: int = 4096, ratio: int = 8) -> pl.DataFrame:
        """Small slices and strings that keep a large buffer alive, a row per buffer.

        A buffer of at least `min_bytes` of which all views show one part of `ratio` or less.

        Returns
        -------
        polars.DataFrame
            ``holders``, ``object``, ``buffer_bytes``, ``shown_bytes``, ``views``,
            ``kind``, ``site_file``, ``site_line``.
        """
        return pl.DataFrame(self._inner.windows(min_bytes, ratio))

    def maps(self) -> pl.DataFrame:
        """List maps and how full they are: a map never shrinks. gomem knows them by their shape.

        Returns
        -------
        polars.DataFrame
            ``holders``, ``object``, ``entries``, ``capacity``, ``table_bytes``,
            ``fill``, ``key``, ``value``.
        """
        return pl.DataFrame(self._inner.maps())

    def goroutines(self) -> pl.DataFrame:
        """Goroutines, why they wait, and what each of them alone keeps.

        Returns
        -------
        polars.DataFrame
            ``goroutine``, ``state``, ``wait_reason``, ``system``, ``entry``,
            ``stack``, ``created_by``, ``created_file``, ``created_line``, ``retained_bytes``,
            ``group``.
        """
        return pl.DataFrame(self._inner.goroutines())

    def diff(self, before: Heap) -> pl.DataFrame:
        """Compare with an earlier dump of the same program, by holders and lines.

        Returns
        -------
        polars.DataFrame
            ``holders``, ``kind``, ``file``, ``line``, ``before_bytes``,
            ``after_bytes``, ``delta_bytes``, ``status``.
        """
        return pl.DataFrame(self._inner.diff(before._inner))

    def to_profile(self) -> Profile:
        """Give a profile of ``retained_space``: a stack begins with a holder, a step is a frame."""
        return Profile(self._inner.profile())

    def redact(self, path: str | os.PathLike[str]) -> None:
        """Write the dump or core without the program's texts, fit to send; it has the same holders.

        A core is read again for this. The file is about as large, with holes where nothing is left.

        Raises
        ------
        UsageError
            Of a core that was read from a file object, or not on Linux.
        """
        redacted = self._inner.redacted()
        if redacted is not None:
            write_file(path, bytes(redacted), private=True)
            return
        if self._recipe is None:
            raise UsageError("to redact a core, read it from a path or from bytes")
        (source,), options = self._recipe.sources, self._recipe.options
        limits = list((options["limits"] or {}).items())
        redact = partial(_gomem.redact_core, source, binary=options["binary"], limits=limits)
        write_file(path, redact, private=True)

    def __repr__(self) -> str:
        version, objects, size = self._inner.facts
        return f"Heap({objects:,} objects, {size:,} bytes, {version})"

    def _repr_html_(self) -> str:
        shown = self.retained().select("holders", "kind", "retained_bytes", "fraction", "instances")
        return heading(repr(self)) + table(shown.head(_ROWS))


def read_heap(
    source: Source,
    *,
    binary: Source | None = None,
    roots: Literal["preferred", "all"] = "preferred",
    mem_profile_rate: float | None = None,
    limits: Mapping[str, int] | None = None,
) -> Heap:
    """Read a heap dump, as ``runtime/debug.WriteHeapDump`` writes it, Go 1.7 to 1.27, or a core.

    Cores of Go 1.21 to 1.27 on Linux are read, as ``gcore`` or the kernel writes them.

    Parameters
    ----------
    source
        A path, bytes or a binary file object; compressed (gzip, zstd) or not.
    binary
        The program's file, with symbols: it names global variables. From one that did not
        write the dump no name is taken, and `Heap.diagnostics` says so. A core needs the one that
        ran; ``"auto"`` takes the file that the core says it ran from.
    roots
        ``"all"`` counts the runtime's own lists like the program's variables.
    mem_profile_rate
        The program's ``runtime.MemProfileRate``; without it, an estimate.
    limits
        ``objects`` and ``edges``: how many are accepted.

    Raises
    ------
    UsageError
        When a core comes without the program's file.
    DecodeError
        When it is neither, or a core of another program than the file's.
    LimitError
        When there is more than is accepted.

    Examples
    --------
    >>> import gomem as gm
    >>> heap = gm.read_heap(
    ...     "testdata/heap/holders-go1.27.3.dump.gz",
    ...     binary="testdata/heap/holders-go1.27.3.bin.gz",
    ... )
    >>> heap.retained().filter(kind="timer").select("holders", "retained_bytes").row(0)
    (['main.expire.func1'], 114720)
    """
    inner = _gomem.read_heap(
        source,
        binary=binary,
        roots=roots,
        mem_profile_rate=mem_profile_rate,
        limits=list((limits or {}).items()),
    )
    program = Path(binary) if isinstance(binary, str) and binary != "auto" else binary
    options = {"binary": program, "roots": roots, "mem_profile_rate": mem_profile_rate}
    return Heap(inner)._made_by(read_heap, source, limits=limits, **options)


_ROWS = 20
