"""A bundle before a change and one after it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from gomem import _gomem
from gomem._output import write_file
from gomem._pickled import Pickled

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from gomem._source import Source

__all__ = ["Comparison", "compare"]


class Comparison(Pickled):
    """What a change was predicted to save and what it saved, as `compare` gives it."""

    def __init__(self, inner: _gomem.Comparison, /) -> None:
        self._inner = inner

    @cached_property
    def quantities(self) -> pl.DataFrame:
        """What was measured before and after, and predicted from the run before.

        ``quantity`` (``gc_cycles``, ``gc_seconds``, ``gc_cpu_fraction``, ``alloc_bytes``,
        ``live_bytes``, ``peak_resident_bytes``, ``work``), ``before``, ``predicted``,
        ``predicted_low`` and ``predicted_high`` (90 %), ``after``. Null is not known.
        """
        return pl.DataFrame(self._inner.quantities())

    @cached_property
    def lines(self) -> pl.DataFrame:
        """The lines that changed, what got worse first.

        ``change`` (``new_leak``, ``new``, ``leak_fixed``, ``fixed``), ``place``, ``callee`` (null
        for what the line allocates itself), ``bytes_fraction``, ``left_fraction``,
        ``inuse_bytes_before`` and ``inuse_bytes_after`` (of leaks), and the whole ``function``,
        ``file`` and ``line``.
        """
        return pl.DataFrame(self._inner.lines())

    @cached_property
    def benchmarks(self) -> pl.DataFrame:
        """What became of the benchmarks, as `Benchmarks.diff` gives it.

        It has no rows unless both bundles have output of ``go test -bench``.
        """
        return pl.DataFrame(self._inner.benchmarks())

    @cached_property
    def benchmark_lines(self) -> pl.DataFrame:
        """At which lines benchmarks allocate more or less for each operation."""
        return pl.DataFrame(self._inner.benchmark_lines())

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write the comparison as JSON, for machines."""
        write_file(path, self._inner.json())

    def __str__(self) -> str:
        return self._inner.text()

    def __repr__(self) -> str:
        return f"Comparison({len(self.lines)} lines changed)"

    def _repr_html_(self) -> str:
        return f"<pre>{_gomem.html_text(self._inner.text())}</pre>"


def compare(before: Source | Sequence[Source], after: Source | Sequence[Source]) -> Comparison:
    r"""Compare two bundles of the same work, before a change and after it.

    A line is new when it allocates half again as much as before for the same work, by more than
    the sampler's chance.

    Parameters
    ----------
    before
        A folder, or a list of files, as for `postmortem`.
    after
        The same of the program with the change, under the same load.

    Raises
    ------
    FileNotFoundError
        When a path leads nowhere.
    DecodeError
        When nothing is recognised in one of the two.

    Examples
    --------
    >>> import gomem as gm
    >>> heap = (
    ...     "heap profile: 1: 4096 [{0}: {1}] @ heap/1048576\n"
    ...     "1: 4096 [{0}: {1}] @ 0x401000\n"
    ...     "#\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n"
    ... )
    >>> before, after = ([heap.format(n, n * 4096).encode()] for n in (30_000, 300))
    >>> gm.compare(before, after).lines.select("change", "place").rows()
    [('fixed', 'app/parse.go:12')]
    """
    return Comparison(_gomem.compare(before, after))._made_by(compare, before, after)
