//! What the page that lists a program's profiles counts.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::Unit;

use crate::{
    bundle::ProfileIndex,
    findings::finding::{Finding, FindingKind},
};

/// How many goroutines there are, and whether that is many.
pub(crate) fn profile_index(index: &ProfileIndex, name: &str) -> Finding {
    let &ProfileIndex { goroutines, threads, .. } = index;
    let first = index.earlier.first().copied();
    let is_crowd = goroutines >= CROWD;
    let is_more = first.is_some_and(|first| goroutines >= CROWD.max(first.saturating_mul(2)));
    let title = match first.filter(|_| is_more) {
        Some(first) => format!("{first} goroutines at first, {goroutines} at last"),
        None if is_crowd => format!("{goroutines} goroutines: a crowd, or a leak"),
        None => format!("No crowd of goroutines: {goroutines}"),
    };
    let severity = if is_more || goroutines >= LARGE_CROWD { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!("{name}: by the page of /debug/pprof/.");
    if is_crowd {
        let least = Unit::Bytes.humanize(goroutines as f64 * SMALLEST_STACK);
        finding.summary += &format!(" Their stacks alone take {least} at least, and each keeps what it refers to.");
    }
    if let Some(threads) = threads.filter(|&threads| threads >= MANY_THREADS) {
        finding.summary += &format!(
            " {threads} threads were made: of calls that block in the system or in C (files, cgo, DNS by cgo). Each has a stack outside of Go's heap."
        );
    }
    finding.summary +=
        " Beside heap and allocs stand numbers of stacks, not of objects or bytes: of memory the page says nothing.";
    finding.action = if is_crowd {
        "/debug/pprof/goroutine?debug=2, for `gomem postmortem`, says at which line they wait, for what, and who made them; two of them some time \
         apart whether they grow more."
    } else {
        "It is not goroutines by this: take a heap profile (/debug/pprof/heap), and two of them some time apart for `gomem diff`."
    }
    .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("goroutines", goroutines as f64, Unit::Count).with_source("tool output"));
    finding
}

/// Judgements: what a large service may have, and what hardly any has.
const CROWD: u64 = 1000;
const LARGE_CROWD: u64 = 10_000;
const MANY_THREADS: u64 = 200;
/// `stackMin` of `runtime/stack.go`.
const SMALLEST_STACK: f64 = 2048.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowds_are_told_from_what_a_server_has() {
        let told = |goroutines, earlier: &[u64]| {
            let index = ProfileIndex { goroutines, threads: Some(11), earlier: earlier.to_vec() };
            let finding = profile_index(&index, "a.txt");
            (finding.title, finding.severity)
        };
        assert_eq!(told(62, &[]), ("No crowd of goroutines: 62".to_owned(), Severity::Info));
        assert_eq!(told(1500, &[]), ("1500 goroutines: a crowd, or a leak".to_owned(), Severity::Info));
        assert_eq!(told(50_213, &[]).1, Severity::Warning);
        assert_eq!(told(4000, &[1200]), ("1200 goroutines at first, 4000 at last".to_owned(), Severity::Warning));
        assert_eq!(told(90, &[12]).0, "No crowd of goroutines: 90");
    }
}
