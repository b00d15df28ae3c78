"""Many files as one lazy frame: profiles, GC traces, escape logs."""

import gzip
import os
import pickle
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

import gomem as gm
from gomem import _gomem

ROOT = Path(__file__).parents[2]
HEAP = ROOT / "testdata/go1.26.8/profiles/heap-2.pb.gz"
COUNT = 20


@pytest.fixture
def shared():
    """A folder that others may read; pytest's are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def folder(shared):
    for index in range(COUNT):
        shutil.copyfile(HEAP, shared / f"{index:02}.pb.gz")
    return shared


@pytest.fixture
def heap():
    return gm.read_pprof(HEAP)


@pytest.fixture
def decoded(monkeypatch):
    """How often each file is decoded."""
    counts = Counter()
    read = _gomem.read_pprof

    def counting(source, **options):
        counts[Path(source).name] += 1
        return read(source, **options)

    monkeypatch.setattr(_gomem, "read_pprof", counting)
    return counts


@contextmanager
def nobody():
    """An unprivileged user: root may read anything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_all_rows_are_there(folder, heap):
    frame = gm.scan_pprof(folder).collect()
    assert frame.height == COUNT * len(heap)
    assert frame["alloc_space"].sum() == COUNT * heap.samples()["alloc_space"].sum()
    one = frame.filter(pl.col("path").str.ends_with("07.pb.gz"))
    assert one["stack"].to_list() == heap.samples()["stack"].to_list()
    assert one["function"].to_list() == [stack[0] for stack in heap.samples()["stack"]]
    assert frame.schema == {
        "path": pl.String,
        "kind": pl.String,
        "time": pl.Datetime("ms", "UTC"),
        "duration_nanos": pl.Int64,
        "build_id": pl.String,
        **{kind.name: pl.Int64 for kind in heap.sample_types},
        "function": pl.String,
        "file": pl.String,
        "line": pl.Int64,
        "stack": pl.List(pl.String),
        "labels": heap.samples().schema["labels"],
        "comments": pl.List(pl.String),
    }


def test_only_what_is_asked_for_is_made(folder, heap):
    scan = gm.scan_pprof(str(folder / "*.pb.gz"))
    by_path = scan.group_by("path").agg(pl.col("inuse_space").sum()).collect()
    assert by_path.height == COUNT
    assert by_path["inuse_space"].n_unique() == 1
    assert scan.select("path").unique().collect().height == COUNT
    assert scan.select(pl.len()).collect().item() == COUNT * len(heap)
    big = scan.filter(pl.col("alloc_space") > 10_000).select("function").collect()
    assert big.columns == ["function"]
    assert big.height > 0


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_filter_on_the_path_decodes_only_those(folder, heap, decoded, engine):
    scan = gm.scan_pprof(folder)
    decoded.clear()
    mine = pl.col("path").str.ends_with("04.pb.gz")
    assert scan.filter(mine).collect(engine=engine).height == len(heap)
    assert decoded == {"04.pb.gz": 1}
    decoded.clear()
    both = scan.filter(mine, pl.col("alloc_space") > 0).filter(pl.col("line") > 1)
    expected = scan.collect().filter(mine, pl.col("alloc_space") > 0, pl.col("line") > 1)
    decoded.clear()
    assert both.collect(engine=engine).equals(expected)
    assert decoded == {"04.pb.gz": 1}
    decoded.clear()
    either = scan.filter(mine | (pl.col("alloc_space") < 0))
    assert either.collect(engine=engine).height == len(heap)
    assert len(decoded) == COUNT


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_limit_stops_the_reading(tmp_path, decoded, engine):
    for index in range(400):
        shutil.copy(HEAP, tmp_path / f"{index:03}.pb.gz")
    scan = gm.scan_pprof(tmp_path)
    decoded.clear()
    assert scan.head(10).collect(engine=engine).height == 10
    assert sum(decoded.values()) <= 2 * (os.cpu_count() or 1) + 2
    decoded.clear()
    allocating = scan.filter(pl.col("alloc_space") > 0).head(10)
    assert allocating.collect(engine="streaming").height == 10
    assert sum(decoded.values()) < 200


def test_what_is_wrong_with_a_file_is_raised(folder):
    scan = gm.scan_pprof(folder)
    (folder / "05.pb.gz").write_bytes(b"not a profile any more")
    assert scan.filter(pl.col("path").str.ends_with("04.pb.gz")).collect()["path"].n_unique() == 1
    # Polars 1 hands some errors of a source on as its own, with their text.
    wrapped = (pl.exceptions.ComputeError,) if pl.__version__.startswith("1.") else ()
    for engine in ("in-memory", "streaming"):
        with pytest.raises((gm.DecodeError, *wrapped), match=r"05\.pb\.gz") as caught:
            scan.collect(engine=engine)
        if isinstance(caught.value, gm.DecodeError):
            assert caught.value.kind == "not_a_profile"
            assert caught.value.offset is not None
        else:
            assert wrapped
    (folder / "05.pb.gz").unlink()
    with pytest.raises((FileNotFoundError, *wrapped), match="05"):
        scan.collect()


