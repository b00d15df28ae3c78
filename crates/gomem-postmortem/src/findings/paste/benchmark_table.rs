//! What a table that compares two outputs of benchmarks says of allocation.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{Unit, percent};

use crate::{
    bundle::{BenchmarkChange, BenchmarkTable},
    findings::finding::{Finding, FindingKind},
};

/// The benchmark whose operations allocate most more, else the one that allocates most less.
pub(crate) fn benchmark_table(table: &BenchmarkTable, name: &str) -> Option<Finding> {
    let (rows, unit) = if table.bytes.is_empty() { (&table.objects, Unit::Count) } else { (&table.bytes, Unit::Bytes) };
    let what = if unit == Unit::Bytes { "" } else { " objects" };
    let mut changed: Vec<&BenchmarkChange> = rows.iter().filter(|row| change(row).abs() >= LEAST).collect();
    changed.sort_by(|a, b| change(b).total_cmp(&change(a)));
    let shown = |value: f64| format!("{}{what}", unit.humanize(value));
    let words = |row: &BenchmarkChange| {
        let direction = if row.after > row.before { "more" } else { "less" };
        let share = percent(change(row).abs(), 1);
        format!("`{}` {} → {} ({share} {direction})", row.name, shown(row.before), shown(row.after))
    };
    let more = changed.first().filter(|row| row.after > row.before);
    let title = match more.or(changed.last()) {
        Some(row) => format!("For each operation {}", words(row)),
        None => format!("Operations allocate as much as before: none of {} benchmarks differs", rows.len()),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!("{name}: {} of {} benchmarks allocate otherwise than before.", changed.len(), rows.len());
    let first = more.or(changed.last());
    let others: Vec<String> =
        changed.iter().filter(|row| first != Some(*row)).take(SHOWN).map(|row| words(row)).collect();
    if !others.is_empty() {
        finding.summary += &format!(" Others: {}.", others.join(", "));
    }
    let of_same = |row: &&BenchmarkChange| more.is_some_and(|more| row.name == more.name);
    if let Some(objects) = table.objects.iter().find(of_same).filter(|_| unit == Unit::Bytes) {
        finding.summary += &format!(" That one makes {} objects, {} before.", objects.after, objects.before);
    }
    finding.summary +=
        " It counts all that one operation allocates, freed or not: what GC works for, and no memory in use.";
    finding.action = if more.is_some() {
        "Which lines make it, and why, says a profile of that benchmark from before and after: go test -run - -bench NAME -benchmem -memprofile heap.pb.gz \
         -gcflags=-m=2 2> escape.log, and `gomem bench` of both folders."
    } else {
        "Nothing to do. What is left, and at which lines, says a profile of the benchmark (-memprofile), for `gomem postmortem`."
    }
    .to_owned();
    finding.confidence = Confidence::Medium;
    let evidence = first.map(|row| [("before", row.before), ("after", row.after)]).into_iter().flatten();
    finding
        .evidence
        .extend(evidence.map(|(quantity, value)| Evidence::new(quantity, value, unit).with_source("benchmark")));
    Some(finding)
}

/// What is allocated more, as a share of what was allocated before; nothing where the tool cannot tell both apart.
fn change(row: &BenchmarkChange) -> f64 {
    if row.is_same || row.before <= 0.0 { 0.0 } else { row.after / row.before - 1.0 }
}

/// A judgement: what nobody would change a line for.
const LEAST: f64 = 0.01;
const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_comes_before_what_is_less() {
        let told = |rows: &[(&str, f64, f64, bool)]| {
            let row = |&(name, before, after, is_same): &(&str, f64, f64, bool)| BenchmarkChange {
                name: name.to_owned(),
                before,
                after,
                is_same,
            };
            let table = BenchmarkTable { bytes: rows.iter().map(row).collect(), objects: Vec::new() };
            benchmark_table(&table, "a.txt").unwrap().title
        };
        let both = [("A", 100.0, 20.0, false), ("B", 536.0, 920.0, false), ("C", 1.0, 9.0, true)];
        assert_eq!(told(&both), "For each operation `B` 536 B → 920 B (71.6 % more)");
        assert_eq!(told(&both[..1]), "For each operation `A` 100 B → 20 B (80.0 % less)");
        assert_eq!(told(&both[2..]), "Operations allocate as much as before: none of 1 benchmarks differs");
    }
}
