"""What another GOGC would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import polars as pl

from gomem._gomem import UsageError
from gomem.charts._axes import MIB, WIDTH
from gomem.gogc import GcModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gomem.gogc import Gogc

__all__ = ["gogc_what_if"]


def gogc_what_if(
    model: GcModel | pl.DataFrame,
    *,
    gogc: Sequence[Gogc] | None = None,
    memory_limit_bytes: int | Sequence[int | None] | None = None,
    today: float | None = None,
) -> alt.VConcatChart:
    """Show peak heap and GC CPU over GOGC, with their 90 % intervals and today's setting.

    Settings for which no numbers are given are not drawn; the subtitle counts them.

    Parameters
    ----------
    model
        A model, or a frame of `gomem.gogc.GcModel.predict`.
    gogc, memory_limit_bytes
        What a model is asked for; by default, GOGC from 25 to 800.
    today
        The GOGC that is marked; a model knows the recorded one.

    Raises
    ------
    UsageError
        When there is no prediction to show.
    """
    if isinstance(model, GcModel):
        today = model._inner.gogc if today is None else today
        # The recorded setting is among them, so that its mark is on the line.
        asked = _GOGC if gogc is None else list(gogc)
        if gogc is None and today is not None and 0 < today < float("inf"):
            asked = sorted({*_GOGC, today})
        model = model.predict(gogc=asked, memory_limit_bytes=memory_limit_bytes)
    frame = model.filter(pl.col("peak_heap_bytes").is_not_null(), pl.col("gogc").is_not_null())
    if frame.is_empty():
        raise UsageError("no prediction to show: every setting is refused or off")
    refused = model.height - frame.height
    limit_mib = (pl.col("memory_limit_bytes") / MIB).round().cast(pl.Int64)
    frame = frame.with_columns(
        *((pl.col(f"peak_heap_bytes{end}") / MIB).alias(f"peak{end}") for end in _ENDS),
        *((pl.col(f"gc_cpu_fraction{end}") * 100).alias(f"cpu{end}") for end in _ENDS),
        limit=pl.when(pl.col("memory_limit_bytes").is_null())
        .then(pl.lit("no limit"))
        .otherwise(pl.format("{} MiB", limit_mib)),
    )
    panels = [_over_gogc(frame, "peak", "peak heap (MiB)", today)]
    if frame["cpu"].count() > 0:
        panels.append(_over_gogc(frame, "cpu", "GC CPU (% of GOMAXPROCS)", today))
    notes = ["bands: 90 % intervals"]
    notes += [f"dashed: today, GOGC={today:g}"] if today is not None else []
    notes += [f"{refused} settings without a prediction"] if refused else []
    title = alt.TitleParams("What another GOGC would do", subtitle="; ".join(notes))
    return alt.vconcat(*panels).properties(title=title)


def _over_gogc(frame: pl.DataFrame, name: str, title: str, today: float | None) -> alt.LayerChart:
    frame = frame.filter(pl.col("gogc") > 0)
    base = alt.Chart(frame).encode(
        x=alt.X(
            "gogc:Q",
            title="GOGC (%)",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(values=frame["gogc"].unique().sort().to_list()),
        ),
        color=alt.Color("limit:N", title="GOMEMLIMIT", legend=alt.Legend(symbolOpacity=1)),
    )
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y(f"{name}_low:Q", title=title), y2=f"{name}_high:Q"
    )
    line = base.mark_line(point=True).encode(
        y=f"{name}:Q",
        tooltip=[
            "gogc:Q",
            "limit:N",
            alt.Tooltip(f"{name}:Q", title=title, format=",.2f"),
            alt.Tooltip(f"{name}_low:Q", title="low", format=",.2f"),
            alt.Tooltip(f"{name}_high:Q", title="high", format=",.2f"),
        ],
    )
    marks = [] if today is None or not 0 < today < float("inf") else [today]
    rule = alt.Chart(pl.DataFrame({"gogc": marks}, schema={"gogc": pl.Float64})).mark_rule(
        strokeDash=[6, 4]
    )
    layers = [band, line, rule.encode(x="gogc:Q")]
    return alt.LayerChart(layer=layers).properties(width=WIDTH, height=200)


_ENDS = ("", "_low", "_high")

_GOGC: tuple[Gogc, ...] = (25, 50, 75, 100, 150, 200, 300, 400, 600, 800)
