"""Two bundles, before a change and after it."""

import json
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

INCIDENT = Path(__file__).parents[2] / "examples/incident"
BENCH = Path(__file__).parents[2] / "testdata/bench/lines"


@pytest.fixture(scope="module")
def comparison():
    return gm.compare(INCIDENT / "before", INCIDENT / "after")


def test_what_was_predicted_stands_beside_what_was_measured(comparison):
    cycles = comparison.quantities.filter(pl.col("quantity") == "gc_cycles").row(0, named=True)
    assert (cycles["before"], cycles["after"]) == (298, 8)
    assert cycles["predicted_low"] <= 8 <= cycles["predicted_high"]


def test_lines_say_what_became_of_them(comparison):
    first = comparison.lines.row(0, named=True)
    assert (first["change"], first["place"]) == ("leak_fixed", "store/sessions.go:43")
    assert comparison.lines.filter(pl.col("change").cast(str).str.starts_with("new")).is_empty()
    assert comparison.benchmarks.is_empty()


def test_it_is_shown_and_written(comparison, tmp_path):
    assert "GC cycles" in str(comparison)
    assert comparison._repr_html_().startswith("<pre>")
    assert repr(comparison) == f"Comparison({comparison.lines.height} lines changed)"
    comparison.to_json(tmp_path / "comparison.json")
    assert json.loads((tmp_path / "comparison.json").read_text())["schema_version"] == 1


def test_benchmarks_are_compared():
    before, after = (
        [BENCH / f"{side}-1.27.3.{end}" for end in ("txt", "mem", "log")]
        for side in ("before", "after")
    )
    comparison = gm.compare(before, after)
    worse = comparison.benchmarks.filter(verdict="worse", unit="allocs/op")
    assert worse.height == 20
    assert "BenchmarkClosure" in comparison.benchmark_lines["benchmark"].to_list()


def test_what_is_not_there_is_told():
    with pytest.raises(FileNotFoundError):
        gm.compare(INCIDENT / "before", INCIDENT / "none")
    with pytest.raises(gm.DecodeError):
        gm.compare(INCIDENT / "before", [b"hello"])
