"""Heap dumps."""

import pickle
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

ROOT = Path(__file__).parents[2]
DUMP = ROOT / "testdata/heap/holders-go1.27.3.dump.gz"
BINARY = ROOT / "testdata/heap/holders-go1.27.3.bin.gz"


@pytest.fixture(scope="module")
def heap():
    return gm.read_heap(DUMP, binary=BINARY)


def test_every_object_is_somebodys(heap):
    summary = heap.summary().row(0, named=True)
    retained = heap.retained()
    assert retained["retained_bytes"].sum() == summary["bytes"] == summary["heap_alloc_bytes"]
    assert retained["retained_objects"].sum() == summary["objects"] == summary["heap_objects"]
    assert summary["binary_match"]
    assert summary["complete"]
    by_site = heap.retained(by="site").group_by("holders", "kind").agg(pl.col("bytes").sum())
    joined = by_site.join(retained, on=["holders", "kind"])
    assert (joined["bytes"] - joined["retained_bytes"]).abs().max() <= 20


def test_holders_have_kinds(heap):
    alone = heap.retained().filter(pl.col("holders").list.len() == 1)
    kinds = dict(alone.explode("holders").select("holders", "kind").iter_rows())
    assert kinds["main.cache"] == "global"
    assert kinds["main.send"] == "goroutine"
    assert kinds["main.closeHandle"] == "finalizer"
    assert kinds["main.slowClose"] in ("goroutine", "finalizer_queue")


def test_frames(heap):
    assert heap.objects().schema["object"] == pl.UInt32
    assert heap.objects().height == heap.summary()["objects"][0]
    assert heap.roots().height > 100
    assert heap.paths("main.chain")["repeat"].to_list() == [900]
    assert heap.windows()["holders"].to_list() == [["main.token"], ["main.headline"]]
    assert heap.maps().filter(entries=0)["holders"].to_list() == [["main.emptied"]]
    assert heap.goroutines()["retained_bytes"].is_sorted(descending=True)
    assert set(heap.diff(heap)["status"]) == {"same"}
    assert heap.to_profile().top("retained_space")["flat"].sum() == heap.summary()["bytes"][0]
    assert "main.cache" in heap.flame().to_frame()["name"]
    assert "Heap(" in heap._repr_html_()


def test_a_redacted_dump_has_the_same_holders(heap, tmp_path):
    heap.redact(tmp_path / "sent.dump")
    again = gm.read_heap(tmp_path / "sent.dump", binary=BINARY)
    assert again.retained().equals(heap.retained())


def test_pickling(heap):
    assert pickle.loads(pickle.dumps(heap)).retained().equals(heap.retained())


def test_what_is_no_dump():
    with pytest.raises(gm.DecodeError, match="not a heap dump") as raised:
        gm.read_heap(b"go1.8 heap dump\n")
    assert (raised.value.kind, raised.value.offset) == ("not_a_heap_dump", 0)
    with pytest.raises(gm.LimitError):
        gm.read_heap(DUMP, limits={"objects": 10})
    with pytest.raises(gm.UsageError):
        gm.read_heap(DUMP, roots="some")
    with pytest.raises(FileNotFoundError):
        gm.read_heap("nowhere.dump")


def test_a_wrong_binary_names_nothing():
    other = ROOT / "testdata/heap/holders-go1.21.13.bin.gz"
    heap = gm.read_heap(DUMP, binary=other)
    assert heap.summary()["binary_match"][0] is False
    assert "binary_mismatch" in heap.diagnostics["kind"]
    names = heap.retained().filter(kind="global").explode("holders")["holders"]
    assert not names.str.starts_with("main.").any()
