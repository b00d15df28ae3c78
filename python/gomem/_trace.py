"""Execution traces: who pays for the garbage collector, and how long objects live."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

import polars as pl

from gomem import _gomem
from gomem._display import inline_document
from gomem._output import write_file
from gomem._pickled import Pickled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from gomem._source import Source

__all__ = ["Trace", "read_trace"]

GroupBy: TypeAlias = Literal[
    "stack", "function", "line", "goroutine", "region", "task", "task_name", "cycle"
]


class Trace(Pickled):
    """An execution trace, as `read_trace` gives it.

    Seconds count from the trace's first event. Null is unknown: what began before the trace has no
    start, and what had not ended has no length.
    """

    def __init__(self, inner: _gomem.Trace, /) -> None:
        self._inner = inner

    @property
    def format(self) -> str:
        """The format that the header names: Go 1.24 writes that of 1.23, Go 1.27 that of 1.26."""
        return self._inner.format

    @property
    def generations(self) -> int:
        """How many generations were read."""
        return self._inner.generations

    @property
    def complete(self) -> bool:
        """Whether every byte was read, and the last generation has its end."""
        return self._inner.complete

    @property
    def duration_seconds(self) -> float:
        """From the first event to the last."""
        return self._inner.duration_seconds

    @property
    def start(self) -> datetime | None:
        """When it begins, UTC; None before Go 1.25."""
        start = self._inner.start_unix_ms
        return None if start is None else datetime.fromtimestamp(start / 1000, UTC)

    @property
    def procs(self) -> int | None:
        """``GOMAXPROCS`` at the end."""
        return self._inner.procs

    @property
    def experiments(self) -> list[str]:
        """Give the experiments of the program: ``AllocFree`` traces births and deaths."""
        return self._inner.experiments

    @property
    def diagnostics(self) -> pl.DataFrame:
        """What is missing or could not be read, and where.

        Returns
        -------
        polars.DataFrame
            ``offset``, ``generation``, ``kind``, ``message``.
        """
        return pl.DataFrame(self._inner.diagnostics())

    def summary(self) -> pl.DataFrame:
        """Show the trace in one row.

        Returns
        -------
        polars.DataFrame
            ``format``, ``generations``, ``complete``, ``duration_seconds``, ``start``, ``procs``,
            ``events``, ``cycles``, ``pause_seconds``, ``pause_max_seconds``, ``assist_seconds``,
            ``assist_max_seconds``, ``allocfree``.
        """
        return pl.DataFrame(self._inner.summary())

    def events(self) -> pl.DataFrame:
        """Count the events of each type, by the names of ``go tool trace -d=wire``.

        Returns
        -------
        polars.DataFrame
            ``event``, ``count``.
        """
        return pl.DataFrame(self._inner.events())

    def cycles(self, *, gogc: int | None = None) -> pl.DataFrame:
        """Give a row per GC cycle.

        Live heap and goals are the pacer's, to the byte; stops are as long as the program felt
        them.

        Parameters
        ----------
        gogc
            The program's GOGC, which is not in the trace: with it, ``roots_bytes`` is known.

        Returns
        -------
        polars.DataFrame
            ``cycle`` (from 1; not the runtime's number), ``start_seconds``, ``end_seconds``,
            ``trigger`` (heap, forced, periodic, unknown), ``trigger_function``, ``trigger_file``,
            ``trigger_line``, ``heap_start_bytes``, ``heap_end_bytes``, ``heap_live_bytes``,
            ``goal_bytes``, ``next_goal_bytes``, ``roots_bytes``, ``mark_seconds``,
            ``stw_sweep_seconds``, ``stw_mark_term_seconds``, ``assist_seconds``,
            ``assist_running_seconds``, ``dedicated_seconds``, ``fractional_seconds``,
            ``idle_seconds``, ``procs``, ``forced``, ``complete``.
        """
        return pl.DataFrame(self._inner.cycles(gogc))

    def pauses(self) -> pl.DataFrame:
        """List the stops of the world, whoever stopped it.

        Returns
        -------
        polars.DataFrame
            ``start_seconds``, ``seconds`` (as the program felt it), ``runtime_seconds`` (as
            ``MemStats.PauseTotalNs`` counts it), ``reason``, ``is_gc``, ``cycle``, ``goroutine``,
            ``function``, ``file``, ``line``, ``region``, ``task``.
        """
        return pl.DataFrame(self._inner.pauses())

    def assists(self, *, by: GroupBy | None = None) -> pl.DataFrame:
        """List the times in which a goroutine had to help the garbage collector.

        Parameters
        ----------
        by
            What they are added up by; without it, a row each.

        Returns
        -------
        polars.DataFrame
            ``start_seconds``, ``wall_seconds``, ``running_seconds``, ``stw_seconds`` (its own stop
            of the world in it), ``goroutine``, ``cycle``, ``function``, ``file``, ``line`` (the
            first frame that is not the runtime's), ``stack``, ``region``, ``task``, ``task_name``,
            ``task_by``.

            With `by`: the key, ``count``, ``wall_seconds``, ``running_seconds``,
            ``max_seconds``, ``wall_fraction``, those that took longest first.
        """
        return pl.DataFrame(self._inner.assists(by))

    def sweeps(self, *, by: GroupBy | None = None) -> pl.DataFrame:
        """List the times in which a goroutine swept, for an allocation or in the background.

        Parameters
        ----------
        by
            What they are added up by; without it, a row each.

        Returns
        -------
        polars.DataFrame
            ``start_seconds``, ``seconds``, ``swept_bytes``, ``reclaimed_bytes``, ``background``,
            ``goroutine``, ``cycle`` (whose garbage it is), ``function``, ``file``, ``line``,
            ``stack``, ``region``, ``task``, ``task_name``, ``task_by``.

            With `by`: the key,
            ``count``, ``seconds``, ``max_seconds``, ``swept_bytes``, ``reclaimed_bytes``,
            ``fraction``.
        """
        return pl.DataFrame(self._inner.sweeps(by))

    def workers(self, *, by: Literal["mode", "cycle"] | None = None) -> pl.DataFrame:
        """List the times in which a goroutine of the garbage collector ran.

        Parameters
        ----------
        by
            What they are added up by; without it, a row each.

        Returns
        -------
        polars.DataFrame
            ``mode`` (dedicated, fractional, idle), ``cycle``, ``goroutine``, ``start_seconds``,
            ``seconds``, ``marking_seconds``.

            With `by`: the key, ``count``, ``seconds``,
            ``marking_seconds``.
        """
        return pl.DataFrame(self._inner.workers(by))

    def heap(self, *, every: float | None = None) -> pl.DataFrame:
        """Show the heap over time, as the pacer counts it: not ``MemStats.HeapAlloc``.

        Parameters
        ----------
        every
            Keep only the largest and the last size of each so many seconds.

        Returns
        -------
        polars.DataFrame
            ``seconds``, ``heap_live_bytes``, ``cycle``.
        """
        return pl.DataFrame(self._inner.heap(every))

    def goals(self) -> pl.DataFrame:
        """List the goals of the heap, as they were set.

        Returns
        -------
        polars.DataFrame
            ``seconds``, ``goal_bytes`` (null: GOGC=off).
        """
        return pl.DataFrame(self._inner.goals())

    def tasks(self) -> pl.DataFrame:
        """List the program's tasks, and what the garbage collector cost them.

        Returns
        -------
        polars.DataFrame
            ``task``, ``parent``, ``name``, ``goroutine``, ``start_seconds``, ``seconds``,
            ``assist_seconds``, ``pause_seconds``, ``complete``.
        """
        return pl.DataFrame(self._inner.tasks())

    def regions(self) -> pl.DataFrame:
        """List the program's regions, and what the garbage collector cost them.

        Returns
        -------
        polars.DataFrame
            ``task``, ``name``, ``goroutine``, ``start_seconds``, ``seconds``,
            ``assist_seconds``, ``pause_seconds``, ``complete``.
        """
        return pl.DataFrame(self._inner.regions())

    def logs(self) -> pl.DataFrame:
        """List the program's log lines: text of its users.

        Returns
        -------
        polars.DataFrame
            ``seconds``, ``task``, ``goroutine``, ``key``, ``value``.
        """
        return pl.DataFrame(self._inner.logs())

    def lifetimes(self, *, by: Literal["type", "size"] = "type") -> pl.DataFrame:
        """Show how long objects live, of a program that ran with ``GODEBUG=traceallocfree=1``.

        Parameters
        ----------
        by
            A row per type and size of slot, or per size alone.

        Returns
        -------
        polars.DataFrame
            ``type``, ``size_bytes`` (of a slot), ``noscan``, ``existed``, ``allocated``,
            ``freed``, ``alive``, ``allocated_bytes``, ``cycles_median``, ``cycles_p99``,
            ``dead_at_first_gc_fraction`` (of allocated), ``seconds_median``, ``seconds_p99``,
            ``pool_candidate``.

        Raises
        ------
        UsageError
            When births and deaths are not in the trace.
        """
        return pl.DataFrame(self._inner.lifetimes(by))

    def __repr__(self) -> str:
        cycles = self.summary()["cycles"][0]
        state = "" if self.complete else ", not complete"
        return f"Trace(Go {self.format}, {self.duration_seconds:.3f} s, {cycles} GC cycles{state})"

    def to_html(self, path: str | PathLike[str]) -> None:
        """Write the heap, its goal, pauses and assists over time as one HTML file.

        The worst twenty stalls are named: when, how long, at which line, in which task and region.
        The file loads nothing.
        """
        write_file(path, self._inner.html(repr(self)))

    def _repr_html_(self) -> str:
        return inline_document(self._inner.html(repr(self)), height=_HEIGHT)


def read_trace(source: Source, *, limits: Mapping[str, int] | None = None) -> Trace:
    """Read an execution trace of Go 1.22 or later, as ``runtime/trace`` writes it.

    ``/debug/pprof/trace``, ``go test -trace`` and the flight recorder write the same. One that is
    torn or cut is read to where it ends.

    Parameters
    ----------
    source
        A path, bytes or a binary file object.
    limits
        ``events``, ``generation_bytes``, ``threads``, ``stacks``, ``text_bytes`` and
        ``objects``: how much is accepted.

    Examples
    --------
    >>> import gomem as gm
    >>> trace = gm.read_trace("testdata/traces/stops-1.27.3.trace")
    >>> trace.cycles().filter("forced")["trigger_function"].unique().to_list()
    ['runtime/debug.freeOSMemory']
    >>> trace.pauses().filter(reason="read mem stats").height
    3
    """
    inner = _gomem.read_trace(source, limits=list((limits or {}).items()))
    return Trace(inner)._made_by(read_trace, source, limits=limits)


_HEIGHT = 900
