//! What the `memory_limiter` of OpenTelemetry's collector logged: whether a GC helps it.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{Unit, percent};

use crate::{
    bundle::MemoryLimiter,
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

/// What a forced GC leaves is live; how much of what was there before that is says what to do.
pub(crate) fn memory_limiter(limiter: &MemoryLimiter, name: &str) -> Finding {
    let live = limiter.after.iter().copied().reduce(f64::max);
    let title = match (live, limiter.most_before) {
        (Some(live), Some(before)) => {
            format!("A GC leaves {} of {}: the memory limiter forces it", bytes(live), bytes(before))
        }
        (Some(live), None) => format!("{} are left after the memory limiter's GC", bytes(live)),
        (None, before) => format!("The memory limiter acts at {}", bytes(before.unwrap_or(0.0))),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    let limit = limiter.limit.map_or_else(String::new, |limit| format!(", its limit is {}", bytes(limit)));
    // Without a line from before a GC the log does not say how many there were.
    let forced = limiter.most_before.map_or_else(
        || "what forced a GC is not in the log".to_owned(),
        |_| format!("it forced {} GC cycles", limiter.forced),
    );
    finding.summary = format!("{name}: {forced}{limit}.");
    if let Some(least) = limiter.after.iter().copied().reduce(f64::min).filter(|_| limiter.after.len() > 1) {
        finding.summary += &format!(" After them {} to {} were left.", bytes(least), bytes(live.unwrap_or(least)));
    }
    let kept = live.zip(limiter.most_before).map(|(live, before)| live / before.max(1.0));
    finding.action = match kept {
        Some(kept) if kept >= MOSTLY_LIVE => {
            finding.summary += &format!(" {} of it is live: a GC frees little.", percent(kept, 0));
            "What is live has to become less, or the limit more: a heap profile (the pprof extension, /debug/pprof/heap) says what it is: \
             queues of exporters and batches that are not sent, series that are kept, processors that hold spans."
        }
        Some(kept) => {
            finding.summary += &format!(" {} of it is live, the rest was garbage", percent(kept, 0));
            // Exports of logs have the newest line first as often as last.
            let is_level = limiter.after.iter().all(|&after| after >= live.unwrap_or(0.0) / LEVEL);
            finding.summary += if is_level { ": it is no leak by this." } else { "; what is left differs: see whether it rises with time." };
            "The limit lies within what GOGC lets the heap grow to (about twice of what is live): raise it, or set GOMEMLIMIT to about 80 % \
             of the container's limit, so that GC runs before the limiter has to. Until then data is refused though memory is free."
        }
        None if live.is_some() => "The log lacks what was there before (“Memory usage is above …”): give more of it.",
        None => "The log lacks what a GC left (“Memory usage after GC”): give more of it.",
    }
    .to_owned();
    finding.confidence = Confidence::Medium;
    let evidence = [("objects at most, when it acted", limiter.most_before), ("left after a GC, at most", live)];
    for (quantity, bytes) in evidence {
        finding.evidence.extend(bytes.map(|bytes| Evidence::new(quantity, bytes, Unit::Bytes).with_source("log")));
    }
    finding
}

/// A heap at GOGC=100 is half garbage when GC begins.
const MOSTLY_LIVE: f64 = 0.75;
/// What GCs leave of a steady load.
const LEVEL: f64 = 1.3;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[(u32, u32)]) -> Finding {
        let line = |words: &str, now: u32| format!("{{\"msg\":\"{words}\",\"cur_mem_mib\":{now}}}\n");
        let pair = |&(before, after): &(u32, u32)| {
            line("Memory usage is above hard limit. Forcing a GC.", before) + &line("Memory usage after GC.", after)
        };
        memory_limiter(&MemoryLimiter::find(&lines.iter().map(pair).collect::<String>()).unwrap(), "a.log")
    }

    #[test]
    fn what_a_gc_leaves_says_what_to_do() {
        let garbage = told(&[(400, 170), (410, 165)]);
        assert!(garbage.summary.contains("no leak") && garbage.action.contains("GOMEMLIMIT"), "{}", garbage.summary);
        let rising = told(&[(400, 90), (410, 165)]);
        assert!(rising.summary.contains("differs") && !rising.summary.contains("no leak"), "{}", rising.summary);
        let live = told(&[(1680, 1665)]);
        assert!(live.summary.contains("a GC frees little") && live.action.contains("heap profile"), "{}", live.summary);
        let log = "{\"msg\":\"Memory usage after GC.\",\"cur_mem_mib\":44}\n";
        let only_after = memory_limiter(&MemoryLimiter::find(log).unwrap(), "a.log");
        assert!(only_after.action.contains("lacks what was there before"), "{}", only_after.action);
        assert!(!only_after.summary.contains("0 GC cycles"), "{}", only_after.summary);
    }
}
