//! What became of benchmarks, as text.

use std::{collections::HashMap, io::Write};

use gomem_bench::{Basis, BenchmarkMedian, Comparison, ComparisonRow, Summary, Verdict, printed_number};
use gomem_table::percent;

use crate::{
    failure::Failure,
    show::{Annotation, Output, one_line},
};

/// By unit: each benchmark before and after, what is shown, and the geometric mean.
pub(crate) fn write_benchmarks(comparison: &Comparison, out: &mut Output<'_>) -> Result<(), Failure> {
    for mean in comparison.means() {
        let rows: Vec<&ComparisonRow> = comparison.rows().iter().filter(|row| row.unit == mean.unit).collect();
        let width = rows.iter().map(|row| short(&row.benchmark).chars().count()).chain([7]).max().unwrap_or(0);
        writeln!(out, "{:width$}  {:>22}  {:>22}  change", one_line(&mean.unit), "before", "after")?;
        for row in rows {
            let told = |summary: Option<Summary>| summary.map_or_else(|| "-".to_owned(), |summary| shown(&summary));
            let (before, after) = (told(row.base), told(row.current));
            writeln!(out, "{:width$}  {before:>22}  {after:>22}  {}", short(&row.benchmark), change(row))?;
        }
        let ratio = mean.ratio.map_or_else(|| "?".to_owned(), |ratio| signed(ratio - 1.0));
        writeln!(out, "{:width$}  {:>22}  {:>22}  {ratio}\n", "geomean", "", "")?;
    }
    for row in comparison.rows().iter().filter(|row| matches!(row.verdict, Verdict::New | Verdict::Gone)) {
        writeln!(out, "{} {} ({})", row.verdict.name(), short(&row.benchmark), one_line(&row.unit))?;
    }
    for note in comparison.notes() {
        writeln!(out, "note: {}", one_line(note))?;
    }
    Ok(())
}

/// What the runs of one output come to: a table for each unit.
pub(crate) fn write_medians(medians: &[BenchmarkMedian], out: &mut Output<'_>) -> Result<(), Failure> {
    let mut units: HashMap<&str, usize> = HashMap::new();
    for median in medians {
        let next = units.len();
        units.entry(&median.unit).or_insert(next);
    }
    let mut medians: Vec<&BenchmarkMedian> = medians.iter().collect();
    medians.sort_by_key(|median| units[&*median.unit]);
    for (index, rows) in medians.chunk_by(|one, next| one.unit == next.unit).enumerate() {
        let names = rows.iter().map(|row| short(&row.benchmark));
        let width = names.map(|name| name.chars().count()).chain([7]).max().unwrap_or(0);
        let gap = if index == 0 { "" } else { "\n" };
        writeln!(out, "{gap}{:width$}  {:>22}  runs", one_line(&rows[0].unit), "median")?;
        for row in rows {
            writeln!(out, "{:width$}  {:>22}  {:>4}", short(&row.benchmark), shown(&row.summary), row.summary.runs)?;
        }
    }
    Ok(())
}

/// A benchmark that is worse, as a pull request is told.
pub(crate) fn worse_benchmark(row: &ComparisonRow) -> Annotation {
    let center = |summary: Option<Summary>| summary.map_or_else(String::new, |summary| printed_number(summary.center));
    let by = match row.basis {
        Basis::Exact => "all runs of each side agree".to_owned(),
        _ => row.p.map_or_else(String::new, |p| format!("p={p:.3}")),
    };
    let share = row.delta_fraction().map_or_else(|| row.delta().map(printed_number).unwrap_or_default(), signed);
    Annotation {
        rule: row.unit.to_string(),
        rule_text: format!("More {} than before", row.unit),
        message: format!("{} {} → {} {}", row.benchmark, center(row.base), center(row.current), row.unit),
        reason: format!("{share}, {by}"),
        identity: format!("{}|{}|{}", row.package, row.benchmark, row.unit),
        ..Annotation::default()
    }
}

fn short(benchmark: &str) -> String {
    one_line(benchmark.strip_prefix("Benchmark").unwrap_or(benchmark))
}

/// `250.3 ± 2 %`; of what does not vary, or has too few runs, the value alone.
fn shown(summary: &Summary) -> String {
    let number = printed_number(summary.center);
    match (summary.low, summary.high) {
        (Some(low), Some(high)) if !summary.is_constant && summary.center != 0.0 => {
            let off = (high / summary.center - 1.0).max(1.0 - low / summary.center);
            format!("{number} ± {:.0} %", off * 100.0)
        }
        _ => number,
    }
}

fn change(row: &ComparisonRow) -> String {
    let tested = row.p.map_or_else(String::new, |p| format!(" (p={p:.3})"));
    let share = row.delta_fraction().map_or_else(|| row.delta().map(printed_number).unwrap_or_default(), signed);
    match row.verdict {
        Verdict::Same if row.delta() == Some(0.0) && row.p.is_none() => "=".to_owned(),
        Verdict::Same => format!("~{tested}"),
        Verdict::Unsure => format!("{share} unsure"),
        Verdict::New | Verdict::Gone => row.verdict.name().to_owned(),
        Verdict::Worse | Verdict::Better | Verdict::Changed => format!("{share} {}{tested}", row.verdict.name()),
        _ => String::new(),
    }
}

fn signed(fraction: f64) -> String {
    let sign = if fraction > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(fraction, 2))
}
