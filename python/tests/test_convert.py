"""What `gomem convert` writes is Python's frame of the same input: names, types, values."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import gomem as gm

BEFORE = Path(__file__).parents[2] / "examples" / "incident" / "before"
HEAP, LOG, SCRAPES = BEFORE / "heap-3.pb.gz", BEFORE / "escape.log", BEFORE / "metrics"
TRACE = BEFORE / "gctrace.log"
FRAMES = {
    "samples": (HEAP, lambda: gm.read_pprof(HEAP).samples()),
    "frames": (HEAP, lambda: gm.read_pprof(HEAP).frames()),
    "escapes": (LOG, lambda: gm.read_escape_log(LOG).escapes()),
    "leaks": (LOG, lambda: gm.read_escape_log(LOG).leaks()),
    "inlining": (LOG, lambda: gm.read_escape_log(LOG).inlining()),
    "stack_buffers": (LOG, lambda: gm.read_escape_log(LOG).stack_buffers()),
    "diagnostics": (LOG, lambda: gm.read_escape_log(LOG).diagnostics()),
    "series": (SCRAPES, lambda: gm.read_metrics(SCRAPES).series()),
    "state": (SCRAPES, lambda: gm.read_metrics(SCRAPES).state()),
    "cycles": (SCRAPES, lambda: gm.read_metrics(SCRAPES).cycles()),
    "waterfall": (SCRAPES, lambda: gm.read_metrics(SCRAPES).waterfall().to_frame()),
    "gctrace": (TRACE, lambda: gm.read_gctrace(TRACE)),
}
READERS = {"parquet": pl.read_parquet, "arrow": pl.read_ipc}


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("table", FRAMES)
def test_tables(table, form, tmp_path):
    source, frame = FRAMES[table]
    path = tmp_path / f"table.{form}"
    command = "import sys; from gomem._cli import main; sys.exit(main())"
    words = ["convert", str(source), "--table", table, "-o", str(path)]
    subprocess.run([sys.executable, "-c", command, *words], check=True, capture_output=True)
    found, expected = READERS[form](path), frame()
    assert found.schema == expected.schema
    assert expected.height > 0
    assert_frame_equal(found, expected)
