"""What docstrings say of a frame's columns is what the schemas say: docs/reference/tables.md."""

import re
from pathlib import Path

import pytest

import gomem as gm

LINES = Path(__file__).parents[2] / "testdata/bench/lines"
PAGE = (Path(__file__).parents[2] / "docs/reference/tables.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### (?P<name>\w+)\n(?P<text>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
# Phrases that stand for columns that depend on the input, or on how one asks.
INSTEAD = (
    "The key's columns",
    "one column per quantity",
    "one Int64 column per sample type",
    "as one row",
    "the columns of `predict`",
)


def tables():
    for match in SECTION.finditer(PAGE):
        if made_by := re.search(r"In Python: `([\w.]+)`", match["text"]):
            yield pytest.param(made_by[1], match["text"], id=made_by[1])


def documented(made_by):
    found = gm.gogc if made_by.startswith("GcModel") else gm
    for name in made_by.split("."):
        found = getattr(found, name)
    doc = found.__doc__
    if "Returns\n" in doc:
        # What follows an empty line explains values.
        doc = doc.split("Returns\n")[1].split("\n\n")[0]
    return doc, re.findall(r"``([a-z_0-9]+)``", doc)


@pytest.mark.parametrize(("made_by", "text"), list(tables()))
def test_docstrings_name_the_columns(made_by, text):
    columns = re.findall(r"^\| `([\w.]+)` ", text, re.MULTILINE)
    doc, words = documented(made_by)
    known = {name for column in columns for name in column.split(".")}
    known |= set(re.findall(r"`([\w<> ]+)`", text))
    known |= {"_low", "_high", "path"}
    assert [word for word in words if word not in known] == [], "named and not there"
    if any(phrase in doc for phrase in INSTEAD):
        return
    if "``_low``" in doc:
        words += [f"{word}{end}" for word in words for end in ("_low", "_high")]
    top = [column for column in columns if "." not in column]
    assert [column for column in top if column not in words] == [], "there and not named"


@pytest.mark.parametrize("made_by", [table.values[0] for table in tables()])
def test_what_the_page_names_is_there(made_by):
    assert documented(made_by)[0]


def test_a_frame_has_the_columns_of_the_page(before):
    pages = {table.id: table.values[1] for table in tables()}
    log, metrics = gm.read_escape_log(before / "escape.log"), gm.read_metrics(before / "metrics")
    heap, report = gm.read_pprof(before / "heap-3.pb.gz"), gm.postmortem(before)
    model = gm.gogc.fit(before / "gctrace.log")
    dump = gm.read_heap(before.parents[1] / "holders/heap.dump.gz")
    benchmarks = gm.read_bench(b"BenchmarkRender 1000 12 allocs/op\n--- FAIL: BenchmarkSplit\n")
    compared = benchmarks.diff(benchmarks)
    frames = {
        "Profile.frames": heap.frames(),
        "Profile.goroutines": heap.goroutines(),
        "Profile.sizes": heap.sizes(),
        "Profile.edges": heap.edges(),
        "Profile.tags": heap.tags(),
        "Profile.diagnostics": heap.diagnostics,
        "Profile.top": heap.top(by="line"),
        "Profile.sampling": heap.sampling(by="line"),
        "Profile.mem_stats": gm.read_pprof(before / "heap-debug1.txt").mem_stats,
        "ProfileDiff.top": heap.diff(heap).top(by="line"),
        "FlameTree.to_frame": heap.flame().to_frame(),
        "growth": gm.growth([heap]),
        "EscapeLog.escapes": log.escapes(),
        "EscapeLog.stack_buffers": log.stack_buffers(),
        "EscapeLog.leaks": log.leaks(),
        "EscapeLog.inlining": log.inlining(),
        "EscapeLog.diagnostics": log.diagnostics(),
        "EscapeLog.diff": log.diff(log),
        "Metrics.series": metrics.series(),
        "Metrics.state": metrics.state(),
        "Metrics.cycles": metrics.cycles(),
        "Metrics.histograms": metrics.histograms(),
        "Metrics.diagnostics": metrics.diagnostics,
        "Waterfall.to_frame": metrics.waterfall().to_frame(),
        "diagnose": gm.diagnose(metrics),
        "read_gctrace": gm.read_gctrace(before / "gctrace.log"),
        "GcModel.predict": model.predict(),
        "Listing.to_frame": heap.list("UnmarshalLine", sample_type="alloc_space").to_frame(),
        "GcModel.recommend": model.recommend(container_limit_bytes=1 << 30),
        "Report.findings": report.findings,
        "Report.benchmarks": gm.postmortem([LINES / "after-1.27.3.txt"]).benchmarks,
        "attribute": gm.attribute(heap, log),
        "Heap.summary": dump.summary(),
        "Heap.diagnostics": dump.diagnostics,
        "Heap.retained": dump.retained(),
        "Heap.objects": dump.objects(),
        "Heap.roots": dump.roots(),
        "Heap.outline": dump.outline(),
        "Heap.paths": dump.paths(),
        "Heap.windows": dump.windows(),
        "Heap.maps": dump.maps(),
        "Heap.goroutines": dump.goroutines(),
        "Heap.diff": dump.diff(dump),
        "Benchmarks.runs": benchmarks.runs(),
        "Benchmarks.remarks": benchmarks.remarks,
        "BenchLines.to_frame": gm.read_bench(LINES / "after-1.27.3.txt")
        .lines(LINES / "after-1.27.3.mem", LINES / "after-1.27.3.log")
        .to_frame(),
        "BenchComparison.to_frame": compared.to_frame(),
        "BenchComparison.means": compared.means(),
    }
    traced = gm.read_trace(before.parents[2] / "testdata/traces/lifetimes-1.27.3.trace")
    of_trace = [name for name in pages if name.startswith("Trace.")]
    for name in of_trace:
        found = getattr(traced, name.removeprefix("Trace."))
        frames[name] = found() if callable(found) else found
    assert set(frames) == set(pages) - {"Profile.samples"}, "its columns depend on the profile"
    for name, frame in frames.items():
        columns = re.findall(r"^\| `(\w+)` ", pages[name], re.MULTILINE)
        assert frame.columns == columns, name
