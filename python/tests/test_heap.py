"""Heap dumps."""

import gzip
import pickle
import sys
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

ROOT = Path(__file__).parents[2]
DUMP = ROOT / "testdata/heap/holders-go1.27.3.dump.gz"
CORE = ROOT / "testdata/heap/holders-go1.27.3.core.gz"
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


def test_a_core_has_the_same_holders(heap):
    core = gm.read_heap(CORE, binary=BINARY)
    summary = core.summary().row(0, named=True)
    assert (summary["source"], summary["layouts"]) == ("core", "dwarf")
    assert summary["goroutines_inexact"] == 0
    assert summary["bytes"] == summary["heap_alloc_bytes"]
    sent = pl.col("holders") == ["main.send"]
    kept = [of.retained().filter(sent, kind="goroutine")["retained_bytes"] for of in (heap, core)]
    assert kept[0].to_list() == kept[1].to_list() != []
    with pytest.raises(gm.UsageError, match="/srv/holders"):
        gm.read_heap(CORE)
    with pytest.raises(gm.DecodeError):
        gm.read_heap(CORE, binary=str(BINARY).replace("1.27.3", "1.21.13"))


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
    assert heap.outline("main.chain")["repeat"].to_list() == [900]
    assert heap.windows()["holders"].to_list() == [["main.token"], ["main.headline"]]
    assert heap.maps().filter(entries=0)["holders"].to_list() == [["main.emptied"]]
    assert heap.goroutines()["retained_bytes"].is_sorted(descending=True)
    assert set(heap.diff(heap)["status"]) == {"same"}
    assert heap.to_profile().top("retained_space")["flat"].sum() == heap.summary()["bytes"][0]
    assert "main.cache" in heap.flame().to_frame()["name"]
    assert "Heap(" in heap._repr_html_()


def test_paths(heap):
    assert heap.paths("main.chain").select("edge", "repeat").rows() == [("main.chain", 900)]
    cache = heap.paths("main.cache", limit=1)
    assert cache.select("path", "step", "edge", "repeat").rows() == [
        (0, 0, "main.cache", 1),
        (0, 1, "[*]", 250),
    ]
    one = heap.paths(cache["object"][1])
    assert one["repeat"].to_list() == [1, 1]
    made = heap.paths("globals.go:68")
    assert set(made.filter(step=0)["edge"]) == {"main.cache", "main.generic.rows", "main.events"}
    assert heap.paths(limit=3)["path"].n_unique() == 3
    for wrong in ["main.nobody", heap.objects().height]:
        with pytest.raises(gm.UsageError):
            heap.paths(wrong)
    with pytest.raises(gm.UsageError):
        heap.paths(limit=-1)


def test_maps_have_types(heap):
    cache = heap.maps().filter(pl.col("holders") == ["main.cache"])
    assert cache.select("key", "value").row(0) == ("string", "*main.session")


def test_debug_information_names_types_and_fields(heap):
    types = heap.retained(by="type").filter(source="dwarf")
    assert {"main.session", "main.node", "container/list.Element"} <= set(types["type"])
    held = heap.outline("main.handler")
    assert held.select("edge", "label").rows()[-1] == (".kept", "[]uint8")
    assert heap.summary()["typed_fraction"][0] > 0.5, "a third is garbage"


def test_who_makes_it_why_it_escapes_and_who_keeps_it():
    folder = ROOT / "examples/holders"
    heap = gm.read_heap(folder / "heap.dump.gz", binary=folder / "service.bin.gz")
    held = gm.attribute(heap, folder / "escapes.log")
    first = held.row(0, named=True)
    assert (first["holders"], first["line"]) == (["main.audit"], 32)
    assert first["compiler_message"] == "&Session{...} escapes to heap"
    assert first["retained_bytes"] == first["bytes"] > 3 << 20
    assert gm.attribute(heap).filter(line=32)["cause"].null_count() > 0, "no log, no cause"
    with pytest.raises(gm.UsageError):
        gm.attribute(heap, by="line")


def test_a_redacted_dump_has_the_same_holders(heap, tmp_path):
    heap.redact(tmp_path / "sent.dump")
    again = gm.read_heap(tmp_path / "sent.dump", binary=BINARY)
    assert again.retained().equals(heap.retained())


@pytest.mark.skipif(sys.platform != "linux", reason="cores are written on Linux")
@pytest.mark.parametrize("given", [str, Path.read_bytes])
def test_a_redacted_core_has_the_same_holders_and_no_text(given, tmp_path):
    core = gm.read_heap(given(CORE), binary=given(BINARY))
    core.redact(tmp_path / "sent.core")
    assert (tmp_path / "sent.core").stat().st_mode & 0o777 == 0o600
    again = gm.read_heap(tmp_path / "sent.core", binary=BINARY)
    # Of the runtime's own lists some are of numbers.
    of_program = ~pl.col("kind").is_in(["runtime", "unreachable"])
    assert again.retained().filter(of_program).equals(core.retained().filter(of_program))
    before, after = gzip.decompress(CORE.read_bytes()), (tmp_path / "sent.core").read_bytes()
    texts = [b"HOME=", b"LANG=", b"s199", b"k149", b"e149"]
    assert [text for text in texts if text in before]
    assert not [text for text in texts if text in after]


def test_a_core_that_is_gone_is_not_redacted(tmp_path):
    with CORE.open("rb") as file:
        core = gm.read_heap(file, binary=BINARY)
    with pytest.raises(gm.UsageError, match="path"):
        core.redact(tmp_path / "never.core")
    assert not (tmp_path / "never.core").exists()


def test_pickling(heap):
    assert pickle.loads(pickle.dumps(heap)).retained().equals(heap.retained())
    recorded = gm.read_heap(DUMP, binary="auto")
    assert pickle.loads(pickle.dumps(recorded)).retained().equals(recorded.retained())


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
