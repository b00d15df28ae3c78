"""Bundles from a live service on a loopback port."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

import gomem as gm

SERVICE = Path(__file__).parents[2] / "examples/incident/service"
TOKEN = "a-token-that-nobody-stores"


def test_a_capture_is_a_bundle(service, tmp_path):
    url, requests = service
    taken = gm.capture(url, tmp_path / "b", seconds=1, bearer_token=TOKEN)
    assert os.fspath(taken) == str(taken.path) == str(tmp_path / "b")
    assert taken.manifest["go_version"] == "go1.26.8"
    assert taken.manifest["window"]["alloc_bytes"] == 0
    assert ("block profile at the end", "404 Not Found") in taken.failed
    assert "allocs.pb.gz" in {file["path"] for file in taken.manifest["files"]}
    assert "metrics" in {path.name for path in taken.path.iterdir()}
    assert "leak" not in repr(taken)
    assert gm.postmortem(taken).sites.height > 0
    assert all(token == f"Bearer {TOKEN}" for _, token in requests)
    stored = [path for path in taken.path.rglob("*") if path.is_file()]
    assert len(stored) >= 6
    assert all(TOKEN.encode() not in path.read_bytes() for path in stored)
    with pytest.raises(gm.UsageError, match="not empty"):
        gm.capture(url, taken.path, seconds=1)


def test_sources_are_copied_when_asked(service, tmp_path):
    url, _ = service
    taken = gm.capture(url, tmp_path / "b", seconds=1, source=SERVICE)
    copied = {path.relative_to(taken.path / "src") for path in taken.path.glob("src/**/*.go")}
    assert Path("example.com/ingest/internal/store/sessions.go") in copied
    assert "src/" in {file["path"] for file in taken.manifest["files"]}
    assert '<details class="code"' in gm.postmortem(taken)._inner.html()
    with pytest.raises(FileNotFoundError):
        gm.capture(url, tmp_path / "c", seconds=1, source=tmp_path / "none")


def test_the_gil_is_free_and_ctrl_c_stops(service, tmp_path):
    url, _ = service
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    start = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        gm.capture(url, tmp_path / "b", seconds=600)
    assert time.monotonic() - start < 5
    assert '"interrupted": true' in (tmp_path / "b/manifest.json").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "ftp://h"}, "not the URL of a service"),
        ({"seconds": 0}, "from 1 to 3600"),
        ({"timeout": float("nan")}, "timeout"),
        ({"headers": {"X-Key": "a\nb"}}, "characters that none can have"),
        ({"bearer_token": " "}, "the token is empty"),
    ],
)
def test_what_makes_no_sense(options, message, tmp_path):
    with pytest.raises(gm.UsageError, match=message):
        gm.capture(**{"url": "127.0.0.1:1", "directory": tmp_path / "b", **options})
    assert not (tmp_path / "b").exists()


def test_authorities_that_are_none(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(gm.UsageError, match="authorities, in PEM: no '-----BEGIN"):
        gm.capture("https://127.0.0.1:1", tmp_path / "b", ca_file=tmp_path / "ca.pem")
    with pytest.raises(FileNotFoundError):
        gm.capture("https://127.0.0.1:1", tmp_path / "b", ca_file=tmp_path / "none.pem")
    assert not (tmp_path / "b").exists()
