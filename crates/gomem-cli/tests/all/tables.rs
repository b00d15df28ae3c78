//! `docs/reference/tables.md` is what the schemas say; `make tables` writes it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{fmt::Write, fs};

use gomem_bench::{BenchmarkMedian, Benchmarks, ComparisonRow, Remark as BenchRemark, UnitMean};
use gomem_escape::{DecisionChange, Diagnostics, EscapeLog};
use gomem_gogc::{Prediction, Recommendation};
use gomem_heap::{DifferenceRow, Heap};
use gomem_metrics::{GcTrace, GcTraceLine, Judgement, Metrics, NativeHistogram, RuntimeTraceNumber, ScrapeDiagnostic};
use gomem_postmortem::{
    BenchmarkLine, BenchmarkLineChange, ComparedLine, ComparedQuantity, HeldSite, Listing, Overview, Remark, Report,
    SourceView, UnusedFile,
};
use gomem_pprof::{
    Diagnostic, Edges, FlameTree, Frames, Goroutine, Granularity, Growth, Profile, SampleType, Samples, Sampling,
    SizeRange, Tags, Top, TopDiff,
};
use gomem_table::{ColumnSchema, Kind, Row, TableSchema, Unit, View};
use gomem_testkit::{assert_page, root};
use gomem_trace::Trace;

/// The tables of an execution trace, by what Python calls them.
const TRACE: [(&str, &str); 14] = [
    ("Trace.cycles", "trace_cycles"),
    ("Trace.pauses", "trace_pauses"),
    ("Trace.assists", "trace_assists"),
    ("Trace.sweeps", "trace_sweeps"),
    ("Trace.workers", "trace_workers"),
    ("Trace.heap", "trace_heap"),
    ("Trace.goals", "trace_goals"),
    ("Trace.tasks", "trace_tasks"),
    ("Trace.regions", "trace_regions"),
    ("Trace.logs", "trace_logs"),
    ("Trace.lifetimes", "trace_lifetimes"),
    ("Trace.events", "trace_events"),
    ("Trace.summary", "trace_summary"),
    ("Trace.diagnostics", "trace_diagnostics"),
];
/// The tables of a heap dump, by what Python calls them.
const HEAP: [(&str, &str); 12] = [
    ("Heap.retained", "holders"),
    ("Heap.retained(by=\"site\")", "holder_sites"),
    ("Heap.retained(by=\"type\")", "heap_types"),
    ("Heap.outline", "heap_outline"),
    ("Heap.paths", "heap_paths"),
    ("Heap.windows", "windows"),
    ("Heap.maps", "maps"),
    ("Heap.goroutines", "heap_goroutines"),
    ("Heap.objects", "objects"),
    ("Heap.roots", "roots"),
    ("Heap.summary", "heap_summary"),
    ("Heap.diagnostics", "heap_diagnostics"),
];
const HEAD: &str = "\
# Tables

This page is printed from the code's schemas by `make tables`; a test fails when it is stale.

Null means \"unknown\", never 0: the column `null` says when a value is, and is empty where none ever is. A `fraction` is a share: 0.25 is a quarter, which is
25 in `percent`. The values of a profile have the unit of their sample type. Times are UTC, in milliseconds.
Columns named like `steps.from` are fields of the records in the list `steps`. What stands in `<>` depends on the input.
";

