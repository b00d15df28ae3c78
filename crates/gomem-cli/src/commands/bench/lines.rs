//! The lines at which benchmarks allocate more or less than before.

use std::io::Write;

use gomem_escape::EscapeDiff;
use gomem_postmortem::{BenchmarkAllocation, BenchmarkLineChange, Comparison, benchmark_line_changes};
use gomem_symbol::Symbol;
use gomem_table::ToTable;

use crate::{
    failure::Failure,
    show::{Annotation, Level, Output, Review, Section, one_line},
};

/// The lines at which benchmarks allocate more or less than before, and what is not known of them.
#[derive(Debug, Default)]
pub(crate) struct BenchLines {
    pub(crate) changes: Vec<BenchmarkLineChange>,
    pub(crate) notes: Vec<String>,
}

impl BenchLines {
    pub(crate) fn new(
        before: &[BenchmarkAllocation],
        after: &[BenchmarkAllocation],
        decisions: Option<&EscapeDiff<'_>>,
    ) -> Self {
        let notes = [
            BenchmarkAllocation::unknown_lines(before, " before"),
            BenchmarkAllocation::unknown_lines(after, " after"),
        ]
        .concat();
        Self { changes: benchmark_line_changes(before, after, decisions), notes }
    }

    /// Of two bundles.
    pub(crate) fn from_comparison(comparison: &Comparison) -> Self {
        Self { changes: comparison.benchmark_lines.clone(), notes: comparison.benchmark_notes.clone() }
    }

    /// A line for each, below its benchmark.
    pub(crate) fn write(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let mut benchmark = None;
        for change in &self.changes {
            if benchmark != Some((&change.package, &change.benchmark)) {
                benchmark = Some((&change.package, &change.benchmark));
                writeln!(out, "\n{}:", one_line(&change.benchmark))?;
            }
            writeln!(out, "  {} at {}{}", more(change), one_line(&change.place.short()), one_line(&why(change)))?;
        }
        if !self.notes.is_empty() {
            writeln!(out)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(out, "note: {}", one_line(note)))?;
        Ok(())
    }

    /// What is more stands before all else; all of it is folded in.
    pub(crate) fn add_to(&self, review: &mut Review) {
        let is_sure = |change: &&BenchmarkLineChange| !change.is_shared || change.is_new_decision == Some(true);
        let is_more = |change: &&BenchmarkLineChange| change.more_allocs() > 0.0 || change.more_bytes() > 0.0;
        let worse = self.changes.iter().filter(is_sure).filter(is_more);
        review.annotations.splice(0..0, worse.map(told));
        let table = self.changes.to_table().select(&SHORT_LINES);
        review.sections.splice(0..0, Section::new("Lines that allocate more or less", table));
        review.notes.extend(self.notes.iter().cloned());
    }
}

/// `+2 allocs/op, +32 B/op`
fn more(change: &BenchmarkLineChange) -> String {
    format!("{} allocs/op, {} B/op", signed(change.more_allocs()), signed(change.more_bytes()))
}

/// `, which calls fmt.Fprint` or `: r.ID escapes to heap (interface boxing), new`
fn why(change: &BenchmarkLineChange) -> String {
    let mut why = String::new();
    if let Some(callee) = &change.callee {
        why.push_str(&format!(", which calls {}", Symbol::decode(callee).short()));
    }
    if let Some(decision) = &change.decision {
        why.push_str(&format!(": {} ({})", decision.message(), decision.cause.words()));
    } else if let Some(reason) = change.reason {
        why.push_str(&format!(": {}", reason.words()));
    }
    if change.is_new_decision == Some(true) {
        why.push_str(", new");
    } else if change.is_shared {
        why.push_str("; blocks that small objects of other lines share: it may be theirs");
    }
    why
}

fn told(change: &BenchmarkLineChange) -> Annotation {
    let advice = change.decision.as_ref().map_or_else(String::new, |decision| format!("; {}", decision.advice));
    let why = why(change);
    Annotation {
        level: Level::Warning,
        rule: "bench_allocation".to_owned(),
        rule_text: "A benchmark allocates more at this line than before".to_owned(),
        message: format!("{}: {}", change.benchmark, more(change)),
        reason: format!("{}{advice}", why.trim_start_matches([':', ',', ' '])),
        identity: format!("{}|{}|{}", change.benchmark, change.place.function(), why),
        ..Annotation::at(Some(&change.place))
    }
}

/// With as many digits as tell something: allocations are whole, but for what is shared out.
fn signed(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if (rounded - rounded.round()).abs() < 0.02 { format!("{:+.0}", rounded.round()) } else { format!("{rounded:+.2}") }
}

/// The columns that people look at.
pub(crate) const SHORT_LINES: [&str; 6] =
    ["benchmark", "place", "callee", "allocs_delta", "bytes_delta", "compiler_message"];
pub(crate) const SHORT_ALLOCATIONS: [&str; 7] =
    ["benchmark", "place", "site_place", "allocs", "bytes", "reason", "compiler_message"];
