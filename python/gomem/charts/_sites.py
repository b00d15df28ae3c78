"""Where memory is allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import polars as pl

from gomem._gomem import UsageError
from gomem._pprof import read_pprof
from gomem._profile import Profile
from gomem.charts._axes import HEIGHT, MIB, WIDTH, mib_tip, time_axis, utc_tip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gomem._source import Source

__all__ = ["growth", "sites_over_time", "top_sites"]


def growth(frame: pl.DataFrame, *, limit: int = 10) -> alt.LayerChart:
    """Show the sites that grew most over a series of profiles.

    Parameters
    ----------
    frame
        What `gomem.growth` gives, of bytes.
    limit
        How many sites.

    Raises
    ------
    UsageError
        When no site grew.
    """
    sites = frame.filter(pl.col("slope_per_hour") > 0).head(limit)
    if sites.is_empty():
        raise UsageError("no site grew")
    sites = sites.with_columns(
        _place().alias("site"),
        *((pl.col(column) / MIB).alias(name) for column, name in _GROWTH.items()),
        sure=pl.when(pl.col("likelihood").fill_null(0) >= _SURE)
        .then(pl.lit("beyond sampling error"))
        .otherwise(pl.lit("may be chance")),
    )
    base = alt.Chart(sites).encode(y=alt.Y("site:N", title=None, sort=None))
    bars = base.mark_bar().encode(
        x=alt.X("slope:Q", title="growth (MiB per hour)"),
        color=alt.Color("sure:N", title=None, legend=alt.Legend(orient="bottom")).scale(
            domain=["beyond sampling error", "may be chance"], range=["firebrick", "lightgray"]
        ),
        tooltip=[
            "function:N",
            "site:N",
            mib_tip("slope", "MiB per hour"),
            mib_tip("from", "first (MiB)"),
            mib_tip("to", "last (MiB)"),
            alt.Tooltip("likelihood:Q", format=".2f"),
        ],
    )
    texts = base.mark_text(align="left", dx=4).encode(
        x="slope:Q", text=alt.Text("slope:Q", format=",.1f")
    )
    return alt.LayerChart(layer=[bars, texts]).properties(
        width=WIDTH, height=alt.Step(22), title="What grows"
    )


def sites_over_time(
    profiles: Iterable[Profile | Source],
    *,
    sample_type: str = "inuse_space",
    limit: int = 5,
) -> alt.LayerChart:
    """Follow the largest sites of the last profile over a series of heap profiles.

    The bands are where the true value is in 95 of 100 cases, since heap profiles are samples.

    Parameters
    ----------
    profiles
        Heap profiles, or what `gomem.read_pprof` takes, in any order.
    sample_type
        ``inuse_space`` or ``alloc_space``.
    limit
        How many sites.

    Raises
    ------
    UsageError
        When there is no profile, one does not say when it was taken, or is no heap profile.
    """
    taken = []
    for source in profiles:
        profile = source if isinstance(source, Profile) else read_pprof(source)
        if profile.time is None:
            raise UsageError("a profile does not say when it was taken")
        frame = profile.sampling(sample_type, by="line")
        named = frame.with_columns(_place().alias("site"), time=pl.lit(profile.time))
        taken.append((profile.time, named))
    if not taken:
        raise UsageError("no profiles")
    _, last = max(taken, key=lambda profile: profile[0])
    largest = last.sort("flat", descending=True).head(limit)["site"].unique(maintain_order=True)
    sums = [pl.col(name).sum() / MIB for name in ("flat", "low", "high")]
    long = pl.concat(named for _, named in taken).filter(pl.col("site").is_in(largest.implode()))
    long = long.group_by("time", "site").agg(sums).sort("time", "site")
    base = alt.Chart(long).encode(
        x=time_axis(),
        color=alt.Color(
            "site:N", title=None, sort=largest.to_list(), legend=alt.Legend(symbolOpacity=1)
        ),
    )
    bands = base.mark_area(opacity=0.2).encode(
        y=alt.Y("low:Q", title=_title(sample_type)), y2="high:Q"
    )
    lines = base.mark_line(point=True).encode(
        y="flat:Q",
        tooltip=[
            utc_tip("time"),
            "site:N",
            mib_tip("flat", "MiB"),
            mib_tip("low", "low"),
            mib_tip("high", "high"),
        ],
    )
    return alt.LayerChart(layer=[bands, lines]).properties(
        width=WIDTH, height=HEIGHT, title="The largest sites over time (95 % by sampling)"
    )


def top_sites(
    profile: Profile | pl.DataFrame, *, sample_type: str = "alloc_space", limit: int = 10
) -> alt.LayerChart:
    """Show the lines that allocate most.

    Parameters
    ----------
    profile
        A heap profile, whose intervals by sampling (95 %) are drawn; or a frame of
        `gomem.attribute` or `gomem.Report.sites`, whose bars are coloured by the reason.
    sample_type
        What to show of a profile: ``alloc_space`` or ``inuse_space``.
    limit
        How many lines.
    """
    if isinstance(profile, Profile):
        frame = profile.sampling(sample_type, by="line").sort("flat", descending=True)
        shares = frame.select("function", "file", "line", "flat", "low", "high")
        shares = shares.with_columns(pl.lit(None, dtype=pl.String).alias("reason"))
    else:
        sample_type = "alloc_space"
        flat, no_reason = pl.col("bytes").alias("flat"), pl.lit("no reason known")
        reason = pl.col("reason").cast(pl.String).fill_null(no_reason)
        shares = profile.sort("bytes", descending=True).select(
            "function", "file", "line", flat, flat.alias("low"), flat.alias("high"), reason
        )
    sites = shares.head(limit).with_columns(
        _place().alias("site"), *(pl.col(name) / MIB for name in ("flat", "low", "high"))
    )
    base = alt.Chart(sites).encode(y=alt.Y("site:N", title=None, sort=None))
    bars = base.mark_bar().encode(
        x=alt.X("flat:Q", title=_title(sample_type)),
        tooltip=["function:N", "site:N", mib_tip("flat", "MiB"), "reason:N"],
    )
    if sites["reason"].count() > 0:
        bars = bars.encode(color=alt.Color("reason:N", title="why"))
    ends = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return alt.LayerChart(layer=[bars, ends]).properties(
        width=WIDTH, height=alt.Step(22), title="Top sites"
    )


def _place() -> pl.Expr:
    """Name the folder, file and line; the function where the file is not known."""
    short = pl.col("file").str.split("/").list.tail(2).list.join("/")
    known = pl.col("file").fill_null("") != ""
    return pl.when(known).then(pl.format("{}:{}", short, "line")).otherwise(pl.col("function"))


def _title(sample_type: str) -> str:
    return {"inuse_space": "in use (MiB)", "alloc_space": "allocated (MiB)"}.get(
        sample_type, f"{sample_type} (MiB)"
    )


# Beyond that, growth is not called chance.
_SURE = 0.95

_GROWTH = {"slope_per_hour": "slope", "first": "from", "last": "to"}