/// A part of the page: what the tables are of, and each with where Python has it.
struct Part {
    heading: &'static str,
    tables: Vec<(&'static str, TableSchema)>,
}

#[test]
fn the_page_of_tables_is_what_the_schemas_say() {
    assert_page("docs/reference/tables.md", &page(), "make tables");
}

/// A table that a crate lists for its model, and that this page forgot, would be missed by no one else.
#[test]
fn every_listed_table_is_on_the_page() {
    let shown: Vec<_> = parts().into_iter().flat_map(|part| part.tables).map(|(_, schema)| schema.name).collect();
    let listed = convertible().into_iter().chain(schemas(Report::TABLES)).map(|schema| schema.name);
    let missing: Vec<_> = listed.filter(|name| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_column_says_what_it_is() {
    for (_, schema) in parts().into_iter().flat_map(|part| part.tables) {
        assert!(!schema.order.is_empty(), "{} has no order", schema.name);
        let bare: Vec<_> = schema.columns.iter().filter(|column| column.doc.is_empty()).collect();
        assert!(bare.is_empty(), "{}: {bare:?}", schema.name);
    }
}

fn parts() -> Vec<Part> {
    let kind = [SampleType::new("<sample type>", "")];
    let stats = fs::read(root().join("examples/incident/before/heap-debug1.txt")).unwrap();
    let stats = Profile::decode(&stats).unwrap();
    let profiles = vec![
        ("Profile.samples", Samples::schema(&kind)),
        ("Profile.frames", Frames::schema()),
        ("Profile.goroutines", Goroutine::schema()),
        ("Profile.sizes", SizeRange::schema()),
        ("Profile.top", Top::schema(Granularity::Line, Unit::None)),
        ("Profile.edges", Edges::schema(Unit::None)),
        ("Profile.tags", Tags::schema(Unit::None)),
        ("Profile.sampling", Sampling::schema(Granularity::Line, Unit::None)),
        ("ProfileDiff.top", TopDiff::schema(Granularity::Line, Unit::None)),
        ("FlameTree.to_frame", FlameTree::schema()),
        ("growth", Growth::schema(Unit::None)),
        ("Profile.mem_stats", stats.mem_stats().expect("a text heap profile ends with them").schema()),
        ("Profile.diagnostics", Diagnostic::schema()),
        ("Listing.to_frame", Listing::schema(Unit::None)),
    ];
    let [escapes, stack_buffers, leaks, inlining] =
        ["escapes", "stack_buffers", "leaks", "inlining"].map(|name| listed(EscapeLog::TABLES, name));
    let log = vec![
        ("EscapeLog.escapes", escapes),
        ("EscapeLog.stack_buffers", stack_buffers),
        ("EscapeLog.leaks", leaks),
        ("EscapeLog.inlining", inlining),
        ("EscapeLog.diagnostics", Diagnostics::schema()),
        ("EscapeLog.diff", DecisionChange::schema()),
    ];
    let [series, state, cycles, waterfall] =
        ["series", "state", "cycles", "waterfall"].map(|name| listed(Metrics::TABLES, name));
    let metrics = vec![
        ("Metrics.series", series),
        ("Metrics.state", state),
        ("Metrics.cycles", cycles),
        ("Waterfall.to_frame", waterfall),
        ("Metrics.histograms", NativeHistogram::schema()),
        ("Metrics.diagnostics", ScrapeDiagnostic::schema()),
        ("diagnose", Judgement::schema()),
        ("read_gctrace", GcTraceLine::schema()),
        ("", RuntimeTraceNumber::schema()),
    ];
    let gogc = vec![("GcModel.predict", Prediction::schema()), ("GcModel.recommend", Recommendation::schema())];
    let mut heap = HEAP.map(|(python, name)| (python, listed(Heap::TABLES, name))).to_vec();
    heap.push(("Heap.diff", DifferenceRow::schema()));
    heap.push(("attribute(heap)", HeldSite::schema()));
    let trace = TRACE.map(|(python, name)| (python, listed(Trace::TABLES, name))).to_vec();
    let [findings, sites, lines] = ["findings", "sites", "lines"].map(|name| listed(Report::TABLES, name));
    let report = vec![
        ("Report.findings", findings),
        ("attribute", sites),
        ("", lines),
        ("", Overview::schema()),
        ("", ComparedQuantity::schema()),
        ("", ComparedLine::schema()),
        ("", SourceView::schema()),
        ("", Remark::schema()),
        ("", UnusedFile::schema()),
    ];
    let bench = vec![
        ("Benchmarks.runs", Benchmarks::schema()),
        ("Benchmarks.remarks", BenchRemark::schema()),
        ("BenchComparison.to_frame", ComparisonRow::schema()),
        ("BenchComparison.means", UnitMean::schema()),
        ("Report.benchmarks", BenchmarkMedian::schema()),
        ("BenchLines.to_frame", BenchmarkLine::schema()),
        ("", BenchmarkLineChange::schema()),
    ];
    vec![
        Part { heading: "Profiles", tables: profiles },
        Part { heading: "The compiler's log", tables: log },
        Part { heading: "Metrics and GC traces", tables: metrics },
        Part { heading: "GOGC", tables: gogc },
        Part { heading: "Heap dumps", tables: heap },
        Part { heading: "Execution traces", tables: trace },
        Part { heading: "Benchmarks", tables: bench },
        Part { heading: "The report", tables: report },
    ]
}

/// What `gomem convert` writes.
fn convertible() -> Vec<TableSchema> {
    let mut all = schemas(Profile::TABLES);
    all.extend(schemas(EscapeLog::TABLES));
    all.extend(schemas(Diagnostics::TABLES));
    all.extend(schemas(Metrics::TABLES));
    all.extend(schemas(GcTrace::TABLES));
    all.extend(schemas(Heap::TABLES));
    all.extend(schemas(Trace::TABLES));
    all
}

fn schemas<M>(views: &[View<M>]) -> Vec<TableSchema> {
    views.iter().map(View::schema).collect()
}

fn listed<M>(views: &[View<M>], name: &str) -> TableSchema {
    schemas(views).into_iter().find(|schema| schema.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for part in parts() {
        write!(page, "\n## {}\n", part.heading).unwrap();
        for (python, schema) in part.tables {
            push_table(&mut page, python, &schema);
        }
    }
    page
}

fn push_table(page: &mut String, python: &str, schema: &TableSchema) {
    write!(page, "\n### {}\n\n", schema.name).unwrap();
    if !schema.about.is_empty() {
        write!(page, "{}. ", capital(&schema.about)).unwrap();
    }
    write!(page, "Order: {}.", cell(&schema.order)).unwrap();
    if !python.is_empty() {
        write!(page, " In Python: `{python}`.").unwrap();
    }
    if convertible().contains(schema) {
        write!(page, " Command: `gomem convert FILE --table {}`.", schema.name).unwrap();
    }
    page.push_str("\n\n| column | type | unit | null | says |\n|---|---|---|---|---|\n");
    push_rows(page, "", &schema.columns);
}

fn push_rows(page: &mut String, prefix: &str, columns: &[ColumnSchema]) {
    for column in columns {
        let name = format!("{prefix}{}", column.name);
        let kind = kind(column);
        let null = column.null.unwrap_or_default();
        let mut doc = cell(&column.doc);
        if !column.names.is_empty() {
            let names: Vec<_> = column.names.iter().map(|name| format!("`{name}`")).collect();
            write!(doc, ": {}", names.join(", ")).unwrap();
        }
        writeln!(page, "| `{name}` | {kind} | {} | {} | {doc} |", column.unit.name(), cell(null)).unwrap();
        push_rows(page, &format!("{name}."), &column.fields);
    }
}

/// As a frame has it.
fn kind(column: &ColumnSchema) -> &'static str {
    match column.kind {
        Kind::Bool => "flag",
        Kind::Int64 => "Int64",
        Kind::UInt64 => "UInt64",
        Kind::Float64 => "Float64",
        Kind::Timestamp => "time",
        Kind::Text => "text",
        Kind::Category => "category",
        Kind::List if column.fields.is_empty() => "list",
        Kind::List => "list of records",
        _ => "record",
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