def test_each_reader_and_scan_says_what_is_wrong(shared):
    empty, locked = shared / "empty", shared / "locked"
    empty.write_bytes(b"")
    locked.write_bytes(HEAP.read_bytes())
    locked.chmod(0)
    readers = [gm.read_pprof, gm.read_gctrace, gm.read_escape_log, gm.read_metrics]
    for read in [*readers, gm.postmortem, gm.scan_pprof, gm.scan_gctrace, gm.scan_escape_log]:
        with pytest.raises(FileNotFoundError):
            read(shared / "none")
        with pytest.raises(gm.DecodeError):
            read(empty)
        with nobody(), pytest.raises(PermissionError):
            read(locked)
    for read in (gm.read_pprof, gm.read_gctrace):
        with pytest.raises(IsADirectoryError):
            read(shared)
    folder = shared / "folder"
    folder.mkdir()
    with pytest.raises(gm.DecodeError, match="folder: no compiler diagnostics"):
        gm.read_escape_log(folder)
    with pytest.raises(FileNotFoundError):
        gm.scan_pprof(folder)


def test_a_bad_file_is_a_row(folder):
    (folder / "05.pb.gz").write_bytes(gzip.compress(b"\xff" * 100))
    (folder / "00.pb.gz").write_bytes(b"")
    scan = gm.scan_pprof(folder, on_error="collect")
    frame = scan.collect()
    bad = frame.filter(pl.col("error").is_not_null())
    assert [Path(path).name for path in bad["path"]] == ["00.pb.gz", "05.pb.gz"]
    assert frame["path"].n_unique() == COUNT
    assert bad["alloc_space"].null_count() == 2
    only = scan.filter(pl.col("error").is_not_null()).select("path", "error").collect()
    assert only.equals(bad.select("path", "error"))


def test_bad_files_are_told_of_in_a_frame(folder, heap):
    (folder / "05.pb.gz").write_bytes(HEAP.read_bytes()[:1000])
    (folder / "00.pb.gz").write_bytes(b"")
    (folder / "06.pb.gz").chmod(0)
    bad = gm.ScanDiagnostics()
    scan = gm.scan_pprof(folder, on_error="collect", diagnostics=bad)
    (folder / "07.pb.gz").unlink()
    with nobody():
        frame = scan.filter(pl.col("alloc_space") >= 0).collect()
    assert "error" not in frame.columns
    assert frame.height == (COUNT - len(bad)) * len(heap)
    told = bad.to_frame().with_columns(pl.col("path").str.split("/").list.last())
    assert dict(told.select("path", "kind").rows()) == {
        "00.pb.gz": "empty",
        "05.pb.gz": "gzip",
        "06.pb.gz": "permission",
        "07.pb.gz": "missing",
    }
    assert len(bad) == 4
    assert "07.pb.gz" in bad._repr_html_()
    with pytest.raises(gm.UsageError, match="collect"):
        gm.scan_pprof(folder, diagnostics=bad)
    with pytest.raises(gm.UsageError, match="on_error"):
        gm.scan_pprof(folder, on_error="ignore")


def test_missing_files(tmp_path):
    for paths in (tmp_path / "none.pb.gz", tmp_path, tmp_path / "*.pb.gz", []):
        with pytest.raises(FileNotFoundError):
            gm.scan_pprof(paths)


CPU = HEAP.parent / "cpu.pb.gz"


def test_a_profile_of_another_kind_is_an_error(folder, heap):
    shutil.copy(CPU, folder / "zz.pb.gz")
    with pytest.raises((gm.DecodeError, pl.exceptions.ComputeError), match="none of alloc_objects"):
        gm.scan_pprof(folder).collect()
    told = gm.scan_pprof(folder, on_error="collect").filter(pl.col("error").is_not_null()).collect()
    assert told["path"].str.ends_with("zz.pb.gz").to_list() == [True]
    bad = gm.ScanDiagnostics()
    frame = gm.scan_pprof(folder, on_error="collect", diagnostics=bad).collect()
    assert frame.height == COUNT * len(heap)
    assert bad.to_frame()["kind"].to_list() == ["other_kind"]


