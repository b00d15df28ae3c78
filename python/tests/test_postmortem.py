"""Profiles, escape logs, and the join, on the real incident."""

import json
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

BEFORE = Path(__file__).parents[2] / "examples/incident/before"


@pytest.fixture(scope="module")
def report():
    return gm.postmortem(BEFORE)


def test_findings_are_a_polars_frame(report):
    findings = report.findings
    assert isinstance(findings, pl.DataFrame)
    assert findings["rank"].to_list() == list(range(1, findings.height + 1))
    leak = findings.row(0, named=True)
    assert (leak["kind"], leak["severity"], leak["line"]) == ("leak", "critical", 43)
    pool = findings.filter(pl.col("kind") == "pool_misuse").row(0, named=True)
    assert pool["file"].endswith("event/line.go")
    assert pool["compiler_message"] == "buf escapes to heap"
    assert pool["gc_cycles_saved_fraction_low"] <= pool["gc_cycles_saved_fraction"]
    assert {"quantity", "value", "threshold", "unit", "source"} == set(pool["evidence"][0])


def test_sites_and_gogc(report):
    assert report.sites["bytes_fraction"].sum() == pytest.approx(1.0)
    assert report.sites["bytes"].is_sorted(descending=True)
    row = report.gogc.filter(pl.col("gogc") == 100).row(0, named=True)
    assert row["gc_cycles_low"] <= 299 <= row["gc_cycles_high"]
    assert "GOMEMLIMIT" in report.gogc.filter(pl.col("gogc").is_null())["refusal"][0]


def test_reports_are_written(report, tmp_path):
    report.to_html(tmp_path / "r.html")
    report.to_json(tmp_path / "r.json")
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert json.loads((tmp_path / "r.json").read_text())["findings"][0]["kind"] == "leak"
    assert "event/line.go:34" in str(report)
    inline = report._repr_html_()
    assert inline.startswith("<iframe srcdoc=")
    assert "<script>" not in inline
    assert {name for name, _ in report.unused_files} == {"heap-debug1.txt", "manifest.json"}
    assert report.remarks == []


def test_what_the_rules_say_is_in_the_report(report):
    assert report.rules.height == 27
    fired = report.rules.filter(pl.col("verdict") == "fired", pl.col("severity") != "info")
    assert "live_heap_leak" in fired["rule"].to_list()
    leaks = report.findings.filter(pl.col("kind") == "leak")
    assert leaks.height == 1
    sources = {evidence["source"] for evidence in leaks["evidence"][0]}
    assert {"heap profiles", "metrics", "live_heap_leak"} <= sources
    last = report.waterfall.filter(pl.col("time") == pl.col("time").max())
    assert last["component"].to_list()[0] == "live"
    assert last["fraction"].sum() == pytest.approx(1.0)


def test_json_has_a_version(report, tmp_path):
    report.to_json(tmp_path / "r.json")
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["schema_version"] == 2
    assert found["findings"][0]["rules"] == ["live_heap_leak"]
    assert len(found["rules"]) == 27
    assert {part["component"] for part in found["waterfall"]} >= {"live", "off_heap"}


def test_a_log_of_another_build_is_told():
    files = [BEFORE / "heap-3.pb.gz", BEFORE.parent / "after/escape.log"]
    findings = gm.postmortem(files).findings
    told = findings.filter(pl.col("kind") == "mismatch")
    assert told.height == 1
    assert "another build" in told["title"][0]
    ours = gm.postmortem([BEFORE / "heap-3.pb.gz", BEFORE / "escape.log"]).findings
    assert ours.filter(pl.col("kind") == "mismatch").is_empty()
    unknown = gm.postmortem([BEFORE / "heap-3.pb.gz"]).rules
    assert unknown.is_empty()


def test_a_list_of_files_is_a_bundle(tmp_path):
    files = [BEFORE / "heap-3.pb.gz", (BEFORE / "escape.log").read_bytes()]
    findings = gm.postmortem(files).findings
    assert "pool_misuse" in findings["kind"].to_list()
    with pytest.raises(gm.DecodeError, match="nothing was recognised"):
        gm.postmortem([b"hello"])
    with pytest.raises(FileNotFoundError):
        gm.postmortem(tmp_path / "nowhere")
    with pytest.raises(gm.DecodeError, match="empty folder"):
        gm.postmortem(tmp_path)


def test_a_window_of_time_is_cut_out(report):
    begin = datetime(2026, 11, 24, 1, 42, tzinfo=UTC)
    end = begin + timedelta(minutes=2)
    cut = gm.postmortem(BEFORE, window=(begin, end - timedelta(milliseconds=1)))
    by_text = gm.postmortem(BEFORE, window=("2026-11-24 01:42", "2026-11-24 01:43"))
    assert cut.findings.equals(by_text.findings)
    scrapes = dict(cut.remarks)["scrapes"]
    assert scrapes.startswith("120 of 180 lie in the window from 2026-11-24 01:42:00")
    assert cut.findings["place"][0] == report.findings["place"][0]
    assert pickle.loads(pickle.dumps(cut)).findings.equals(cut.findings)
    for window, problem, message in [
        (("yesterday", None), gm.UsageError, "`yesterday` is no time"),
        ((end, begin), gm.UsageError, "ends before it begins"),
        ((datetime(2026, 11, 24), None), gm.UsageError, "has no time zone"),
        ((None, "2026-11-23"), gm.DecodeError, "nothing lies in the window until"),
    ]:
        with pytest.raises(problem, match=message):
            gm.postmortem(BEFORE, window=window)


