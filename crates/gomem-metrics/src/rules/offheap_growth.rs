//! `offheap_growth`: what is resident beyond what Go holds grows.
//!
//! `max(resident − (sys − released), 0)` over six spans of equal time: ≥ 32 MiB more and ≥ 15 % of the resident memory;
//! Kendall's τ ≥ 0.8; the last third goes on at a third of the pace at least. A steady growth by 8 MiB or more that has not come
//! so far is `insufficient`. Below zero it is memory that Go has and never touched, which says nothing.
//!
//! Where `sys` is not exported, what is resident beyond Go's heap (`heap_sys − released`) and its stacks is looked at, with low
//! confidence: the runtime's tables are in it. Where stacks are not exported either, and goroutines become more, that is `insufficient`.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes, since_text};
use crate::{
    analysis::{Envelope, FEWEST_POINTS, Growth, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let is_of_heap = !window.knows(Quantity::HeldBytes);
    let held = |row| match is_of_heap {
        false => window.value(Quantity::HeldBytes, row),
        true => {
            let heap = window.value(Quantity::HeapSysBytes, row)? - window.value(Quantity::HeapReleasedBytes, row)?;
            Some(heap + window.value(Quantity::StackInuseBytes, row).unwrap_or(0.0))
        }
    };
    let outside = |row| Some((window.value(Quantity::ResidentBytes, row)? - held(row)?).max(0.0));
    let points = window.points_of(outside);
    let Some(resident) = window.last(Quantity::ResidentBytes).filter(|_| !points.is_empty()) else {
        return Opinion::not_evaluable(&[
            "process_resident_memory_bytes",
            "go_memstats_sys_bytes",
            "go_memstats_heap_released_bytes",
        ]);
    };
    let least = LEAST_BYTES.max(0.15 * resident);
    let rises = |growth: &Growth| {
        let keeps_on = growth.latest >= growth.increase() / 3.0;
        growth.increase() >= least && growth.tau >= LEAST_TAU && growth.step_fraction <= MOST_IN_A_STEP && keeps_on
    };
    let growth = |points: &[(f64, f64)]| Growth::from_points(points, Envelope::Median);
    let Some((since, growth)) = Growth::latest(&points, growth, rises) else {
        return Opinion::insufficient(format!("only {} scrapes; {FEWEST_POINTS} are needed", points.len()));
    };
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("offheap_growth_bytes", growth.increase(), least, Unit::Bytes)
            .against("kendall_tau", growth.tau, LEAST_TAU, Unit::Ratio)
            .with("offheap_bytes", growth.last, Unit::Bytes)
            .with("resident_bytes", resident, Unit::Bytes)
    };
    let is_steady = growth.tau >= LEAST_TAU && growth.latest >= 0.5 * growth.increase();
    if !rises(&growth) && is_steady && growth.increase() >= LITTLE_BYTES && growth.step_fraction <= MOST_IN_A_STEP {
        let more = bytes(growth.increase());
        let reason = format!("memory outside of Go grows by {more}, and no slower lately: too little yet to tell");
        return with_evidence(Opinion::insufficient(reason));
    }
    if !rises(&growth) {
        return with_evidence(Opinion::clear("memory outside of Go does not keep growing"));
    }
    // What Go returned and the system has not taken yet is resident too.
    let returned = window.increase(Quantity::HeapReleasedBytes).unwrap_or(0.0);
    if returned > 0.5 * growth.increase() {
        let reason = "Go returned memory meanwhile that may still be resident; it takes longer to tell";
        return with_evidence(Opinion::insufficient(reason)).with("returned_bytes", returned, Unit::Bytes);
    }
    let goroutines = window.points(Quantity::Goroutines);
    let more_goroutines =
        goroutines.first().zip(goroutines.last()).is_some_and(|(first, last)| last.1 >= 1.5 * first.1);
    if is_of_heap && more_goroutines && !window.knows(Quantity::StackInuseBytes) {
        let reason = "what is resident beyond Go's heap grows, and so do the goroutines: their stacks may be it";
        return with_evidence(Opinion::insufficient(reason)).missing(&["go_memstats_stack_inuse_bytes"]);
    }
    let summary = format!(
        "{} of {} resident is outside of {}, {} more than at first{}: a heap profile cannot show it",
        bytes(growth.last),
        bytes(resident),
        if is_of_heap { "Go's heap" } else { "what Go holds" },
        bytes(growth.increase()),
        since_text(since)
    );
    let confidence = match points.len() {
        _ if is_of_heap => Confidence::Low,
        20.. => Confidence::High,
        _ => Confidence::Medium,
    };
    let opinion = with_evidence(Opinion::fired(Severity::Warning, summary, ACTION))
        .with("growth_bytes_per_second", growth.per_second(), Unit::BytesPerSecond)
        .sure(confidence)
        .confounder("Files that are mapped and read count as resident, and so do huge pages.");
    match is_of_heap {
        false => opinion,
        true => opinion
            .confounder("Stacks and the runtime's own tables are outside of the heap, too.")
            .missing(&["go_memstats_sys_bytes"]),
    }
}

const ACTION: &str = "Look at /proc/PID/smaps: from Go 1.25 on the runtime's own areas are named [anon: Go: …], the others are cgo, \
                      mmap or mapped files. For cgo use the allocator's own statistics.";
const LEAST_BYTES: f64 = 32.0 * MIB;
/// Less is what tables of the runtime and pages that were touched late make.
const LITTLE_BYTES: f64 = 8.0 * MIB;
const LEAST_TAU: f64 = 0.8;
const MOST_IN_A_STEP: f64 = 0.6;
