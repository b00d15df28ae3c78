//! Threads of a process: each has a stack of the system's.

use gomem_finding::{Evidence, Severity};
use gomem_table::Unit;

use crate::findings::finding::Finding;

/// Says that there are many, and what makes them.
pub(crate) fn tell_threads(finding: &mut Finding, threads: u64) {
    finding.title = format!("{threads} threads, {}", finding.title);
    finding.severity = finding.severity.max(Severity::Warning);
    finding.summary += &format!(
        " {threads} threads are many for a Go program, which runs goroutines on a few: a thread is held by each goroutine in a system call or in C \
         (cgo, its resolver of names too), or locked to one, and Go does not end it afterwards. Each has a stack of the system's, and C's \
         allocator an arena for many of them."
    );
    let count = Evidence::new("threads", threads as f64, Unit::Count).with_source("tool output");
    finding.evidence.push(count);
    finding.confounders.push("threads that a C library makes for itself are among them".to_owned());
}

/// What to do about them.
pub(crate) const OF_THREADS: &str = "See in a dump (/debug/pprof/goroutine?debug=2) at which line most goroutines are in a system call or in C, and bound how many do that at \
                                     once (a semaphore); /debug/pprof/threadcreate counts the threads. For names: GODEBUG=netdns=go, or a build with \
                                     CGO_ENABLED=0, asks without threads.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::finding::FindingKind;

    #[test]
    fn many_threads_come_first() {
        let mut finding = Finding::new(FindingKind::Printed, Severity::Info, "1.2 GiB resident".to_owned());
        tell_threads(&mut finding, 9121);
        assert_eq!((&*finding.title, finding.severity), ("9121 threads, 1.2 GiB resident", Severity::Warning));
    }
}