def test_a_profile_is_frames():
    profile = gm.read_pprof(BEFORE / "heap-3.pb.gz")
    assert profile.sample_types[1] == ("alloc_space", "bytes")
    assert (profile.default_sample_type, profile.period) == ("inuse_space", 524288)
    assert profile.time is not None
    assert profile.time.tzinfo is not None
    samples = profile.samples()
    assert samples.schema["stack"] == pl.List(pl.String)
    assert samples.height == len(profile)
    frames = profile.frames()
    assert frames.filter(pl.col("depth") == 0)["stack_id"].n_unique() == samples.height
    for by in ["function", "filefunction", "file", "line", "address", "package", "module"]:
        top = profile.top("alloc_space", by=by)
        assert top["flat"].sum() == samples["alloc_space"].sum()
        assert top["flat"].is_sorted(descending=True)
    with pytest.raises(gm.UsageError, match="there are alloc_objects"):
        profile.top("cpu")
    with pytest.raises(gm.UsageError):
        profile.top(by="colour")


def test_a_flame_tree_adds_up(tmp_path):
    profile = gm.read_pprof(BEFORE / "heap-3.pb.gz")
    tree = profile.flame("alloc_space")
    frame = tree.to_frame()
    assert frame["self"].sum() == frame["total"][0] == profile.samples()["alloc_space"].sum()
    tree.to_html(tmp_path / "flame.html")
    assert "alloc_space" in (tmp_path / "flame.html").read_text()
    assert "<iframe srcdoc=" in profile._repr_html_()
    folded = profile.to_folded("alloc_space").splitlines()
    assert sum(int(line.rsplit(" ", 1)[1]) for line in folded) == frame["total"][0]


def test_an_escape_log_is_frames():
    log = gm.read_escape_log(BEFORE / "escape.log")
    coverage = log.coverage
    assert coverage.parsed == coverage.lines
    assert coverage.unknown == 0
    escapes = log.escapes()
    row = escapes.filter(pl.col("file").str.ends_with("event/line.go"), pl.col("line") == 34)
    assert row["cause"].to_list() == ["interface_boxing"]
    assert row["steps"][0][-1]["from"] == "(*sync.Pool).Put(fieldPool, buf)"
    diagnostics = log.diagnostics()
    assert diagnostics.filter(pl.col("kind") == "unknown").is_empty()
    with pytest.raises(gm.DecodeError) as caught:
        gm.read_escape_log(b"hello\n")
    assert caught.value.kind == "nothing_found"


def test_two_logs_differ_by_what_was_fixed():
    before = gm.read_escape_log(BEFORE / "escape.log")
    after = gm.read_escape_log(BEFORE.parent / "after/escape.log")
    diff = after.diff(before)
    gone = diff.filter(pl.col("status") == "gone")
    assert "buf escapes to heap" in gone["message"].to_list()
    assert before.diff(before)["status"].unique().to_list() == ["unchanged"]


def test_attribute_takes_what_the_readers_take():
    heap, log = BEFORE / "heap-3.pb.gz", BEFORE / "escape.log"
    read = gm.attribute(gm.read_pprof(heap), gm.read_escape_log(log))
    assert gm.attribute(heap, log).equals(read)
    assert gm.attribute(heap.read_bytes(), [log]).equals(read)


def test_diagnose_takes_what_the_reader_takes():
    folder = BEFORE / "metrics"
    assert gm.diagnose(folder).equals(gm.diagnose(gm.read_metrics(folder)))


def test_attribute_joins_profile_and_compiler():
    profile, log = gm.read_pprof(BEFORE / "heap-3.pb.gz"), gm.read_escape_log(BEFORE / "escape.log")
    model = gm.gogc.fit(BEFORE / "gctrace.log")
    sites = gm.attribute(profile, log, model=model)
    first = sites.row(0, named=True)
    assert (first["line"], first["cause"], first["certainty"]) == (58, "too_large", "yes")
    assert (first["reason"], first["reason_confidence"]) == ("too_large", "high")
    assert sites.filter(pl.col("reason").is_null())["bytes_fraction"].sum() < 0.05
    assert 0 < first["gc_cycles_saved_fraction"] < 1
    without_log = gm.attribute(profile)
    assert without_log["cause"].null_count() == without_log.height
    by_inuse = gm.attribute(profile, log, sample_type="inuse_space")
    assert by_inuse["line"][0] == 43
    with pytest.raises(gm.UsageError, match="no alloc_space"):
        gm.attribute(gm.read_pprof(BEFORE / "cpu.pb.gz"), log)


def test_lines_cost_what_their_sites_do():
    heap, log = BEFORE / "heap-3.pb.gz", BEFORE / "escape.log"
    lines, sites = gm.attribute(heap, log, by="line"), gm.attribute(heap, log)
    assert lines["bytes"].sum() == sites["bytes"].sum()
    assert lines.select("function", "line", "callee").is_unique().all()
    assert lines["advice"].null_count() < lines.height
    with pytest.raises(gm.UsageError, match="by is site or line"):
        gm.attribute(heap, log, by="function")


def test_damaged_profiles_say_where():
    whole = (BEFORE / "heap-3.pb.gz").read_bytes()
    with pytest.raises(gm.DecodeError) as caught:
        gm.read_pprof(whole[:1000])
    assert caught.value.kind == "gzip"
    assert caught.value.offset is not None
    with pytest.raises(gm.LimitError):
        gm.read_pprof(whole, limits={"decompressed_bytes": 1000})
