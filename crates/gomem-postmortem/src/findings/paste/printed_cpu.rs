//! What a printed CPU profile says of the garbage collector.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{PrintedRow, PrintedTable};
use gomem_symbol::{Origin, Symbol};
use gomem_table::{Unit, percent};

use crate::findings::finding::{Finding, FindingKind};

/// How much of the time GC takes, where it is much: its functions stand in many rows, and no row has their sum.
pub(crate) fn gc_time(name: &str, table: &PrintedTable) -> Option<Finding> {
    let total = table.total.filter(|&total| total > 0.0 && table.unit == "nanoseconds")?;
    // By lines a function has a row for each.
    let of = |name: &str| table.rows.iter().filter(|row| function(row) == name).map(|row| row.cum).sum::<f64>();
    let assist = of("runtime.gcAssistAlloc").max(of("runtime.gcAssistAlloc1"));
    let sweep = of("runtime.bgsweep") + of("runtime.bgscavenge");
    let workers =
        Some(of("runtime.gcBgMarkWorker")).filter(|&time| time > 0.0).unwrap_or_else(|| of("runtime.gcDrain"));
    let by_callers = workers + assist + sweep;
    let is_mark = |row: &&PrintedRow| is_marking(function(row));
    let by_marking = table.rows.iter().filter(is_mark).map(|row| row.flat).sum::<f64>();
    // Which of them stand in the table depends on how much of it was printed.
    let time = by_callers.max(by_marking).min(total);
    let share = time / total;
    if share < LEAST_SHARE {
        return None;
    }
    let shown = |time: f64| format!("{} ({})", Unit::Nanoseconds.humanize(time), percent(time / total, 1));
    let severity = if share >= LARGE_SHARE { Severity::Warning } else { Severity::Info };
    let title = format!("The garbage collector takes {} of the CPU time", percent(share, 1));
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!(
        "{name}: {} of {} is its marking and sweeping.",
        Unit::Nanoseconds.humanize(time),
        Unit::Nanoseconds.humanize(total)
    );
    if assist > 0.0 {
        finding.summary += &format!(
            " {} of it is help of goroutines that allocate: they wait for that, which is latency.",
            shown(assist)
        );
    }
    let allocating = of("runtime.mallocgc");
    if allocating > 0.0 {
        finding.summary += &format!(" Allocating itself takes {}, the help among it.", shown(allocating));
    }
    if let Some(words) = of_program(table.rows.iter().map(|row| (function(row), row.cum)), shown) {
        finding.summary += &format!(" Of the program, with what they call: {words}.");
    }
    LESS_GC.clone_into(&mut finding.action);
    finding.confidence = Confidence::Medium;
    finding
        .evidence
        .push(Evidence::new("GC's share of the time", share, Unit::Fraction).with_source("printed profile"));
    Some(finding)
}

/// A row's function, without its place (`-lines`).
fn function(row: &PrintedRow) -> &str {
    row.name.rsplit_once(' ').filter(|(_, place)| place.contains(':')).map_or(&*row.name, |(function, _)| function)
}

/// Whether only marking calls a function.
pub(crate) fn is_marking(function: &str) -> bool {
    MARKING.contains(&function)
}

/// The largest of the program's own functions, each with what it has, as `shown`.
pub(crate) fn of_program<'a>(
    functions: impl Iterator<Item = (&'a str, f64)>,
    shown: impl Fn(f64) -> String,
) -> Option<String> {
    let mut own: Vec<(&str, f64)> = functions.filter(|(name, _)| is_of_program(name)).collect();
    own.sort_by(|a, b| b.1.total_cmp(&a.1));
    let words =
        own.iter().take(SHOWN).map(|&(name, value)| format!("`{}` {}", Symbol::decode(name).short(), shown(value)));
    (!own.is_empty()).then(|| words.collect::<Vec<_>>().join(", "))
}

/// Whether it is neither of the runtime nor of the standard library.
fn is_of_program(name: &str) -> bool {
    !matches!(Origin::from_package(Symbol::decode(name).package(), ""), Origin::Runtime | Origin::Std)
        && name != "main.main"
}

/// What to do about GC that takes much.
pub(crate) const LESS_GC: &str = "Its work is how much is live, with pointers in it, times how often it runs: allocate less where most is made (/debug/pprof/allocs, or \
     `-sample_index=alloc_space` of a heap profile, for `gomem postmortem`), and where memory is to spare let it run more rarely (GOGC=200 \
     halves the cycles, with GOMEMLIMIT as the bound). GODEBUG=gctrace=1 tells whether a GOMEMLIMIT that is too low makes it run all the \
     time.";
/// Of the runtime: what only marking calls.
const MARKING: [&str; 9] = [
    "runtime.scanobject",
    "runtime.greyobject",
    "runtime.findObject",
    "runtime.scanblock",
    "runtime.markBits.isMarked",
    "runtime.gcDrain",
    "runtime.wbBufFlush1",
    "runtime.scanSpan",
    "runtime.scanObjectsSmall",
];
/// Judgements: what a service has that allocates as most do, and what asks for a change.
pub(crate) const LEAST_SHARE: f64 = 0.15;
pub(crate) const LARGE_SHARE: f64 = 0.25;
const SHOWN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_marking_takes_is_summed_by_whatever_is_shown() {
        let told = |rows: &str| {
            let text = format!(
                "Type: cpu\nShowing nodes accounting for 80s, 80% of 100s total\n      flat  flat%   sum%        cum   cum%\n{rows}"
            );
            gc_time("a.txt", &PrintedTable::parse(&text).unwrap()).map(|finding| finding.title)
        };
        let callers = "  22s 22% 22%  38s 38%  runtime.scanobject\n  0 0% 22%  37s 37%  runtime.gcBgMarkWorker\n  0 0% 22%  9s 9%  runtime.gcAssistAlloc\n";
        assert_eq!(told(callers).as_deref(), Some("The garbage collector takes 46.0 % of the CPU time"));
        let rows = "  22s 22% 22%  38s 38%  runtime.scanobject\n  10s 10% 32%  10s 10%  runtime.findObject\n";
        assert_eq!(told(rows).as_deref(), Some("The garbage collector takes 32.0 % of the CPU time"));
        let lines = "  2s 2% 2% 30s 30%  runtime.gcDrain runtime/mgcmark.go:1237\n  1s 1% 3% 9s 9%  runtime.gcDrain runtime/mgcmark.go:1240\n";
        assert_eq!(told(lines).as_deref(), Some("The garbage collector takes 39.0 % of the CPU time"));
        assert_eq!(told("  2s 2% 2%  3s 3%  runtime.scanobject\n  50s 50% 52%  60s 60%  main.work\n"), None);
    }
}
