"""How large the objects are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import polars as pl

from gomem._gomem import UsageError
from gomem._pprof import read_pprof
from gomem._profile import Profile
from gomem.charts._axes import HEIGHT, MIB, WIDTH, mib_tip

if TYPE_CHECKING:
    from gomem._source import Source

__all__ = ["sizes"]


def sizes(profile: Profile | Source) -> alt.Chart:
    """Show how large the objects are that were allocated, and what of them is still in use.

    Parameters
    ----------
    profile
        A heap profile, or what `gomem.read_pprof` takes.

    Raises
    ------
    UsageError
        When it is no heap profile, or empty.
    """
    frame = (profile if isinstance(profile, Profile) else read_pprof(profile)).sizes()
    if frame.is_empty():
        raise UsageError("not a heap profile, or an empty one: it has no objects")
    ranges = frame.with_columns(
        size=pl.col("most_bytes").map_elements(_up_to, pl.String),
        # More may be in use than was allocated: both are estimates.
        temporary=pl.col("temporary_bytes") / MIB,
        inuse=(pl.col("alloc_bytes") - pl.col("temporary_bytes")) / MIB,
        allocated=pl.col("alloc_bytes") / MIB,
    )
    order = ranges["size"].to_list()
    long = ranges.unpivot(
        ["temporary", "inuse"],
        index=["size", "allocated", "alloc_objects", "inuse_objects"],
        variable_name="state",
        value_name="mib",
    ).with_columns(pl.col("state").replace_strict(_STATES))
    chart: alt.Chart = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=alt.X("size:N", title="size of an object", sort=order, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("mib:Q", title="allocated (MiB)"),
            color=alt.Color("state:N", title=None, legend=alt.Legend(orient="bottom")).scale(
                domain=list(_STATES.values()), range=["lightgray", "steelblue"]
            ),
            order=alt.Order("state:N", sort="descending"),
            tooltip=[
                "size:N",
                "state:N",
                mib_tip("mib", "MiB"),
                mib_tip("allocated", "allocated in all (MiB)"),
                alt.Tooltip("alloc_objects:Q", title="objects allocated", format=","),
                alt.Tooltip("inuse_objects:Q", title="objects in use", format=","),
            ],
        )
        .properties(width=WIDTH, height=HEIGHT, title="Sizes of objects")
    )
    return chart


def _up_to(most: int) -> str:
    """Name a range by its end, a power of two, in the unit that keeps it short."""
    if most == 0:
        return "not known"
    for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if most >= size:
            return f"≤ {most / size:.3g} {unit}"
    return f"≤ {most} B"


_STATES = {"temporary": "not in use any more", "inuse": "in use"}
