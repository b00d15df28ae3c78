//! `heap_profile_blind`: a heap profile shows what is live, and that is a small part of the memory.
//!
//! Fires when what is held or resident exceeds `1.25 · live · (1 + GOGC/100)` by ≥ 64 MiB; up to that it is the room that GC
//! works with. Before a GC ends, all objects are taken for live. Where half of the memory is outside of Go, that is told, and
//! else the largest other part; see the memory waterfall for all. A warning where a memory limit does not count what fills
//! the memory.

use gomem_finding::Severity;
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit};

use super::{
    opinion::{Opinion, bytes, percent},
    wanted::LIVE,
};
use crate::{
    analysis::Window,
    model::{Component, Quantity},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let levels: Vec<f64> = window.live().iter().map(|point| point.1).collect();
    let live = quantile(&levels, 0.5);
    let memory = [Quantity::ResidentBytes, Quantity::HeldBytes]
        .iter()
        .filter_map(|&quantity| window.median(quantity))
        .max_by(f64::total_cmp);
    let Some(memory) = memory else {
        return Opinion::not_evaluable(&[
            "process_resident_memory_bytes",
            "go_memstats_sys_bytes",
            "go_memstats_heap_released_bytes",
        ]);
    };
    // Before the first GC that is seen, live or not, it is no more than all objects.
    let objects = || window.median(Quantity::HeapObjectsBytes).filter(|_| window.cycles().is_empty());
    let Some(live) = live.or_else(objects) else {
        return if window.cycles().is_empty() { Opinion::insufficient(NO_GC) } else { Opinion::not_evaluable(&[LIVE]) };
    };
    let expected = 1.25 * live * (1.0 + window.gogc_factor().unwrap_or(1.0));
    let evidence = |opinion: Opinion| {
        opinion
            .against("memory_bytes", memory, expected + LEAST_BYTES, Unit::Bytes)
            .with("live_heap_bytes", live, Unit::Bytes)
            .with("live_fraction", live / memory.max(1.0), Unit::Fraction)
    };
    if memory < expected + LEAST_BYTES && levels.is_empty() {
        return Opinion::insufficient(NO_GC);
    }
    if memory < expected + LEAST_BYTES {
        return evidence(Opinion::clear("a heap profile, and the room that GC works with, explain the memory"));
    }
    let outside = window
        .median_of(|row| Some(window.value(Quantity::ResidentBytes, row)? - window.value(Quantity::HeldBytes, row)?));
    if let Some(outside) = outside.filter(|outside| *outside >= 0.5 * memory) {
        // A limit that the program is far beyond, since it does not count what fills the memory.
        let limit = window.memory_limit().filter(|limit| memory >= BEYOND_LIMIT * limit);
        let uncounted = match limit {
            Some(limit) => format!("GOMEMLIMIT={} does not count", bytes(limit)),
            None => "neither a heap profile nor GOMEMLIMIT counts".to_owned(),
        };
        let summary =
            format!("{} of {} resident is outside of Go (cgo, mmap), which {uncounted}", bytes(outside), bytes(memory));
        // Mapped files are no fault by themselves.
        let severity = if limit.is_some() { Severity::Warning } else { Severity::Info };
        return evidence(Opinion::fired(severity, summary, OUTSIDE))
            .with("outside_bytes", outside, Unit::Bytes)
            .with("memory_limit_bytes", limit, Unit::Bytes)
            .confounder("Files that are mapped and read count as resident.");
    }
    let row = window.rows.end - 1;
    let others = Component::ALL.iter().filter(|part| **part != Component::Live && !part.is_in_others());
    let parts = others.filter_map(|&component| Some((component, window.part(component, row)?)));
    let largest = parts.max_by(|a, b| a.1.total_cmp(&b.1));
    let summary = format!(
        "a heap profile shows {} at most, {} of the memory{}",
        bytes(live),
        percent(live / memory.max(1.0)),
        largest.map_or_else(String::new, |(part, size)| format!(
            "; the largest other part is {} with {}",
            part.title(),
            bytes(size)
        ))
    );
    evidence(Opinion::fired(Severity::Info, summary, "Look at the memory waterfall before the heap profile."))
}

const OUTSIDE: &str = "Find who holds it: /proc/PID/smaps names the runtime's own areas [anon: Go: …] from Go 1.25 on, the others are cgo, \
                       mmap or mapped files; libraries that map memory for their own use (caches, databases) have a size to set; for cgo use the \
                       allocator's own statistics. The limit of the container has to leave room for it.";
const NO_GC: &str = "no GC cycle ended, so what is live is not known";
const LEAST_BYTES: f64 = 64.0 * MIB;
const BEYOND_LIMIT: f64 = 1.1;
