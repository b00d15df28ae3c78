import gzip
import io
import warnings

import polars as pl
import pytest

import gomem as gm

SCHEMA = {
    "cycle": pl.Int64,
    "start_seconds": pl.Float64,
    "gc_percent": pl.Int64,
    "stw_sweep_ms": pl.Float64,
    "mark_ms": pl.Float64,
    "stw_mark_term_ms": pl.Float64,
    "assist_cpu_ms": pl.Float64,
    "background_cpu_ms": pl.Float64,
    "idle_cpu_ms": pl.Float64,
    "heap_start_mb": pl.Int64,
    "heap_end_mb": pl.Int64,
    "heap_live_mb": pl.Int64,
    "goal_mb": pl.Int64,
    "stacks_mb": pl.Int64,
    "globals_mb": pl.Int64,
    "procs": pl.Int64,
    "forced": pl.Boolean,
    "leak_check": pl.Boolean,
}
OLD = (
    b"gc 3 @2.5s 1%: 0.1+2+0.3 ms clock, 0.4+0.5/6/7+0.8 ms cpu, "
    b"4->5->1 MB, 6 MB goal, 8 P (forced)\n"
)


def test_a_real_log(before):
    path = before / "gctrace.log"
    frame = gm.read_gctrace(path)
    assert frame.schema == SCHEMA
    assert frame.height == path.read_text().count("gc ")
    assert frame["cycle"].to_list() == list(range(1, frame.height + 1))
    assert frame.row(1)[:9] == (2, 0.299, 0, 0.11, 3.0, 0.003, 0.037, 1.2, 0.91)
    assert frame.row(1)[9:] == (25, 25, 14, 26, 0, 0, 2, False, False)


def test_what_old_versions_do_not_tell_is_null():
    frame = gm.read_gctrace(b"starting\n" + OLD)
    assert frame.select("stacks_mb", "globals_mb", "forced", "procs").row(0) == (
        None,
        None,
        True,
        8,
    )


def test_sources_agree(before):
    path = before / "gctrace.log"
    expected = gm.read_gctrace(path)
    for source in (str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        assert gm.read_gctrace(source).equals(expected)
    zipped = io.BytesIO(gzip.compress(path.read_bytes()))
    with gzip.open(zipped) as file:
        assert gm.read_gctrace(file).equals(expected)


def test_lines_that_cannot_be_read_are_told():
    with pytest.warns(gm.GomemWarning, match="1 lines begin .* first line 2"):
        assert gm.read_gctrace(OLD + b"gc 4 @3s 1%: oops\n").height == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gm.read_gctrace(OLD)


def test_no_trace(tmp_path):
    with pytest.raises(gm.DecodeError, match="no gctrace line found in 1 lines") as caught:
        gm.read_gctrace(b"hello\n")
    assert caught.value.kind == "nothing_found"
    with pytest.raises(FileNotFoundError):
        gm.read_gctrace(tmp_path / "absent.log")
    with pytest.raises(IsADirectoryError):
        gm.read_gctrace(tmp_path)
