"""Benchmarks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from gomem import _gomem
from gomem._escape import EscapeLog, read_escape_log
from gomem._pickled import Pickled
from gomem._pprof import read_pprof
from gomem._profile import Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gomem._source import Source

__all__ = ["BenchComparison", "BenchLines", "Benchmarks", "read_bench"]


class Benchmarks(Pickled):
    """What ``go test -bench`` printed, as `read_bench` gives it."""

    def __init__(self, inner: _gomem.Benchmarks, /) -> None:
        self._inner = inner

    def runs(self) -> pl.DataFrame:
        """Return one row per run and unit.

        Returns
        -------
        polars.DataFrame
            ``benchmark`` (with sub-benchmarks and processors), ``unit`` (as it is printed),
            ``value``, ``iterations``, ``package``, ``machine``, ``start``, ``line``.
        """
        return pl.DataFrame(self._inner.runs())

    @cached_property
    def remarks(self) -> pl.DataFrame:
        """What failed, and damaged lines: ``line``, ``text``, ``is_failure``."""
        return pl.DataFrame(self._inner.remarks())

    def lines(
        self, profile: Profile | Source, escapes: EscapeLog | Source | None = None
    ) -> BenchLines:
        """Say at which lines each benchmark allocates, for each operation.

        Lines are named where their sum is what the benchmark printed, within 0.5 %.

        Parameters
        ----------
        profile
            The memory profile of the same runs (``-memprofile``, ``-memprofilerate=1`` and a fixed
            ``-benchtime=1000x``), or what `read_pprof` takes.
        escapes
            The compiler's log of the same code, or what `read_escape_log` takes.
        """
        of = profile if isinstance(profile, Profile) else read_pprof(profile)
        log = escapes
        if log is not None and not isinstance(log, EscapeLog):
            log = read_escape_log(log)
        table, notes = self._inner.lines(of._inner, None if log is None else log._inner)
        return BenchLines(table, notes)._made_by(Benchmarks.lines, self, profile, escapes)

    def diff(self, before: Benchmarks) -> BenchComparison:
        r"""Compare with the benchmarks before a change, as ``benchstat`` does.

        Counts that are the same in all runs are compared exactly, all else by the test of Mann and
        Whitney at 5 %.

        Examples
        --------
        >>> import gomem as gm
        >>> before, after = (
        ...     gm.read_bench(b"BenchmarkRender 1000 %d allocs/op\n" % count * 3)
        ...     for count in (12, 14)
        ... )
        >>> after.diff(before).to_frame().select("benchmark", "delta", "verdict").row(0)
        ('BenchmarkRender', 2.0, 'worse')
        """
        inner = self._inner.compare(before._inner)
        return BenchComparison(inner)._made_by(Benchmarks.diff, self, before)

    def __len__(self) -> int:
        return len(self._inner)

    def __repr__(self) -> str:
        return f"Benchmarks({len(self)} runs)"


class BenchLines(Pickled):
    """Where benchmarks allocate, as `Benchmarks.lines` gives it."""

    def __init__(self, inner: _gomem.Table, notes: list[str], /) -> None:
        self._inner = inner
        self._notes = notes

    def to_frame(self) -> pl.DataFrame:
        """Return one row per benchmark and allocation site.

        Returns
        -------
        polars.DataFrame
            ``benchmark``, ``place``, ``callee`` (null for what the line allocates itself),
            ``allocs`` and ``bytes`` of an operation, ``reason``, ``compiler_message``,
            ``package``, ``function``, ``file``, ``line``, ``site_function``, ``site_place``.
        """
        return pl.DataFrame(self._inner)

    @property
    def notes(self) -> list[str]:
        """The benchmarks whose lines are not known, or not all, and why."""
        return list(self._notes)

    def __repr__(self) -> str:
        return f"BenchLines({self.to_frame()['benchmark'].n_unique()} benchmarks)"


class BenchComparison(Pickled):
    """Two outputs of the same benchmarks, as `Benchmarks.diff` gives them."""

    def __init__(self, inner: _gomem.BenchComparison, /) -> None:
        self._inner = inner

    def to_frame(self) -> pl.DataFrame:
        """Return one row per benchmark and unit.

        Returns
        -------
        polars.DataFrame
            ``benchmark``, ``unit``, ``base`` and ``current`` (medians), ``delta``,
            ``delta_fraction``, ``verdict`` (``worse``, ``better``, ``changed``, ``same``: nothing
            is shown, ``unsure``: so few runs do not tell, ``new``, ``gone``), ``basis``
            (``exact``, ``ranks``, ``nothing``), ``p``, ``base_runs``, ``current_runs``, the ends
            of the medians' intervals of 95 % (``base_low``, ``base_high``, ``current_low``,
            ``current_high``; null of fewer than six runs), ``package``.
        """
        return pl.DataFrame(self._inner.table())

    def means(self) -> pl.DataFrame:
        """Return one row per unit: ``unit``, ``benchmarks``, ``ratio`` (geometric mean)."""
        return pl.DataFrame(self._inner.means())

    @property
    def notes(self) -> list[str]:
        """What to know about the comparison."""
        return self._inner.notes

    def __repr__(self) -> str:
        shown = self.to_frame()["verdict"].cast(pl.String).value_counts().rows()
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(shown))
        return f"BenchComparison({told})"


def read_bench(source: Source | Sequence[Source]) -> Benchmarks:
    r"""Read what ``go test -bench`` printed.

    Parameters
    ----------
    source
        A path, bytes, or a binary file object; a list of them is one output. ``-count``,
        sub-benchmarks, any unit, ``Unit`` lines and the events of ``go test -json`` are read;
        other output may stand between.

    Raises
    ------
    FileNotFoundError
        When the path leads nowhere.
    DecodeError
        When there is no benchmark in it.

    Examples
    --------
    >>> import gomem as gm
    >>> gm.read_bench(b"BenchmarkRender-8 \t 1000 \t 250 ns/op \t 2 allocs/op\n").runs().height
    2
    """
    return Benchmarks(_gomem.read_bench(source))._made_by(read_bench, source)
