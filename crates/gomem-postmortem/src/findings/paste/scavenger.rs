//! What the scavenger's trace says: how much the heap holds and does not use.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::GcTrace;
use gomem_table::{MIB, Unit};

use crate::{
    bundle::{Scavenger, ScavengerTrace},
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

/// What `scavtrace` says of the heap's memory, beside what GC left live; nothing where much of it is in use.
pub(crate) fn scavenger_trace(found: &ScavengerTrace, gctrace: Option<&GcTrace>, name: &str) -> Option<Finding> {
    if found.used_percent > MOSTLY_IDLE {
        return None;
    }
    // Spans in use hold what is live at least.
    let live = gctrace.and_then(|trace| trace.lines().last()).map(|line| line.heap_live_mb as f64 * MIB);
    let idle = live.map(|live| live * (100.0 / found.used_percent - 1.0));
    if idle.is_some_and(|idle| idle < LEAST_IDLE) {
        return None;
    }
    let held = idle.map_or_else(String::new, |idle| format!(": {} or more are idle and not given back", bytes(idle)));
    let percent = found.used_percent;
    let title = format!("Less than {percent:.0} % of the heap's memory is in use{held}");
    let severity = if idle.is_some() { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!(
        "{name}: by the last of {} lines of the scavenger's trace less than {percent:.0} % of what the heap holds of the system is in use, and {} are given back.",
        found.lines,
        bytes(found.released_bytes)
    );
    if let Some(live) = live {
        finding.summary +=
            &format!(" The last GC left {} live: the rest is of a heap that was larger before.", bytes(live));
    }
    finding.action = "It is no leak of live objects: find what made the heap so large, and do it in parts. The scavenger gives memory back slowly, and \
                      whole runs of free pages only: debug.FreeOSMemory after such work gives back at once, GOMEMLIMIT as soon as what Go holds \
                      comes near it."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.bytes = idle.map(|idle| idle as i64);
    let used = Evidence::new("part of the heap's memory in use", percent / 100.0, Unit::Fraction)
        .with_source("scavenger's trace");
    finding.evidence.push(used);
    finding.evidence.extend(live.map(|live| Evidence::new("live after GC", live, Unit::Bytes).with_source("GC trace")));
    Some(finding)
}

/// What the scavenger of Go up to 1.13 had not given back.
pub(crate) fn scavenger(found: &Scavenger, name: &str) -> Option<Finding> {
    let kept = found.idle_bytes - found.released_bytes;
    if kept < 32.0 * MIB || kept < found.inuse_bytes {
        return None;
    }
    let title = format!("{} is idle and not given back: {} is in use", bytes(kept), bytes(found.inuse_bytes));
    let mut finding = Finding::new(FindingKind::Printed, Severity::Warning, title);
    finding.summary = format!(
        "{name}: the scavenger's trace has {} in use, {} idle, {} of that released. It is no leak of live objects.",
        bytes(found.inuse_bytes),
        bytes(found.idle_bytes),
        bytes(found.released_bytes)
    );
    finding.action = "This trace is of Go up to 1.13, which gave idle memory back after minutes, and in whole runs of pages only: use a \
                      newer Go, whose scavenger works all the time; a GOMEMLIMIT makes it give memory back earlier. \
                      debug.FreeOSMemory gives back once what is idle now."
        .to_owned();
    finding.bytes = Some(kept as i64);
    finding.evidence = vec![
        Evidence::new("idle and not released", kept, Unit::Bytes).with_source("GC trace"),
        Evidence::new("in use", found.inuse_bytes, Unit::Bytes).with_source("GC trace"),
    ];
    Some(finding)
}

/// In percent: at GOGC=100 half of it is in use or more, right after a GC a quarter.
const MOSTLY_IDLE: f64 = 20.0;
const LEAST_IDLE: f64 = 64.0 * MIB;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(percent: u32, live: u32) -> Option<String> {
        let trace = format!("scav 8 KiB work (bg), 0 KiB work (eager), 2048 KiB now, {percent}% util\n").repeat(4);
        let gc = format!(
            "gc 1 @1.0s 0%: 0.02+2.5+0.004 ms clock, 0.16+0/6/14+0.035 ms cpu, {live}->{live}->{live} MB, {} MB goal, 2 MB stacks, 1 MB globals, 8 P\n",
            2 * live
        );
        let gctrace = GcTrace::decode(gc.as_bytes()).unwrap();
        scavenger_trace(&ScavengerTrace::find(&trace).unwrap(), Some(&gctrace), "a.log").map(|finding| finding.title)
    }

    #[test]
    fn idle_memory_is_told_by_the_part_in_use() {
        assert_eq!(
            told(3, 200).as_deref(),
            Some("Less than 4 % of the heap's memory is in use: 4.7 GiB or more are idle and not given back")
        );
        assert_eq!(told(3, 2), None, "of a small heap");
        assert_eq!(told(40, 200), None);
        let alone = ScavengerTrace { lines: 9, released_bytes: 0.0, used_percent: 4.0 };
        let alone = scavenger_trace(&alone, None, "a.log").unwrap();
        assert_eq!((alone.severity, &*alone.title), (Severity::Info, "Less than 4 % of the heap's memory is in use"));
    }
}
