"""Prints the findings about a bundle: python examples/postmortem.py examples/incident/before."""

import sys

import gomem as gm
import polars as pl

report = gm.postmortem(sys.argv[1])
with pl.Config(tbl_rows=20, tbl_cols=10, fmt_str_lengths=40, tbl_hide_dataframe_shape=True):
    print(
        report.findings.filter(pl.col("bytes_fraction") > 0.02).select(
            "rank", "severity", "kind", "file", "line", "bytes_fraction", "cause", "gc_cycles_saved_fraction"
        )
    )
