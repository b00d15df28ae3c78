"""Prints the findings about a bundle: python examples/postmortem.py examples/incident/before."""

import sys

import gomem as gm
import polars as pl

report = gm.postmortem(sys.argv[1])
findings = report.findings.filter(pl.col("bytes_fraction") > 0.02).select(
    "rank",
    "kind",
    pl.format("{}:{}", pl.col("file").str.split("/").list.tail(2).list.join("/"), "line").alias("place"),
    pl.col("bytes_fraction").round(3).alias("share"),
    "cause",
    pl.col("gc_cycles_saved_fraction").round(3).alias("gc_cycles_saved"),
)
with pl.Config(tbl_rows=20, tbl_width_chars=120, fmt_str_lengths=40, tbl_hide_dataframe_shape=True):
    print(findings)
