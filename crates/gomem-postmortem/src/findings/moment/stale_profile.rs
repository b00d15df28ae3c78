//! A heap profile that is behind the memory of its moment.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::MemStat;
use gomem_table::Unit;

use crate::{
    bundle::{Bundle, HeapProfile},
    findings::finding::{Finding, FindingKind},
};

/// A heap profile is as of the last GC that it has seen whole. Where far more is allocated at its moment than that and the room
/// that GC works with explain, it does not show what fills the memory.
pub(crate) fn stale_profile(bundle: &Bundle, state: &GoState) -> Option<Finding> {
    let (heap, inuse, allocated) = bundle.heaps().iter().rev().find_map(|heap| {
        let profile = &heap.profile;
        let inuse = profile.total(profile.sample_type_index("inuse_space")?) as f64;
        let allocated = heap_alloc(heap, state)?;
        (allocated - inuse >= LEAST_BYTES && allocated >= FAR_MORE * inuse).then_some((heap, inuse, allocated))
    })?;
    let [inuse_text, allocated_text] = [inuse, allocated].map(|bytes| Unit::Bytes.humanize(bytes));
    let title = format!("{} shows {inuse_text} of {allocated_text}: it is as of an earlier GC", heap.name);
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Info, title);
    finding.summary = format!(
        "The runtime counts {allocated_text} of objects at that moment, garbage included. A heap profile is as of the last GC that \
         it has seen whole, and what was allocated since is not in it."
    );
    finding.action = "Take it with /debug/pprof/heap?gc=1, which runs a GC first.".to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("in use by the profile", inuse, Unit::Bytes).with_source("heap profile"),
        Evidence::new("objects allocated", allocated, Unit::Bytes).with_source("MemStats"),
    ];
    Some(finding)
}

/// What the runtime counted when the profile was taken: by its own trailer, or by the scrape before it, if no GC ran until the one
/// after it.
fn heap_alloc(heap: &HeapProfile, state: &GoState) -> Option<f64> {
    if let Some(&MemStat::Integer(bytes)) = heap.profile.mem_stats().and_then(|stats| stats.value("HeapAlloc")) {
        return Some(bytes as f64);
    }
    let taken_ms = heap.profile.time_nanos()? / 1_000_000;
    let rows = state.segments().into_iter().find_map(|rows| {
        let after = rows.clone().find(|&row| state.times_ms()[row] >= taken_ms)?;
        Some(after.checked_sub(1).filter(|before| rows.contains(before))?..after + 1)
    })?;
    let is_near = state.times_ms()[rows.start].abs_diff(taken_ms) <= NEAR_MS;
    let is_of_one_cycle = state.increase(Quantity::GcCyclesTotal, rows.clone()) == Some(0.0);
    state.values(Quantity::HeapObjectsBytes)[rows.start].filter(|_| is_near && is_of_one_cycle)
}

/// Bytes: less is what a small heap allocates in a moment.
const LEAST_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// At `GOGC=100` a heap is twice what the last GC left alive just before the next one.
const FAR_MORE: f64 = 2.0;
const NEAR_MS: u64 = 1000;
