"""Memory over time, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import polars as pl

from gomem._gomem import UsageError
from gomem._metrics import Metrics, Waterfall
from gomem.charts._axes import HEIGHT, MIB, WIDTH, mib_tip, thinned, time_axis, utc_tip

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["gc_timeline", "heap_over_time", "waterfall"]


def heap_over_time(metrics: Metrics | pl.DataFrame, *, target: str | None = None) -> alt.LayerChart:
    """Show the heap over time: objects, live heap, goal, and what the process holds.

    Quantities that are not exported are not there; a memory limit is a dashed line.

    Parameters
    ----------
    metrics
        Metrics, or their `Metrics.state`.
    target
        Which program, when there are several.

    Raises
    ------
    UsageError
        When there are several targets and none is chosen, or nothing to show.
    """
    state = _of_target(metrics.state() if isinstance(metrics, Metrics) else metrics, target)
    shown = {column: name for column, name in _HEAP.items() if state[column].count() > 0}
    if not shown:
        raise UsageError(f"nothing to show: none of {', '.join(_HEAP)} is exported")
    # Of many scrapes, the peaks.
    long = thinned(state.select("time", *shown), "time").unpivot(
        index="time", variable_name="quantity", value_name="bytes"
    )
    long = long.drop_nulls("bytes").with_columns(
        pl.col("quantity").replace_strict(shown), (pl.col("bytes") / MIB).alias("mib")
    )
    lines = (
        alt.Chart(long)
        .mark_line(interpolate="step-after")
        .encode(
            x=time_axis(),
            y=alt.Y("mib:Q", title="memory (MiB)"),
            color=alt.Color("quantity:N", title=None, sort=list(shown.values())),
            tooltip=[utc_tip("time"), alt.Tooltip("quantity:N"), mib_tip("mib", "memory (MiB)")],
        )
    )
    limits = state.filter(pl.col("memory_limit_bytes").is_finite())
    limit = pl.DataFrame({"mib": limits["memory_limit_bytes"].unique() / MIB}).head(1)
    rule = (
        alt.Chart(limit)
        .mark_rule(strokeDash=[6, 4], color="firebrick")
        .encode(y="mib:Q", tooltip=[mib_tip("mib", "GOMEMLIMIT (MiB)")])
    )
    return alt.LayerChart(layer=[lines, rule]).properties(
        width=WIDTH, height=HEIGHT, title="Heap over time"
    )


def waterfall(
    metrics: Metrics | Waterfall | pl.DataFrame,
    *,
    time: datetime | None = None,
    target: str | None = None,
) -> alt.LayerChart:
    """Show the parts that the memory of a process is made of, at one moment.

    Parameters
    ----------
    metrics
        Metrics, their `Metrics.waterfall`, or its frame.
    time
        The moment, with its time zone; the last by default.
    target
        Which program, when there are several.

    Raises
    ------
    UsageError
        When there are several targets and none is chosen, or no moment tells the parts.
    """
    if isinstance(metrics, Metrics):
        metrics = metrics.waterfall()
    frame = metrics.to_frame() if isinstance(metrics, Waterfall) else metrics
    frame = _of_target(frame, target).filter(pl.col("bytes").is_not_null())
    if time is not None:
        distance = (pl.col("time") - time).abs()
        frame = frame.filter(distance == distance.min())
    frame = frame.filter(pl.col("time") == pl.col("time").max())
    if frame.is_empty():
        raise UsageError("no moment tells where the memory is; see the rules' missing metrics")
    parts = frame.select(
        pl.col("component").cast(pl.String),
        (pl.col("bytes") / MIB).alias("mib"),
        "fraction",
        ((pl.col("bytes").cum_sum() - pl.col("bytes")) / MIB).alias("begin"),
        (pl.col("bytes").cum_sum() / MIB).alias("end"),
    )
    moment, total = frame["time"][0], parts["mib"].sum()
    order = parts["component"].to_list()
    base = alt.Chart(parts).encode(y=alt.Y("component:N", title=None, sort=order))
    bars = base.mark_bar().encode(
        x=alt.X("begin:Q", title="memory (MiB)"),
        x2="end:Q",
        color=alt.Color("component:N", legend=None, sort=order),
        tooltip=["component:N", mib_tip("mib", "MiB"), alt.Tooltip("fraction:Q", format=".1%")],
    )
    texts = base.mark_text(align="left", dx=4).encode(
        x=alt.X("end:Q"), text=alt.Text("mib:Q", format=",.1f")
    )
    title = f"Where the memory is: {total:,.1f} MiB at {moment:%Y-%m-%d %H:%M:%S} UTC"
    return alt.LayerChart(layer=[bars, texts]).properties(width=WIDTH, height=180, title=title)


def gc_timeline(frame: pl.DataFrame) -> alt.VConcatChart:
    """Show a GC trace: the heap around each cycle, stops, and the GC's share of the CPU so far.

    Parameters
    ----------
    frame
        What `gomem.read_gctrace` gives; of one run, since each begins at 0 seconds.

    Raises
    ------
    UsageError
        When the frame has no cycles.
    """
    if frame.is_empty():
        raise UsageError("the trace has no cycles")
    frame = frame.with_columns(stops_ms=pl.col("stw_sweep_ms") + pl.col("stw_mark_term_ms"))
    columns = ["heap_end_mb", "heap_live_mb", "goal_mb", "stops_ms", "gc_percent"]
    frame = thinned(frame.select("start_seconds", *columns), "start_seconds")
    names = {"goal_mb": "goal", "heap_end_mb": "heap at the end", "heap_live_mb": "live heap"}
    heaps = frame.unpivot(
        on=list(names), index="start_seconds", variable_name="quantity", value_name="mib"
    ).with_columns(pl.col("quantity").replace_strict(names))
    x = alt.X("start_seconds:Q", title="since the start (s)")
    heap = (
        alt.Chart(heaps)
        .mark_line(interpolate="step-after")
        .encode(
            x=x,
            y=alt.Y("mib:Q", title="heap (MiB)"),
            color=alt.Color("quantity:N", title=None, sort=list(names.values())),
            tooltip=["start_seconds:Q", "quantity:N", mib_tip("mib", "MiB")],
        )
    )
    stops = (
        alt.Chart(frame)
        .mark_rule()
        .encode(
            x=x,
            y=alt.Y("stops_ms:Q", title="stops (ms)"),
            y2=alt.datum(0),
            tooltip=["start_seconds:Q", "stops_ms:Q"],
        )
    )
    cpu = (
        alt.Chart(frame)
        .mark_line()
        .encode(x=x, y=alt.Y("gc_percent:Q", title="GC CPU so far (%)"), tooltip=["gc_percent:Q"])
    )
    panels = heap.properties(height=HEIGHT), stops.properties(height=90), cpu.properties(height=90)
    return alt.vconcat(*(panel.properties(width=WIDTH) for panel in panels)).properties(
        title="GC cycles"
    )


def _of_target(frame: pl.DataFrame, target: str | None) -> pl.DataFrame:
    targets = frame["target"].unique().sort().to_list()
    if target is None and len(targets) > 1:
        raise UsageError(f"several targets; give target=, one of {', '.join(targets)}")
    if target is not None and target not in targets:
        raise UsageError(f"no target {target!r}; there are {', '.join(targets)}")
    return frame if target is None else frame.filter(pl.col("target") == target)


_HEAP = {
    "resident_bytes": "resident (RSS)",
    "held_bytes": "held by Go",
    "heap_goal_bytes": "goal",
    "heap_objects_bytes": "objects",
    "heap_live_bytes": "live after GC",
}
