"""What charts have in common."""

from __future__ import annotations

import altair as alt
import polars as pl

__all__ = ["HEIGHT", "MIB", "WIDTH", "mib_tip", "thinned", "time_axis", "utc_tip"]

MIB = 1 << 20

WIDTH, HEIGHT = 640, 260


def time_axis() -> alt.X:
    return alt.X("time:T", title="time (UTC)", scale=alt.Scale(type="utc"))


def utc_tip(name: str) -> alt.Tooltip:
    return alt.Tooltip(f"utcyearmonthdatehoursminutesseconds({name}):T", title="time (UTC)")


def mib_tip(name: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{name}:Q", title=title, format=",.2f")


def thinned(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """Keep the maxima of as many stretches as a picture can show."""
    stretch = -(-frame.height // _MOMENTS)
    if stretch <= 1:
        return frame
    numbered = frame.sort(by).with_row_index("stretch").with_columns(pl.col("stretch") // stretch)
    first = pl.col(by).first()
    return (
        numbered.group_by("stretch", maintain_order=True)
        .agg(first, pl.exclude(by, "stretch").max())
        .drop("stretch")
    )


# Altair refuses charts of more than 5,000 rows, and none is that wide.
_MOMENTS = 600
