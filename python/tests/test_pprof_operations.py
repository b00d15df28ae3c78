"""Operations on profiles, on real ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

PROFILES = Path(__file__).parents[2] / "testdata" / "go1.26.8" / "profiles"


def read(name: str) -> gm.Profile:
    return gm.read_pprof(PROFILES / name)


def test_filters_keep_what_they_say() -> None:
    heap = read("heap-2.pb.gz")
    trees = heap.filter(focus=r"main\.tree")
    assert trees.samples()["stack"].list.contains("main.tree").all()
    assert len(trees) < len(heap)
    whole = heap.top("alloc_space").filter(function="main.tree")
    kept = trees.top("alloc_space").filter(function="main.tree")
    assert kept.select("flat", "cum", "flat_fraction").equals(
        whole.select("flat", "cum", "flat_fraction")
    )
    relative = trees.top("alloc_space", relative=True)
    assert relative["flat_fraction"].sum() == pytest.approx(1)
    assert len(read("cpu.pb.gz").filter(tagfocus="tenant=t1")) > 0
    with pytest.raises(gm.UsageError, match="unclosed group"):
        heap.filter(focus="a(")


def test_edges_go_from_callers_to_callees() -> None:
    edges = read("heap-2.pb.gz").edges("alloc_space")
    assert edges.schema == {
        "caller": pl.String,
        "callee": pl.String,
        "weight": pl.Int64,
        "inlined": pl.Boolean,
    }
    assert edges.filter(caller="main.outer", callee="main.middle")["inlined"].item()


def test_merging_adds_up() -> None:
    names = ["heap-1.pb.gz", "heap-2.pb.gz"]
    merged = gm.merge([read(names[0]), PROFILES / names[1]])
    total = sum(read(name).top("alloc_space")["flat"].sum() for name in names)
    assert merged.top("alloc_space")["flat"].sum() == total
    with pytest.raises(gm.UsageError, match="no profiles"):
        gm.merge([])
    with pytest.raises(gm.UsageError, match="nothing in common"):
        gm.merge([read("cpu.pb.gz"), read("heap-1.pb.gz")])


def test_a_difference_has_both_sides() -> None:
    base, current = read("heap-1.pb.gz"), read("heap-2.pb.gz")
    diff = current.diff(base)
    frame = diff.top("alloc_space")
    assert frame["delta"].equals((frame["current"] - frame["base"]).rename("delta"))
    assert set(frame["status"].cast(pl.String)) <= {"new", "gone", "changed", "unchanged"}
    assert (frame["delta_low"] <= frame["delta"]).all()
    assert diff.to_profile().top("alloc_space")["flat"].sum() == frame["delta"].sum()
    assert (current.diff(current).top()["status"] == "unchanged").all()
    assert "diff" in diff._repr_html_()
    since = current.since(base)
    assert since.top("inuse_space").equals(current.top("inuse_space"))
    with pytest.raises(gm.UsageError, match="went back"):
        base.since(current)


def test_writing_loses_nothing(tmp_path: Path) -> None:
    for name in ["heap-2.pb.gz", "cpu.pb.gz", "goroutine.txt"]:
        before = read(name)
        before.to_pprof(tmp_path / "copy.pb.gz")
        after = gm.read_pprof(tmp_path / "copy.pb.gz")
        assert after.samples().equals(before.samples())
        assert after.frames().equals(before.frames())
        assert (after.time, after.duration, after.period) == (
            before.time,
            before.duration,
            before.period,
        )
    read("heap-2.pb.gz").to_speedscope(tmp_path / "speedscope.json")
    read("heap-2.pb.gz").to_callgrind(tmp_path / "callgrind.out", sample_type="alloc_space")
    assert (tmp_path / "speedscope.json").stat().st_size > 1000
    assert "fn=(1)" in (tmp_path / "callgrind.out").read_text()
    heap = read("heap-2.pb.gz")
    heap.to_dot(tmp_path / "all.dot", nodecount=0, nodefraction=0, edgefraction=0)
    heap.to_dot(tmp_path / "few.dot", sample_type="alloc_space", nodecount=3)
    nodes = [
        sum(line.startswith("N") and "->" not in line for line in path.read_text().splitlines())
        for path in (tmp_path / "all.dot", tmp_path / "few.dot")
    ]
    assert nodes[0] > nodes[1] == 3


def test_sizes_add_up() -> None:
    heap = read("heap-2.pb.gz")
    sizes = heap.sizes()
    assert sizes["alloc_bytes"].sum() == heap.top("alloc_space")["flat"].sum()
    assert sizes["most_bytes"].is_sorted()
    assert sizes.filter(
        pl.col("temporary_bytes") != pl.col("alloc_bytes") - pl.col("inuse_bytes")
    ).is_empty()
    assert read("cpu.pb.gz").sizes().is_empty()


def test_text_is_symbolised_and_tells_the_memory() -> None:
    text = read("heap-2.txt.gz")
    protobuf = read("heap-2.pb.gz")
    assert text.sample_types == protobuf.sample_types
    tree = pl.col("function") == "main.tree"
    for kind in ["alloc_space", "inuse_objects"]:
        assert text.top(kind).filter(tree).row(0)[:3] == protobuf.top(kind).filter(tree).row(0)[:3]
    stats = text.mem_stats
    assert stats is not None
    assert stats["HeapSys"].item() > stats["HeapAlloc"].item() > 0
    assert protobuf.mem_stats is None


def test_goroutines_of_a_dump() -> None:
    goroutines = read("goroutines.txt").goroutines()
    waiting = goroutines.filter(pl.col("stack").list.first() == "main.wait")
    assert waiting.height == 3
    assert (waiting["state"] == "chan receive").all()
    assert (waiting["created_by"].str.starts_with("main.main")).all()


def test_growth_over_a_series() -> None:
    incident = Path(__file__).parents[2] / "examples" / "incident" / "before"
    frame = gm.growth(sorted(incident.glob("heap-*.pb.gz")))
    first = frame.row(0, named=True)
    assert first["file"].endswith("store/sessions.go")
    assert first["likelihood"] > 0.95
    assert first["change"] == first["last"] - first["first"]
    with pytest.raises(gm.UsageError, match="no sample type"):
        gm.growth(sorted(incident.glob("heap-*.pb.gz")), sample_type="cpu")
    with pytest.raises(gm.UsageError, match="a list of profiles"):
        gm.growth(str(incident))


def test_sampling_has_intervals() -> None:
    frame = read("heap-2.pb.gz").sampling("inuse_space")
    assert ((frame["low"] <= frame["flat"]) & (frame["flat"] <= frame["high"])).all()
    with pytest.raises(gm.UsageError, match="heap profiles"):
        read("cpu.pb.gz").sampling()


def test_modules_origins_and_units() -> None:
    heap = read("heap-2.pb.gz")
    modules = heap.top("alloc_space", by="module")
    assert modules.columns == ["module", "flat", "cum", "flat_fraction", "cum_fraction"]
    assert {"std", "example.com/profiles"} <= set(modules["module"])
    assert set(heap.top("alloc_space", by="origin")["origin"]) <= {
        "runtime",
        "std",
        "third_party",
        "user",
    }
    in_bytes, in_mb = heap.top("alloc_space"), heap.top("alloc_space", unit="MB")
    assert in_mb["flat"].to_list() == pytest.approx((in_bytes["flat"] / 2**20).to_list())
    with pytest.raises(gm.UsageError, match="cannot be told in `ms`"):
        heap.top("alloc_space", unit="ms")


def test_what_was_not_cut_off_stays() -> None:
    heap = read("heap-2.pb.gz")
    assert heap.repair_truncated_stacks().samples().equals(heap.samples())


def test_a_bomb_is_a_limit_error() -> None:
    bomb = gzip.compress(bytes(1 << 20)) * 1024
    with pytest.raises(gm.LimitError, match="more than 536870912 bytes after inflating"):
        gm.read_pprof(bomb)