def test_sample_types_say_which_profiles_are_meant(folder, heap, caplog):
    # The first by name, so it would say what the columns are.
    shutil.copy(CPU, folder / "00-cpu.pb.gz")
    (folder / "manifest.json").write_text('{"files": []}')
    (folder / "1784990000000.prom").write_text("go_goroutines 12\n")
    with caplog.at_level("INFO", logger="gomem"):
        frame = gm.scan_pprof(folder, sample_types=["inuse_space", "alloc_space"]).collect()
    assert frame["alloc_space"].sum() == COUNT * heap.samples()["alloc_space"].sum()
    assert frame["alloc_space"].null_count() == 0
    assert "alloc_objects" not in frame.columns
    assert len(caplog.records) >= 3
    bad = gm.ScanDiagnostics()
    gm.scan_pprof(
        folder, sample_types=["alloc_space"], on_error="collect", diagnostics=bad
    ).collect()
    told = bad.to_frame().select(pl.col("path").str.split("/").list.last(), "kind")
    assert dict(told.rows()) == {
        "00-cpu.pb.gz": "other_kind",
        "1784990000000.prom": "not_a_profile",
        "manifest.json": "not_a_profile",
    }
    with pytest.raises(gm.DecodeError, match="manifest"):
        gm.scan_pprof(folder / "manifest.json")
    with pytest.raises(gm.UsageError, match="a list of names"):
        gm.scan_pprof(folder, sample_types="alloc_space")


def test_what_a_profile_says_of_itself(tmp_path):
    shutil.copy(CPU, tmp_path)
    cpu = gm.read_pprof(CPU)
    frame = gm.scan_pprof(tmp_path).collect()
    assert frame["kind"].unique().to_list() == ["cpu"]
    assert frame["duration_nanos"].unique().to_list() == [cpu._inner.duration_nanos]
    assert frame["labels"].to_list() == cpu.samples()["labels"].to_list()
    assert frame["comments"].list.len().sum() == 0
    assert frame["build_id"].null_count() in (0, frame.height)


def test_sinking_writes_all(folder, heap, tmp_path):
    out = tmp_path / "out" / "all.parquet"
    out.parent.mkdir()
    gm.scan_pprof(folder).sink_parquet(out, row_group_size=100)
    back = pl.read_parquet(out)
    assert back.height == COUNT * len(heap)
    assert back["stack"][0].to_list() == heap.samples()["stack"][0].to_list()


def test_urls_by_fsspec(heap):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for day in ("1", "2"):
        memory.pipe(f"/fleet/{day}/heap.pb.gz", HEAP.read_bytes())
    memory.pipe("/bad/x.pb.gz", b"\x00")
    for urls in ("memory://fleet/", "memory://fleet/*/heap.pb.gz", "memory://fleet/**/*.gz"):
        frame = gm.scan_pprof(urls).collect()
        assert frame.height == 2 * len(heap)
        assert frame["path"].unique().sort().to_list() == [
            "memory:///fleet/1/heap.pb.gz",
            "memory:///fleet/2/heap.pb.gz",
        ]
    one = gm.scan_pprof(["memory://fleet/1/heap.pb.gz", HEAP], storage_options={"skip": True})
    assert one.select(pl.col("path").n_unique()).collect().item() == 2
    with pytest.raises(FileNotFoundError):
        gm.scan_pprof("memory://fleet/3/heap.pb.gz")
    with pytest.raises(FileNotFoundError):
        gm.scan_pprof("memory://fleet/*.txt")
    with pytest.raises(gm.DecodeError, match="memory://bad/x"):
        gm.scan_pprof("memory://bad/x.pb.gz")
    with pytest.raises(gm.UsageError, match="nothing"):
        gm.scan_pprof("nothing://x")


def test_urls_without_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(gm.UsageError, match=r"pip install 'gomem\[remote\]'"):
        gm.scan_pprof("memory://x")


def test_traces_and_logs(tmp_path):
    incident = ROOT / "examples/incident"
    traces = gm.scan_gctrace([incident / "before/gctrace.log", incident / "after/gctrace.log"])
    one = gm.read_gctrace(incident / "after/gctrace.log")
    assert traces.filter(pl.col("path").str.contains("after")).drop("path").collect().equals(one)
    assert traces.head(3).collect()["cycle"].to_list() == [1, 2, 3]
    assert traces.select(pl.len()).collect().item() == 300 + one.height
    logs = incident.glob("*/escape.log")
    for table in ("escapes", "stack_buffers", "leaks", "inlining", "diagnostics"):
        scan = gm.scan_escape_log(incident / "after/escape.log", table=table)
        log = gm.read_escape_log(incident / "after/escape.log")
        assert scan.drop("path").collect().equals(getattr(log, table)())
    by_cause = gm.scan_escape_log(logs).group_by("path", "cause").len().collect()
    assert by_cause["path"].n_unique() == 2
    with pytest.raises(gm.UsageError, match="table is one of"):
        gm.scan_escape_log(incident / "after/escape.log", table="lines")
    torn = tmp_path / "torn.log"
    torn.write_bytes((incident / "after/gctrace.log").read_bytes() + b"\ngc 9 @1.0s 0%: torn\n")
    with pytest.warns(gm.GomemWarning, match=r"torn\.log: 1 lines"):
        gm.scan_gctrace(torn).collect()


def test_scans_are_sent_to_other_processes(folder, heap):
    cloudpickle = pytest.importorskip("cloudpickle")
    scan = pickle.loads(cloudpickle.dumps(gm.scan_pprof(folder)))
    assert scan.select(pl.len()).collect().item() == COUNT * len(heap)
