//! The report on a terminal.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, TableStyle};
use gomem_gogc::{Interval, Prediction};
use gomem_table::Unit;

use crate::{
    findings::{sentence, wants},
    pacing::Saving,
    report::{Report, gogc_percent},
};

/// With lines of at most `columns`, where words allow it.
pub(crate) fn render(report: &Report, columns: usize) -> String {
    let mut out = String::new();
    let facts: Vec<String> =
        report.overview().facts().iter().map(|(label, value)| format!("{label} {value}")).collect();
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
    if let Some((count, fraction, saving)) = report.together() {
        let _ = writeln!(
            out,
            "\nFixing the {count} sites above with a warning ({:.1} % of bytes) together. {}",
            fraction * 100.0,
            predicted(saving)
        );
    }
    if !report.what_if().is_empty() {
        let _ =
            writeln!(out, "\nWhat another GOGC would do to this run (90 % intervals):\n{}", what_if(report.what_if()));
    }
    if let Some((_, parts)) = report.memory_now() {
        let parts: Vec<String> = parts
            .iter()
            .map(|(component, bytes)| format!("{} {}", component.title(), Unit::Bytes.humanize(*bytes)))
            .collect();
        let _ = writeln!(out, "\nWhere the memory is, at the end:");
        paragraph(&mut out, &parts.join(" · "), columns);
    }
    for told in report.asides() {
        let _ = writeln!(out, "also seen: {}: {}", told.rule.name(), sentence(&told.summary));
    }
    if !report.unjudged().is_empty() {
        let _ = writeln!(out, "\nWhat the metrics could not tell, and what it would take:");
        for (rules, want) in wants(report.unjudged()) {
            paragraph(&mut out, &format!("{rules}: {want}"), columns);
        }
    }
    for remark in report.remarks() {
        let _ = writeln!(out, "read: {} ({})", remark.name, remark.text);
    }
    for unread in report.unread() {
        let _ = writeln!(out, "not used: {} ({})", unread.name, unread.reason);
    }
    out
}

pub(crate) fn predicted(saving: Saving) -> String {
    let points = |interval: Interval| {
        format!("{:.1} ({:.1}–{:.1})", interval.value * 100.0, interval.low * 100.0, interval.high * 100.0)
    };
    format!(
        "Predicted: {} % fewer GC cycles, GC CPU down by {} points.",
        points(saving.gc_cycles),
        points(saving.gc_cpu)
    )
}

/// Label, cycles, peak heap, GC CPU of one setting; or the reason why there are none.
pub(crate) fn cells(prediction: &Prediction) -> [String; 4] {
    let label = gogc_percent(prediction).map_or_else(|| "off".to_owned(), |percent| percent.to_string());
    if let Some(refusal) = prediction.refusal {
        return [label, refusal.to_string(), String::new(), String::new()];
    }
    let show = |interval: Option<Interval>, unit: fn(f64) -> String| {
        interval.map_or_else(String::new, |found| {
            format!("{} ({}–{})", unit(found.value), unit(found.low), unit(found.high))
        })
    };
    [
        label,
        show(prediction.gc_cycles, |value| format!("{value:.0}")),
        show(prediction.peak_heap_bytes, |value| Unit::Bytes.humanize(value)),
        show(prediction.gc_cpu_fraction, |value| Unit::Fraction.humanize(value)),
    ]
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
