"""The example scripts do what they say."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(script, *arguments):
    command = [sys.executable, EXAMPLES / script, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture
def captures(tmp_path):
    """Two services, and one whose bundle is broken."""
    for name in ("before", "after"):
        shutil.copytree(EXAMPLES / "incident" / name, tmp_path / "captures" / name)
    (tmp_path / "captures/broken").mkdir()
    (tmp_path / "captures/broken/heap-1.pb.gz").write_bytes(b"<html>")
    return tmp_path / "captures"


def test_the_batch(captures, tmp_path):
    out = tmp_path / "out"
    done = run("batch.py", captures, out)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("before: Leak: store/sessions.go:43")
    sites = pl.read_parquet(out / "sites.parquet")
    assert set(sites["service"]) == {"before", "after"}
    assert sites["path"].n_unique() == 6
    findings = pl.read_parquet(out / "findings.parquet")
    assert set(findings["service"]) == {"before", "after"}
    diagnostics = pl.read_parquet(out / "diagnostics.parquet")
    names = [Path(path).name for path in diagnostics["path"]]
    assert names == ["broken", "heap-1.pb.gz"]


def test_the_batch_without_anything_critical(captures, tmp_path):
    shutil.rmtree(captures / "before")
    assert run("batch.py", captures, tmp_path / "out").returncode == 0
    shutil.rmtree(captures / "after")
    assert run("batch.py", captures, tmp_path / "out").returncode == 3


def test_findings():
    done = run("postmortem.py", EXAMPLES / "incident/before")
    assert done.returncode == 0
    assert "store/sessions.go:43" in done.stdout
