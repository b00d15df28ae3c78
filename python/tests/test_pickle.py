"""What is read can be sent to other processes."""

import copy
import io
import multiprocessing
import os
import pickle
from pathlib import Path

import pytest

import gomem as gm

INCIDENT = Path(__file__).parents[2] / "examples/incident/before"
HEAP = INCIDENT / "heap-3.pb.gz"

OBJECTS = {
    "profile": lambda: gm.read_pprof(HEAP),
    "profile of bytes": lambda: gm.read_pprof(HEAP.read_bytes(), strict=True),
    "filtered": lambda: gm.read_pprof(HEAP).filter(focus="Sessions"),
    "sum": lambda: gm.merge([HEAP, HEAP]),
    "diff": lambda: gm.read_pprof(HEAP).diff(gm.read_pprof(INCIDENT / "heap-1.pb.gz")),
    "flame": lambda: gm.read_pprof(HEAP).flame("inuse_space"),
    "log": lambda: gm.read_escape_log([INCIDENT / "escape.log"]),
    "metrics": lambda: gm.read_metrics(INCIDENT / "metrics"),
    "waterfall": lambda: gm.read_metrics(INCIDENT / "metrics").waterfall(),
    "model": lambda: gm.gogc.fit(INCIDENT / "gctrace.log", procs=2),
    "report": lambda: gm.postmortem(INCIDENT),
    "comparison": lambda: gm.compare(INCIDENT, [HEAP]),
    "listing": lambda: gm.read_pprof(HEAP).list("UnmarshalLine", sample_type="alloc_space"),
}

ANSWERS = {
    "profile": lambda it: it.top(by="line"),
    "diff": lambda it: it.to_frame(),
    "flame": lambda it: it.to_frame(),
    "log": lambda it: it.escapes(),
    "metrics": lambda it: it.state(),
    "waterfall": lambda it: it.to_frame(),
    "model": lambda it: it.predict(gogc=[50, 400]),
    "report": lambda it: it.findings,
    "comparison": lambda it: it.lines,
    "listing": lambda it: it.to_frame(),
}


def answer(name, it):
    return ANSWERS.get(name, ANSWERS["profile"])(it)


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_arrives_whole(name, tmp_path, monkeypatch):
    made = OBJECTS[name]()
    sent = pickle.dumps(made)
    monkeypatch.chdir(tmp_path)
    assert answer(name, pickle.loads(sent)).equals(answer(name, made))
    assert copy.deepcopy(made) is made
    assert copy.copy(made) is made


def test_a_relative_path_is_found_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(INCIDENT)
    sent = pickle.dumps(gm.read_escape_log("escape.log"))
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(sent).coverage.lines > 0
    monkeypatch.chdir(INCIDENT.parent)
    listing = gm.read_pprof(HEAP).list("UnmarshalLine", sample_type="alloc_space", source="service")
    sent = pickle.dumps(listing)
    monkeypatch.chdir(tmp_path)
    found = pickle.loads(sent).to_frame()
    assert found["text"].equals(listing.to_frame()["text"])
    assert found["text"].null_count() < found.height


def test_an_option_is_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Sessions").touch()
    (tmp_path / "inuse_space").touch()
    filtered = gm.read_pprof(HEAP).filter(focus="Sessions")
    tree = filtered.flame("inuse_space")
    assert pickle.loads(pickle.dumps(filtered)).top().equals(filtered.top())
    assert pickle.loads(pickle.dumps(tree)).to_frame().equals(tree.to_frame())


def test_a_file_object_is_refused():
    log = gm.read_escape_log(io.BytesIO((INCIDENT / "escape.log").read_bytes()))
    with pytest.raises(TypeError, match="read it from a path or from bytes"):
        pickle.dumps(log)
    # A profile is its bytes.
    heap = gm.read_pprof(io.BytesIO(HEAP.read_bytes()))
    assert pickle.loads(pickle.dumps(heap)).top().equals(heap.top())


def total(profile):
    return os.getpid(), profile.top("alloc_space")["flat"].sum()


def test_a_pool_of_processes():
    heap = gm.read_pprof(HEAP)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        [(process, there)] = pool.map(total, [heap])
    assert process != os.getpid()
    assert there == total(heap)[1]
