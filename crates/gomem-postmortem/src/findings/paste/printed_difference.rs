//! A table of what one profile has more than another, as `go tool pprof -diff_base` prints it.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{PrintedRow, PrintedTable};
use gomem_symbol::Symbol;
use gomem_table::Unit;

use crate::findings::{
    calls::call_advice::row_advice,
    finding::{Finding, FindingKind},
};

/// The function that has most more, and what else has more or less.
pub(crate) fn difference(name: &str, table: &PrintedTable) -> Option<Finding> {
    let unit = Unit::from_pprof(table.unit);
    let mut rows: Vec<&PrintedRow> = table.rows.iter().filter(|row| row.flat != 0.0).collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| b.flat.total_cmp(&a.flat));
    let short = |row: &PrintedRow| Symbol::decode(&row.name).short();
    let what = match table.kind.as_deref().unwrap_or_default() {
        "inuse_space" | "inuse_objects" => " in use",
        "alloc_space" | "alloc_objects" => " allocated",
        "goroutine" => " goroutines",
        _ => "",
    };
    let is_in_use = what == " in use";
    let most = rows.first().filter(|row| row.flat > 0.0);
    let title = match most {
        Some(row) => format!("`{}`: {} more{what} than in the base profile", short(row), unit.humanize(row.flat)),
        None => "Nothing is more than in the base profile".to_owned(),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!("{name}: the table is of what one profile has more than another.");
    let told = |rows: &[&PrintedRow], words: &str| {
        let all: Vec<String> =
            rows.iter().take(SHOWN).map(|row| format!("`{}` {}", short(row), unit.humanize(row.flat.abs()))).collect();
        if all.is_empty() { String::new() } else { format!(" {words}: {}.", all.join(", ")) }
    };
    let (more, less) = rows.split_at(rows.partition_point(|row| row.flat > 0.0));
    let less: Vec<&PrintedRow> = less.iter().rev().copied().collect();
    finding.summary += &told(more.get(1..).unwrap_or_default(), "Also more");
    finding.summary += &told(&less, "Less");
    if is_in_use && most.is_some() {
        finding.summary += " Two moments may be two loads: a third profile as long after tells a leak.";
    }
    finding.action = match most {
        Some(row) if is_in_use => row_advice(&row.name, true).map_or_else(
            || format!("See what keeps what `{}` makes: `gomem growth` over several heap profiles names your line that calls it.", short(row)),
            str::to_owned,
        ),
        Some(_) => "Give both profiles: `gomem diff` says by which of your lines.".to_owned(),
        None => "It is no leak between these two. What both hold a table of one of them says.".to_owned(),
    };
    finding.confidence = Confidence::Medium;
    if let Some(row) = most {
        finding.bytes = Some(row.flat as i64).filter(|_| unit == Unit::Bytes);
        finding.evidence.push(Evidence::new("more than in the base", row.flat, unit).with_source("printed profile"));
    }
    Some(finding)
}

const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_and_what_is_less() {
        let told = |text: &str| difference("a.txt", &PrintedTable::parse(text).unwrap()).unwrap();
        let head = "Type: inuse_space\nShowing nodes accounting for 412MB, 61% of 675MB total\n      flat  flat%   sum%        cum   cum%\n";
        let grown = told(&format!(
            "{head}  371.5MB 55% 55%  371.5MB 55%  main.open\n  -61.25MB 9% 46%  -61.25MB 9%  bufio.NewReaderSize\n   88MB 13% 59%   88MB 13%  main.new\n"
        ));
        assert_eq!(grown.title, "`main.open`: 371.5 MiB more in use than in the base profile");
        assert!(
            grown.summary.contains("Also more: `main.new` 88.0 MiB. Less: `bufio.NewReaderSize` 61.2 MiB."),
            "{}",
            grown.summary
        );
        let fell = told(&format!("{head}  -61.25MB 9% 9%  -61.25MB 9%  main.open\n"));
        assert_eq!(fell.title, "Nothing is more than in the base profile");
    }
}
