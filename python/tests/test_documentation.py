"""Every block of README and docs runs, on the example incident."""

import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
]
BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>[^>]+) -->\n)?```(?P<language>\w+)[^\n]*\n(?P<text>.*?)```", re.S
)
# What a page may ask of other programs: those make the input, and the incident stands in for it.
OTHERS = {"go", "curl", "cp", "gcore", "make", "cargo", "pip", "ssh", "kubectl"} | {
    "GODEBUG=gctrace=1",
    "GODEBUG=traceallocfree=1",
}


def blocks(language):
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if block["language"] == language and not block["why"]:
                yield name, block["text"]


def commands():
    for page, text in blocks("sh"):
        for whole in text.replace("\\\n", " ").splitlines():
            line = whole.split(" #")[0].strip()
            loop = re.fullmatch(r"for \w+ in .+?; do (.+); done", line)
            for command in loop[1].split("; ") if loop else [line]:
                if command and not command.startswith("#"):
                    yield page, command


@pytest.fixture
def folder(before, tmp_path, monkeypatch):
    """A folder with what the pages name, made from the incident; `gomem` is on the path."""
    after = before.parent / "after"
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name, bundle in [
        ("incident", before),
        ("capture", before),
        ("before", before),
        ("after", after),
    ]:
        shutil.copytree(bundle, tmp_path / name)
    for name, bundle in [("before", before), ("after", after)]:
        shutil.copy(bundle / "heap-3.pb.gz", tmp_path / f"{name}.pb.gz")
        shutil.copy(bundle / "escape.log", tmp_path / f"{name}.log")
    for name in ("heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz", "escape.log", "gctrace.log"):
        shutil.copy(before / name, tmp_path)
    shutil.copy(before / "heap-3.pb.gz", tmp_path / "heap.pb.gz")
    for name in ("before", "after"):
        shutil.copy(ROOT / f"testdata/bench/lines/{name}-1.27.3.mem", tmp_path / f"{name}.mem")
    for name in ("before.txt", "after.txt"):
        shutil.copy(ROOT / "testdata/bench" / name, tmp_path)
    for end in ("txt", "mem"):
        shutil.copy(ROOT / f"testdata/bench/lines/after-1.27.3.{end}", tmp_path / f"large.{end}")
    shutil.copy(before / "gctrace.log", tmp_path / "stderr.log")
    for name, content in [("heap.dump", "dump"), ("core.4711", "core"), ("app", "bin")]:
        packed = ROOT / f"testdata/heap/holders-go1.27.3.{content}.gz"
        (tmp_path / name).write_bytes(gzip.decompress(packed.read_bytes()))
    shutil.copy(tmp_path / "heap.dump", tmp_path / "before.dump")
    shutil.copy(ROOT / "examples/holders/escapes.log", tmp_path)
    shutil.copy(ROOT / "testdata/traces/lifetimes-1.27.3.trace", tmp_path / "trace.out")
    shutil.copy(ROOT / "testdata/traces/service-1.27.3.trace", tmp_path / "service.out")
    for name in ("scrapes", "metrics"):
        shutil.copytree(before / "metrics", tmp_path / name)
    for name in ("profiles", "captures/ingest/2026-11-09"):
        (tmp_path / name).mkdir(parents=True)
        shutil.copy(before / "heap-3.pb.gz", tmp_path / name / "pod-0-0.pb.gz")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.mark.parametrize(("page", "command"), list(commands()))
def test_a_command(page, command, folder, service):
    program = command.split()[0]
    if program != "gomem":
        assert program in OTHERS, f"{page}: what runs `{command}`?"
        return
    if command.startswith("gomem capture"):
        if "//127.0.0.1:6060" not in command:
            pytest.skip("another host's service")
        shutil.rmtree(folder / "incident")
        command = command.replace("http://127.0.0.1:6060", service[0])
        command += "" if "--listen-check" in command else " --seconds 1"
    if command.startswith("gomem serve"):
        assert is_served(command), f"{page}: {command}"
        return
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    # A gate that the incident does not pass has done its work.
    expected = {0, 1} if "--fail-on" in command or "--listen-check" in command else {0}
    assert done.returncode in expected, f"{page}: {command}\n{done.stderr}"


def is_served(command):
    """Whether the server answers at the address that it prints, and ends by Ctrl-C."""
    with subprocess.Popen(
        f"exec {command}", shell=True, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            with urllib.request.urlopen(server.stdout.readline().strip(), timeout=60) as page:
                is_there = b"Flame graph" in page.read()
        finally:
            server.send_signal(signal.SIGINT)
        return is_there and server.wait(timeout=60) == 0


@pytest.mark.parametrize("page", sorted({page for page, _ in blocks("python")}))
@pytest.mark.usefixtures("folder")
def test_python(page):
    names = {"gm": gm, "pl": pl}
    for named, text in blocks("python"):
        if named == page:
            exec(compile(text, page, "exec"), names)


def test_there_is_something_to_run():
    assert len([command for _, command in commands() if command.startswith("gomem ")]) > 30
    assert len(list(blocks("python"))) > 10
