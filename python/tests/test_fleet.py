"""The documentation's store of a fleet's profiles, as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """Run the documentation in a folder with captures, one of them damaged; gives its names."""
    folder = tmp_path_factory.mktemp("fleet")
    command = [sys.executable, ROOT / "examples/make_fleet.py", "captures", "168"]
    subprocess.run(command, cwd=folder, check=True)
    damaged = next((folder / "captures/ingest").rglob("*.pb.gz"))
    damaged.write_bytes(damaged.read_bytes()[:500])
    names = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs/fleet.md").read_text(), re.S):
            exec(block, names)
        names["damaged"] = pl.read_parquet("store-diagnostics.parquet")
    return names


def test_one_bad_file_is_one_row(fleet):
    assert fleet["damaged"].height == 1
    assert fleet["damaged"]["kind"].item() in {"gzip", "truncated"}


def test_top_sites(fleet):
    top = fleet["top"]
    assert top["alloc_space"].is_sorted(descending=True)
    assert top["file"][0].endswith("api/handler.go")
    assert 0 < top["share"].sum() <= 1
    assert top["services"].max() == 3


def test_week_over_week(fleet):
    first = fleet["week_over_week"].row(0, named=True)
    assert first["file"].endswith("store/sessions.go")
    assert first["growth"] > 0
    fixed = fleet["week_over_week"].filter(pl.col("service") == "ingest-fixed")
    assert fixed["growth"].max() < first["growth"] / 3


def test_first_seen(fleet):
    canary = fleet["first_seen"].filter(
        pl.col("service") == "ingest-canary", pl.col("file").str.ends_with("sessions.go")
    )
    assert [str(day) for day in canary["first_seen"].unique()] == ["2026-11-16"]
