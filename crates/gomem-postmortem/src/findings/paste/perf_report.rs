//! What a report of Linux's `perf` says of the garbage collector.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{Unit, percent};

use crate::{
    bundle::{PerfReport, PerfRow},
    findings::{
        finding::{Finding, FindingKind},
        paste::printed_cpu::{LARGE_SHARE, LEAST_SHARE, LESS_GC, is_marking, of_program},
    },
};

/// How much of the time marking takes, where it is much. Which functions a report has depends on where it was cut: it is a least.
pub(crate) fn perf_report(report: &PerfReport, name: &str) -> Option<Finding> {
    let sum = |is_of: &dyn Fn(&str) -> bool| -> f64 {
        report.rows.iter().filter(|row| is_of(&row.function)).map(|row| row.share).sum()
    };
    let share = sum(&is_marking);
    if share < LEAST_SHARE {
        return None;
    }
    let severity = if share >= LARGE_SHARE { Severity::Warning } else { Severity::Info };
    let title = format!("The garbage collector takes {} of the samples at least", percent(share, 1));
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!("{name}: by the functions of its marking that the report has.");
    let allocating = sum(&|function| function == "runtime.mallocgc");
    if allocating > 0.0 {
        finding.summary += &format!(" Allocating itself (`runtime.mallocgc`) takes {}.", percent(allocating, 1));
    }
    let functions = report.rows.iter().map(|PerfRow { function, share }| (function.as_str(), *share));
    if let Some(words) = of_program(functions, |share| percent(share, 1)) {
        finding.summary += &format!(" Of the program itself: {words}.");
    }
    LESS_GC.clone_into(&mut finding.action);
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("GC's share of the samples", share, Unit::Fraction).with_source("perf"));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_marking_are_summed() {
        let told = |rows: &[(&str, f64)]| {
            let rows = rows.iter().map(|&(function, share)| PerfRow { function: function.to_owned(), share }).collect();
            perf_report(&PerfReport { rows }, "a.txt").map(|finding| (finding.severity, finding.title))
        };
        let rows = [("runtime.scanobject", 0.21), ("runtime.findObject", 0.1), ("main.lookup", 0.3)];
        let title = "The garbage collector takes 31.0 % of the samples at least".to_owned();
        assert_eq!(told(&rows), Some((Severity::Warning, title)));
        assert_eq!(told(&rows[1..]), None);
    }
}
