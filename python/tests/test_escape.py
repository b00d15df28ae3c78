"""Escape logs as frames."""

import io
import json
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

TESTDATA = Path(__file__).parents[2] / "testdata"
LOG = TESTDATA / "go1.27.3/causes.log"


def test_the_frames_of_a_log():
    log = gm.read_escape_log(LOG)
    escapes = log.escapes()
    assert escapes.height == len(
        log.escapes().unique(["file", "line", "column", "decision", "subject"])
    )
    assert isinstance(escapes.schema["cause"], pl.Enum)
    assert set(escapes["decision"].unique()) == {"escapes_to_heap", "moved_to_heap"}
    assert log.go_versions[1] == "1.27"
    passed_on = escapes.filter(pl.col("leaks").list.len() == 2)
    chain = passed_on.filter(pl.col("function") == "passOn")["leaks"].to_list()[0]
    assert [step["function"] for step in chain] == ["keepNext", "keep"]
    assert log.leaks().filter(pl.col("function") == "keepNext")["callee"].to_list() == ["keep"]
    inlining = log.inlining()
    assert (
        inlining.filter(pl.col("can_inline"))["reason"].null_count() == inlining["can_inline"].sum()
    )
    assert log.stack_buffers()["alloc_certainty"].is_in(["runtime_sized", "none"]).all()
    with pytest.warns(DeprecationWarning, match="stack_buffers"):
        assert log.stays().equals(log.stack_buffers()), "its former name"


def test_every_line_is_in_the_diagnostics():
    log = gm.read_escape_log(LOG)
    diagnostics = log.diagnostics()
    sections = LOG.read_text().count("\n# ") + 1
    assert log.coverage.parsed == log.coverage.lines == diagnostics.height + sections
    unknown = gm.read_escape_log(b"# p\n./a.go:1:2: x escapes to heap\n./a.go:3:1: undefined: y\n")
    assert unknown.coverage == (3, 2, 1, 0)
    assert unknown.diagnostics().filter(pl.col("kind") == "unknown")["message"].to_list() == [
        "undefined: y"
    ]


def test_sources_of_every_kind_say_the_same():
    text = LOG.read_bytes()
    event = json.dumps(
        {"ImportPath": "p", "Action": "build-output", "Output": text.decode()}
    ).encode()
    expected = gm.read_escape_log(LOG).escapes()
    for source in [text, io.BytesIO(text), event, text.replace(b"\n", b"\r\n"), [text, b""]]:
        assert gm.read_escape_log(source).escapes().equals(expected)
    stamped = b"".join(
        b"2026-01-02T03:04:05.%03dZ " % (i % 1000) + line
        for i, line in enumerate(text.splitlines(True))
    )
    assert gm.read_escape_log(stamped).escapes().equals(expected)


def test_text_and_json_are_merged(tmp_path):
    header = {"version": 0, "package": "main", "goos": "linux", "goarch": "amd64"}
    header |= {"gc_version": "go1.27.3", "file": "/src/app/a.go"}
    place = {"start": {"line": 4, "character": 9}, "end": {"line": 4, "character": 9}}
    inlined = {"start": {"line": 40, "character": 2}, "end": {"line": 40, "character": 2}}
    related = [
        {"location": {"uri": "file:///src/app/b.go", "range": inlined}, "message": "inlineLoc"}
    ]
    record = {"range": place, "severity": 3, "code": "escape", "source": "go compiler"}
    record |= {"message": "x escapes to heap", "relatedInformation": related}
    folder = tmp_path / "json/main"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(header) + "\n" + json.dumps(record) + "\n")
    log = gm.read_escape_log([b"# example.com/app\n./a.go:4:9: moved to heap: x\n", tmp_path])
    row = log.escapes().row(0, named=True)
    assert log.escapes().height == 1
    assert (row["decision"], row["package"], row["file"]) == (
        "moved_to_heap",
        "example.com/app",
        "a.go",
    )
    assert row["absolute_file"] == "/src/app/a.go"
    assert row["inlined_from"] == [{"file": "/src/app/b.go", "line": 40, "column": 2}]
    assert log.go_versions == ("1.27", "1.27")
    alone = gm.read_escape_log(tmp_path)
    assert alone.escapes().select("file", "line", "decision").row(0) == (
        "/src/app/a.go",
        4,
        "moved_to_heap",
    )


def test_errors_say_what_and_where(tmp_path):
    with pytest.raises(FileNotFoundError):
        gm.read_escape_log(tmp_path / "none")
    with pytest.raises(gm.DecodeError, match="no compiler diagnostics"):
        gm.read_escape_log(tmp_path)
    with pytest.raises(gm.DecodeError, match="no compiler diagnostics in 0 lines"):
        gm.read_escape_log(b"")
