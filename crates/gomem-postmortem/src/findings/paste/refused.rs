//! What a program's log says of memory that the system refused, where the program went on.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::Unit;

use crate::{
    bundle::{Refused, RefusedCall},
    findings::finding::{Finding, FindingKind},
};

/// What was refused, how often, and where to look.
pub(crate) fn refused(refused: &Refused, name: &str) -> Finding {
    let (what, action) = match refused.call {
        RefusedCall::Fork => (
            "a process",
            "It was so before the new process had begun: the machine, or the container, had no memory to promise. See what takes it (`free -m`, \
             `ps aux --sort=-rss`), CommitLimit and Committed_AS of /proc/meminfo where vm.overcommit_memory is 2, and `ulimit -v`. Of this \
             program scrapes of /metrics or a heap profile (/debug/pprof/heap) say what it holds itself.",
        ),
        RefusedCall::Mmap => (
            "a mapping",
            "Mapped files take addresses, and a number of areas: see `ulimit -v`, vm.max_map_count beside `wc -l /proc/PID/maps`, and on 32 \
             bits the addresses themselves. No heap profile counts them.",
        ),
        RefusedCall::Other => (
            "memory",
            "The kernel had none for this call: see what takes the machine's (`free -m`, `ps aux --sort=-rss`, Slab of /proc/meminfo), the \
             container's limit (memory.stat of its cgroup: sock and kernel count too), and of this program scrapes of /metrics or a heap \
             profile (/debug/pprof/heap).",
        ),
    };
    let title = format!("The system refused the program {what}: it had no memory for it");
    let mut finding = Finding::new(FindingKind::Printed, Severity::Warning, title);
    let times = if refused.count == 1 { "once".to_owned() } else { format!("{} times, the last", refused.count) };
    finding.summary = format!("{name}: {times} “{}”. Who took the memory the line does not say.", refused.line);
    finding.action = action.to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("refused calls", refused.count as f64, Unit::Count).with_source("log"));
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_says_where_to_look() {
        let told = |text: &str| refused(&Refused::find(text).unwrap(), "a.log");
        let fork = told("a: fork/exec /bin/x: cannot allocate memory\n");
        assert!(fork.title.contains("refused the program a process") && fork.summary.contains("once “a: fork/exec"));
        assert!(told("open x: mmap: cannot allocate memory\n").action.contains("vm.max_map_count"));
    }
}
