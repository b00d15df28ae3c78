"""The names, columns and options that users build upon."""

import inspect
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

ROOT = Path(__file__).parents[2]

FILTERS = "focus ignore hide show show_from prune_from tagfocus tagignore tagshow taghide"

# What is given by position, and what by keyword only.
SIGNATURES = {
    gm.read_pprof: ("source", "limits"),
    gm.merge: ("profiles", ""),
    gm.Profile.diff: ("self base", "normalize"),
    gm.Profile.samples: ("self", ""),
    gm.Profile.frames: ("self", ""),
    gm.Profile.top: ("self sample_type", "by"),
    gm.Profile.edges: ("self sample_type", "by"),
    gm.Profile.filter: ("self", FILTERS),
    gm.Profile.flame: ("self sample_type", ""),
    gm.Profile.to_pprof: ("self path", ""),
    gm.Profile.to_folded: ("self sample_type", ""),
    gm.FlameTree.to_html: ("self path", "source"),
    gm.scan_pprof: ("paths", "on_error"),
    gm.scan_gctrace: ("paths", "on_error"),
    gm.scan_traces: ("paths", "on_error"),
    gm.scan_escape_log: ("paths", "on_error table"),
    gm.growth: ("profiles", "sample_type"),
    gm.read_escape_log: ("source", ""),
    gm.EscapeLog.diff: ("self before", ""),
    gm.read_metrics: ("source", "format strict time"),
    gm.read_gctrace: ("source", ""),
    gm.diagnose: ("metrics", "gctrace memory_limit_bytes"),
    gm.gogc.fit: ("source", "metrics gogc memory_limit_bytes procs"),
    gm.gogc.GcModel.predict: ("self", "gogc memory_limit_bytes alloc_scale"),
    gm.gogc.GcModel.recommend: (
        "self",
        "container_limit_bytes objective cpu_price memory_price",
    ),
    gm.attribute: ("profile escapes", "model sample_type"),
    gm.read_heap: ("source", "binary roots mem_profile_rate limits"),
    gm.Heap.windows: ("self", "min_bytes ratio"),
    gm.Heap.diff: ("self before", ""),
    gm.postmortem: ("bundle", "source"),
    gm.compare: ("before after", ""),
    gm.Report.to_html: ("self path", ""),
    gm.Report.to_json: ("self path", ""),
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_options_are_keyword_only(function):
    by_position, by_keyword = (names.split() for names in SIGNATURES[function])
    parameters = inspect.signature(function).parameters.values()
    assert [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY] == by_position
    assert set(by_keyword) <= {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}


INCIDENT = ROOT / "examples/incident/before"
SERVICE = ROOT / "examples/incident/service"
BENCH = ROOT / "testdata/bench"
TOP = "flat cum flat_fraction cum_fraction"
INTERVALS = "{0} {0}_low {0}_high"


def heap():
    return gm.read_pprof(INCIDENT / "heap-3.pb.gz")


def log():
    return gm.read_escape_log(INCIDENT / "escape.log")


def read_metrics():
    return gm.read_metrics(INCIDENT / "metrics")


def model():
    return gm.gogc.fit(INCIDENT / "gctrace.log")


# A frame, and the columns that it has at least, in this order.
COLUMNS = {
    "samples": (
        lambda: heap().samples(),
        "sample stack alloc_objects alloc_space inuse_objects inuse_space labels",
    ),
    "frames": (
        lambda: heap().frames(),
        "stack_id depth function package file line start_line address mapping inlined",
    ),
    **{
        f"top by {by}": (lambda by=by: heap().top(by=by), f"{first} {TOP} {last}".strip())
        for by, (first, last) in {
            "function": ("short_function", "function"),
            "filefunction": ("short_function", "function file"),
            "file": ("file", ""),
            "line": ("place short_function", "function file line"),
            "address": ("place short_function", "function file line address"),
            "package": ("package", ""),
            "module": ("module", ""),
        }.items()
    },
    "edges": (lambda: heap().edges(), "caller callee weight inlined"),
    "flame": (lambda: heap().flame().to_frame(), "node parent depth name self total"),
    "diff": (lambda: heap().diff(heap()).to_frame(), "base current delta status"),
    "scan_pprof": (
        lambda: gm.scan_pprof(INCIDENT / "heap-3.pb.gz").collect(),
        "path time alloc_objects alloc_space inuse_objects inuse_space function file line stack",
    ),
    "growth": (
        lambda: gm.growth(sorted(INCIDENT.glob("heap-?.pb.gz"))),
        "place short_function first last change slope_per_hour rank_correlation sampled_objects "
        "likelihood function file line",
    ),
    "diagnostics": (
        lambda: log().diagnostics(),
        "package variant file line column kind function subject message",
    ),
    "escapes": (
        lambda: log().escapes(),
        "place function subject decision cause alloc_certainty sink advice steps copies",
    ),
    "series": (lambda: read_metrics().series(), "time metric labels value"),
    "gctrace": (
        lambda: gm.read_gctrace(INCIDENT / "gctrace.log"),
        "cycle start_seconds gc_percent stw_sweep_ms mark_ms stw_mark_term_ms assist_cpu_ms "
        "background_cpu_ms idle_cpu_ms heap_start_mb heap_end_mb heap_live_mb goal_mb stacks_mb "
        "globals_mb procs forced leak_check",
    ),
    "diagnose": (
        lambda: gm.diagnose(read_metrics()),
        "rule verdict severity confidence start end summary action evidence missing confounders",
    ),
    "predict": (
        lambda: model().predict(gogc=[50, 100]),
        "gogc memory_limit_bytes "
        + " ".join(
            INTERVALS.format(name)
            for name in ("gc_cycles", "peak_heap_bytes", "gc_cpu_fraction", "effective_gogc")
        )
        + " refusal",
    ),
    "recommend": (
        lambda: model().recommend(container_limit_bytes=1 << 30),
        "rank gogc memory_limit_bytes reason",
    ),
    "read_bench": (
        lambda: gm.read_bench(BENCH / "before.txt").runs(),
        "benchmark unit value iterations package machine start line",
    ),
    "bench": (
        lambda: (
            gm.read_bench(BENCH / "after.txt").diff(gm.read_bench(BENCH / "before.txt")).to_frame()
        ),
        "benchmark unit base current delta delta_fraction verdict basis p base_runs current_runs "
        "base_low base_high current_low current_high package",
    ),
    "list": (
        lambda: (
            heap()
            .list("Line$", sample_type="alloc_space", source=SERVICE, escapes=log())
            .to_frame()
        ),
        "function line flat cum text flat_fraction cum_fraction bytes objects decisions file "
        "source note",
    ),
    "attribute": (
        lambda: gm.attribute(heap(), log(), model=model()),
        "place short_function own_place bytes_fraction reason cause certainty bytes objects "
        "mean_object_bytes inuse_fraction "
        + INTERVALS.format("gc_cycles_saved_fraction")
        + " "
        + INTERVALS.format("gc_cpu_saved_fraction")
        + " pool_candidate compiler_message advice inlined_into function package file line",
    ),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns(name):
    make, columns = COLUMNS[name]
    frame, names = make(), columns.split()
    assert isinstance(frame, pl.DataFrame)
    assert [column for column in frame.columns if column in names] == names


def test_types():
    samples, steps = heap().samples().schema, log().escapes().schema["steps"]
    assert samples["stack"] == pl.List(pl.String)
    assert samples["alloc_space"] == pl.Int64
    assert [field.name for field in samples["labels"].inner.fields] == ["key", "str", "num", "unit"]
    assert [field.name for field in steps.inner.fields] == ["from", "why", "file", "line", "column"]
    for column in ("decision", "cause", "alloc_certainty", "subject_kind"):
        assert isinstance(log().escapes().schema[column], pl.Enum)
    assert isinstance(log().diagnostics().schema["kind"], pl.Enum)
    assert read_metrics().series().schema["time"] == pl.Datetime("ms", "UTC")
    findings = gm.diagnose(read_metrics()).schema
    evidence = findings["evidence"].inner
    assert [field.name for field in evidence.fields] == ["quantity", "value", "threshold", "unit"]
    assert findings["missing"] == pl.List(pl.String)
    assert findings["verdict"].categories.to_list() == [
        *("fired", "clear", "insufficient", "not_evaluable")
    ]
    assert heap().top().schema["flat"] == pl.Int64


def test_errors_have_a_base():
    for error in (gm.DecodeError, gm.InternalError, gm.LimitError, gm.UsageError):
        assert issubclass(error, gm.GomemError)
    assert (gm.DecodeError.kind, gm.DecodeError.offset, gm.DecodeError.line) == (None, None, None)


def test_metadata_and_reports(tmp_path):
    profile = heap()
    assert profile.default_sample_type == "inuse_space"
    assert profile.time is not None
    assert profile.duration is None
    assert profile.period == 512 * 1024
    assert profile.comments == []
    assert isinstance(profile.diagnostics, pl.DataFrame)
    report = gm.postmortem(INCIDENT)
    for frame in (report.findings, report.sites, report.gogc, read_metrics().cycles()):
        assert frame.height > 0
    report.to_html(tmp_path / "r.html")
    assert "<iframe" in report._repr_html_()
    assert log().coverage._fields == ("lines", "parsed", "unknown", "skipped")
