//! Work that ended: nothing is allocated any more, so that no GC finds out what of the heap is garbage.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GoState, Quantity};
use gomem_table::{MIB, Unit};

use crate::findings::finding::{Finding, FindingKind};

/// A heap that is large at the end, though GC, which ran often before, has not run for a while.
pub(crate) fn no_gc_since(state: &GoState) -> Option<Finding> {
    let rows = state.longest_segment()?;
    let last = rows.end.checked_sub(1)?;
    let cycles = state.values(Quantity::GcCyclesTotal);
    let now = cycles[last]?;
    let quiet = rows.clone().rev().take_while(|&row| cycles[row] == Some(now)).last()?;
    let times = state.times_ms();
    let seconds = |from: usize, to: usize| (times[to] - times[from]) as f64 / 1e3;
    let before = now - cycles[rows.start]?;
    let quiet_seconds = seconds(quiet, last);
    let busy_seconds = seconds(rows.start, quiet);
    // As many would have run meanwhile, had the work gone on.
    let is_over =
        busy_seconds > 0.0 && before >= FEWEST_CYCLES && quiet_seconds * before / busy_seconds >= FEWEST_CYCLES;
    let heap = state.values(Quantity::HeapObjectsBytes)[last]?;
    let allocated = state.increase(Quantity::AllocTotalBytes, quiet..last + 1)?;
    if !is_over || quiet_seconds < LEAST_SECONDS || heap < LEAST_BYTES || allocated > 0.25 * heap {
        return None;
    }
    let shown = Unit::Bytes.humanize(heap);
    let title = format!("{shown} of objects, and no GC for {}", Unit::Seconds.humanize(quiet_seconds));
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    finding.summary = format!(
        "{before:.0} GC cycles ran in the {} before. Since then {} were allocated: too little to start the next one, so that what the work \
         before left behind still counts, garbage included, and stays resident.",
        Unit::Seconds.humanize(busy_seconds),
        Unit::Bytes.humanize(allocated)
    );
    finding.action = "It is no leak by this: a GC runs two minutes after the last one at the latest, and the scavenger returns memory after \
                      that. /debug/pprof/heap?gc=1 shows what is live. Where it must be less between bursts, set GOMEMLIMIT, bound how much \
                      is worked on at once, or call debug.FreeOSMemory at the end of such work."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("time since the last GC cycle", quiet_seconds, Unit::Seconds).with_source("metrics"),
        Evidence::new("objects", heap, Unit::Bytes).with_source("metrics"),
        Evidence::new("allocated since", allocated, Unit::Bytes).with_source("metrics"),
    ];
    Some(finding)
}

const FEWEST_CYCLES: f64 = 4.0;
const LEAST_SECONDS: f64 = 5.0;
const LEAST_BYTES: f64 = 64.0 * MIB;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    /// A cycle a second up to `busy`, then none; scraped each second up to `end`.
    fn told(busy: i64, end: i64, heap: u64) -> Option<String> {
        let mut metrics = Metrics::new();
        for second in 0..end {
            let cycles = second.min(busy);
            let text = format!(
                "go_memstats_alloc_bytes {}\ngo_memstats_alloc_bytes_total {}\ngo_gc_duration_seconds_count {cycles}\n",
                heap << 20,
                cycles * 100_000_000,
            );
            metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes()).unwrap();
        }
        no_gc_since(&metrics.state()).map(|finding| finding.title)
    }

    #[test]
    fn work_that_ended_leaves_its_garbage() {
        assert_eq!(told(10, 31, 200).as_deref(), Some("200.0 MiB of objects, and no GC for 20.00 s"));
        assert_eq!(told(10, 12, 200), None);
        assert_eq!(told(10, 31, 20), None);
        assert_eq!(told(40, 31, 200), None);
    }
}
