//! The report on a terminal.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, TableStyle};
use gomem_gogc::Prediction;
use gomem_metrics::Component;
use gomem_postmortem::Report;
use gomem_table::Unit;

use crate::words::{benchmarks, cells, facts, predicted, together, wants};

/// The report for a terminal, in lines of at most `columns`, where words allow it.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let report = gomem_postmortem::Report::from_bundle(&bundle);
/// assert!(gomem_report::text(&report, 100).lines().all(|line| line.chars().count() <= 100));
/// ```
#[must_use]
pub fn text(report: &Report, columns: usize) -> String {
    let mut out = String::new();
    let facts: Vec<String> = facts(report.overview()).iter().map(|(label, value)| format!("{label} {value}")).collect();
    let facts = if facts.is_empty() { "no metrics".to_owned() } else { facts.join(" · ") };
    out.push_str(&textwrap::fill(&format!("{}: {facts}", report.name()), wrapped(columns).subsequent_indent(INDENT)));
    out.push('\n');
    for (finding, rank) in report.findings().iter().zip(1..) {
        let _ = writeln!(out, "\n{rank:>2}. [{}] {}", finding.severity.name(), finding.title);
        paragraph(&mut out, &finding.summary, columns);
        if let Some(saving) = finding.saving {
            paragraph(&mut out, &predicted(saving), columns);
        }
        if !finding.action.is_empty() {
            paragraph(&mut out, &format!("→ {}", finding.action), columns);
        }
        if !finding.missing.is_empty() {
            paragraph(&mut out, &format!("Surer with {}.", finding.missing.join(", ")), columns);
        }
    }
    if let Some(fixes) = report.together() {
        let _ = writeln!(out, "\n{}", textwrap::fill(&together(fixes), wrapped(columns)));
    }
    if !report.gogc().is_empty() {
        let _ = writeln!(out, "\nWhat another GOGC would do to this run (90 % intervals):\n{}", what_if(report.gogc()));
    }
    let (benchmarks, more) = benchmarks(report);
    if !benchmarks.is_empty() {
        out.push_str("\nBenchmarks, and where each operation allocates:\n");
    }
    for benchmark in benchmarks {
        paragraph(&mut out, &format!("{}: {}", benchmark.name, benchmark.measured), columns);
        benchmark.lines.iter().for_each(|line| paragraph(&mut out, &format!("  {line}"), columns));
    }
    if more > 0 {
        paragraph(&mut out, &format!("and {more} more: `gomem bench` shows all"), columns);
    }
    if let Some((_, parts)) = report.memory_now() {
        let title = |component: Component| component.title_among(parts.iter().map(|part| part.0));
        let parts: Vec<String> = parts
            .iter()
            .map(|(component, bytes)| format!("{} {}", title(*component), Unit::Bytes.humanize(*bytes)))
            .collect();
        let _ = writeln!(out, "\nWhere the memory is, at the end:");
        paragraph(&mut out, &parts.join(" · "), columns);
    }
    for told in report.asides() {
        let _ = writeln!(out, "also seen: {}: {}", told.rule.name(), told.summary);
    }
    let wants = wants(report);
    if !wants.is_empty() {
        out.push_str("\nWhat could not be judged, and what it would take:\n");
    }
    for (rules, want) in wants {
        paragraph(&mut out, &format!("{rules}: {want}"), columns);
    }
    for remark in report.remarks() {
        let _ = writeln!(out, "read: {} ({})", remark.name, remark.text);
    }
    for file in report.unused_files() {
        let _ = writeln!(out, "not used: {} ({})", file.name, file.reason);
    }
    out
}

fn what_if(predictions: &[Prediction]) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(["GOGC", "GC cycles", "peak heap", "GC CPU"]);
    let (answered, refused): (Vec<_>, Vec<_>) = predictions.iter().partition(|found| found.refusal.is_none());
    for prediction in answered {
        table.add_row(cells(prediction));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut out = table.trim_fmt();
    for prediction in refused {
        let [label, reason, ..] = cells(prediction);
        let _ = write!(out, "\n GOGC={label}: {reason}");
    }
    out
}

/// Wrapped, and indented below its title.
fn paragraph(out: &mut String, text: &str, columns: usize) {
    out.push_str(&textwrap::fill(text, wrapped(columns).initial_indent(INDENT).subsequent_indent(INDENT)));
    out.push('\n');
}

/// Between words only, so that names stay whole.
fn wrapped<'a>(columns: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(columns.max(LEAST_COLUMNS))
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

const INDENT: &str = "    ";
const LEAST_COLUMNS: usize = 40;
