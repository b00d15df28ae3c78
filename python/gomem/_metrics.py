"""Metrics and GC traces."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import polars as pl

from gomem import _gomem
from gomem._display import facts, heading
from gomem._output import write_file
from gomem._pickled import Pickled
from gomem._window import end_of_window

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from datetime import datetime

    from gomem._source import Source

__all__ = ["GomemWarning", "Metrics", "Waterfall", "diagnose", "read_gctrace", "read_metrics"]

Format: TypeAlias = Literal[
    "auto",
    "prometheus",
    "openmetrics",
    "api",
    "promtool",
    "expvar",
    "memstats",
    "runtime_metrics",
    "victoriametrics",
    "protobuf",
    "panel_csv",
    "memstats_log",
    "influx_lines",
    "otlp_json",
    "go_metrics",
    "json_records",
    "long_csv",
]


class GomemWarning(UserWarning):
    """Something was read, but not all of it."""


class Metrics(Pickled):
    """Metrics of one or more programs over time, as `read_metrics` gives them."""

    def __init__(self, inner: _gomem.Metrics, /) -> None:
        self._inner = inner

    def series(self) -> pl.DataFrame:
        """Return one row per sample.

        Returns
        -------
        polars.DataFrame
            ``time``, ``metric``, ``labels`` (list of structs ``key``, ``value``) and ``value``.

        Examples
        --------
        >>> import gomem as gm
        >>> gm.read_metrics(b'up{job="api"} 1').series()["value"].to_list()
        [1.0]
        """
        return pl.DataFrame(self._inner.series())

    def state(self) -> pl.DataFrame:
        """Return the Go runtime's state, one row per target and scrape.

        The quantities have one name each, whatever naming scheme the exporter follows, with the
        unit at its end. Null: not exported. ``gogc_percent`` is infinite when GOGC is off, and
        ``memory_limit_bytes`` when there is no limit.

        Returns
        -------
        polars.DataFrame
            ``target``, ``run`` (counts restarts), ``time``, then one column per quantity.

        Examples
        --------
        >>> import gomem as gm
        >>> state = gm.read_metrics(b"go_memstats_next_gc_bytes 4.2e+07").state()
        >>> state["heap_goal_bytes"].to_list(), state["goroutines"].to_list()
        ([42000000.0], [None])
        """
        return pl.DataFrame(self._inner.state())

    def cycles(self) -> pl.DataFrame:
        """Return one row per scrape before which a GC cycle ended.

        Returns
        -------
        polars.DataFrame
            ``target``, ``run``, ``time``, ``cycle`` (its number), ``cycles`` (how many ended since
            the scrape before), ``live_bytes``, ``live_is_estimate`` (computed from the goal),
            ``regime`` (what sets the goal, and so whether it tells the live heap),
            ``goal_bytes``, ``alloc_bytes`` (since the scrape before).
        """
        return pl.DataFrame(self._inner.cycles())

    def waterfall(self, *, time: datetime | None = None) -> Waterfall:
        """Divide the memory of the process into parts that add up.

        Parameters
        ----------
        time
            The moment that the picture shows, with its time zone; the last one by default.

        Examples
        --------
        >>> import gomem as gm
        >>> parts = gm.read_metrics("examples/incident/before/metrics").waterfall().to_frame()
        >>> parts["component"].unique(maintain_order=True).to_list()[:3]
        ['live', 'garbage', 'fragmentation']
        """
        return Waterfall(self._inner, time)._made_by(Metrics.waterfall, self, time=time)

    def within(
        self, start: str | datetime | None = None, end: str | datetime | None = None
    ) -> Metrics:
        """Return what was observed in a window of time, both ends included.

        Texts such as ``"2026-11-08 09:30"`` are UTC where they have no zone, and a day, a minute or
        a second is meant with all of it. `None` is no end.

        Raises
        ------
        UsageError
            When the window ends before it begins, or one of its ends is no time.

        Examples
        --------
        >>> import gomem as gm
        >>> metrics = gm.read_metrics("examples/incident/before/metrics")
        >>> metrics.within("2026-11-24 01:42", "2026-11-24 01:43")
        Metrics(120 scrapes, 67 series)
        """
        ends = (end_of_window(start), end_of_window(end))
        return Metrics(self._inner.within(ends))._made_by(
            Metrics.within, self, start=ends[0], end=ends[1]
        )

    def histograms(self) -> pl.DataFrame:
        """Return native histograms as they stand.

        Returns
        -------
        polars.DataFrame
            ``time``, ``metric``, ``labels`` (as text) and ``histogram``.
        """
        return pl.DataFrame(self._inner.histograms())

    @cached_property
    def diagnostics(self) -> pl.DataFrame:
        r"""List what could not be read, or was read with a reservation.

        ``time`` of the scrape, ``line`` and ``column`` (null: the file as a whole), ``problem``,
        ``skipped`` (false: it was read, as the problem says).

        Examples
        --------
        >>> import gomem as gm
        >>> gm.read_metrics(b"up 1\nup up\n").diagnostics["line"].to_list()
        [2]
        """
        return pl.DataFrame(self._inner.diagnostics())

    def __repr__(self) -> str:
        inner = self._inner
        return f"Metrics({inner.scrapes} scrapes, {inner.series_count} series)"

    def _repr_html_(self) -> str:
        state = self.state()
        times = state["time"].dt.to_string("%Y-%m-%d %H:%M:%S UTC")
        known = {
            "from": times.min(),
            "to": times.max(),
            "targets": state["target"].n_unique(),
            "problems": len(self.diagnostics) or None,
        }
        shown = heading(repr(self)) + facts(known)
        return shown + (self.waterfall()._repr_html_() if state.height else "")


class Waterfall(Pickled):
    """Where the memory of a process is, as `Metrics.waterfall` gives it."""

    def __init__(self, inner: _gomem.Metrics, time: datetime | None, /) -> None:
        self._inner = inner
        self._time = time

    def to_frame(self) -> pl.DataFrame:
        """Return one row per moment and part.

        Returns
        -------
        polars.DataFrame
            ``target``, ``time``, ``component`` (``live``, ``garbage``, ``fragmentation``, ``idle``,
            ``stacks``, ``metadata``, ``off_heap``), ``bytes``, ``fraction`` (of the moment's sum).
            ``off_heap`` is below zero where Go holds memory that it never touched.
        """
        return pl.DataFrame(self._inner.waterfall())

    def to_svg(self, path: str | os.PathLike[str] | None = None) -> str:
        """Draw one moment, and write it to ``path`` if there is one."""
        svg = self._inner.waterfall_svg(self._time)
        if path is not None:
            write_file(path, svg)
        return svg

    def _repr_html_(self) -> str:
        return self.to_svg()

    def __repr__(self) -> str:
        return f"Waterfall({self._inner.scrapes} scrapes)"


def read_metrics(
    source: Source | Sequence[Source],
    *,
    format: Format = "auto",  # noqa: A002
    strict: bool = False,
    time: datetime | Sequence[datetime] | None = None,
) -> Metrics:
    """Read metrics of one or more Go programs.

    Understood are the Prometheus text format, OpenMetrics, the JSON of Prometheus' HTTP API, what
    ``promtool query`` and ``promtool tsdb dump`` print, ``/debug/vars`` of expvar, the end of
    ``/debug/pprof/heap?debug=1``, ``runtime/metrics`` as a JSON object, VictoriaMetrics' export,
    Prometheus' protobuf format, the CSV that a panel of Grafana exports or that has fields of
    ``runtime.MemStats`` by name, and lines of them in a log, each with its time.

    Parameters
    ----------
    source
        A path, bytes, a binary file object, a list of them, or a folder of
        ``<unix milliseconds>.prom`` files.
    format
        The format, or ``"auto"`` to find out.
    strict
        Raise for anything that the format's specification forbids, instead of listing in
        ``Metrics.diagnostics`` what cannot be read.
    time
        When the scrape was taken, with its time zone; a list for a list of sources. Without it,
        the file's name tells (``1700000000000.prom``), else when the file was written, else now.

    Raises
    ------
    FileNotFoundError
        When a source is a path that leads nowhere.
    DecodeError
        When nothing can be read, or, if strict, when something cannot.
    LimitError
        When there is too much.

    Examples
    --------
    >>> import gomem as gm
    >>> from datetime import datetime, timezone
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    >>> metrics = gm.read_metrics(b"go_goroutines 12", time=noon)
    >>> metrics
    Metrics(1 scrapes, 1 series)
    >>> metrics.state()["goroutines"].to_list()
    [12.0]
    """
    options: dict[str, Any] = {"format": format, "strict": strict, "time": time}
    return Metrics(_gomem.read_metrics(source, **options))._made_by(read_metrics, source, **options)


def diagnose(
    metrics: Metrics | Source | Sequence[Source],
    *,
    gctrace: Source | pl.DataFrame | None = None,
    memory_limit_bytes: int | None = None,
) -> pl.DataFrame:
    """Say what is wrong with a program, with the evidence, or that the evidence is not enough.

    Parameters
    ----------
    metrics
        What `read_metrics` gives, or takes.
    gctrace
        A GC trace of the same program (a log, or a frame of `read_gctrace`): it stands in for
        metrics that are not exported.
    memory_limit_bytes
        The memory that the program's container may use.

    Returns
    -------
    polars.DataFrame
        A row or more per rule, what fired first: ``rule``, ``verdict`` (fired, clear, insufficient,
        not_evaluable), ``severity`` (info, warning, critical), ``confidence`` (low, medium, high),
        ``start``, ``end``, ``summary``, ``action``, ``evidence`` (list of structs ``quantity``,
        ``value``, ``threshold``, ``unit``), ``missing`` (metrics to enable),
        ``confounders`` (what else could explain it).

    Examples
    --------
    >>> import gomem as gm
    >>> findings = gm.diagnose(gm.read_metrics("examples/incident/before/metrics"))
    >>> findings["rule"].n_unique()
    27
    """
    inner = (metrics if isinstance(metrics, Metrics) else read_metrics(metrics))._inner
    return pl.DataFrame(
        _gomem.diagnose(inner, gctrace=gctrace, memory_limit_bytes=memory_limit_bytes)
    )


def read_gctrace(source: Source) -> pl.DataFrame:
    """Read the ``GODEBUG=gctrace=1`` lines of a log.

    Other lines are passed over, prefixes and restarts are understood. ``MB`` are 2**20 bytes,
    rounded down.

    Parameters
    ----------
    source
        A path, bytes, or a binary file object.

    Returns
    -------
    polars.DataFrame
        One row per GC cycle: ``cycle``, ``start_seconds``, ``gc_percent``, ``stw_sweep_ms``,
        ``mark_ms``, ``stw_mark_term_ms``, ``assist_cpu_ms``, ``background_cpu_ms``,
        ``idle_cpu_ms``, ``heap_start_mb``, ``heap_end_mb``, ``heap_live_mb``, ``goal_mb``,
        ``stacks_mb``, ``globals_mb``, ``procs``, ``forced``, ``leak_check``. ``stacks_mb`` and
        ``globals_mb`` are null before Go 1.18.

    Raises
    ------
    FileNotFoundError
        When the path leads nowhere.
    DecodeError
        When there is no such line.

    Warns
    -----
    GomemWarning
        When lines begin like a trace and cannot be read.

    Examples
    --------
    >>> import gomem as gm
    >>> log = (
    ...     b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, "
    ...     b"12->13->7 MB, 14 MB goal, 0 MB stacks, 0 MB globals, 2 P"
    ... )
    >>> gm.read_gctrace(log).select("cycle", "heap_live_mb", "goal_mb").row(0)
    (7, 7, 14)
    """
    trace = _gomem.read_gctrace(source)
    count, first = trace.unread()
    if count:
        message = f"{count} lines begin like a GC trace and cannot be read, first line {first}"
        warnings.warn(message, GomemWarning, stacklevel=2)
    return pl.DataFrame(trace.table())
