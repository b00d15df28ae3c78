//! `periodic_gc_only`: GC cycles are two minutes apart, since the runtime runs one then without need.
//!
//! `forcegcperiod` of `runtime/proc.go`. With a large live heap each of them is a burst of CPU that shows as latency; with a
//! small one it means nothing but that the program hardly allocates. Never more than good to know. An execution trace has why
//! each cycle began: it decides when it has enough of them.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::{
    opinion::{Opinion, bytes},
    wanted::CYCLES,
};
use crate::{
    analysis::{PERIODIC_GC_SECONDS, Window},
    model::{ObservedCycle, Quantity, TracedGc},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if !window.knows(Quantity::GcCyclesTotal) {
        return Opinion::not_evaluable(&[CYCLES]);
    }
    // A long time without any cycle says that what started them before does not any more.
    let since_last = window.cycles().last().map_or(0.0, |cycle| window.seconds() - window.since_begin(cycle.row));
    let is_quiet = since_last > PERIODIC_GC_SECONDS / 2.0;
    if window.seconds() < LEAST_PERIODS * PERIODIC_GC_SECONDS {
        let Some(pace) = window.pace().filter(|pace| pace.cycles >= 3.0 && !is_quiet) else {
            return Opinion::insufficient("it takes some minutes of metrics to see it");
        };
        return Opinion::clear("GC runs because of allocation").with(
            "gc_interval_seconds",
            pace.seconds / pace.cycles,
            Unit::Seconds,
        );
    }
    let Some(pace) = window.pace() else { return Opinion::insufficient("no GC cycle ended") };
    let interval = pace.seconds / pace.cycles;
    let evidence =
        |opinion: Opinion| opinion.against("gc_interval_seconds", interval, PERIODIC_GC_SECONDS, Unit::Seconds);
    // What allocation began at the start is over when those that were due fill most of the time.
    let is_due = |pair: &[ObservedCycle]| {
        let apart = pair[1].time_ms.saturating_sub(pair[0].time_ms) as f64 / 1e3;
        pair[1].cycles == 1 && (0.75 * PERIODIC_GC_SECONDS..1.35 * PERIODIC_GC_SECONDS).contains(&apart)
    };
    let cycles = window.cycles();
    let begin = cycles.windows(2).rposition(|pair| !is_due(pair)).map_or(0, |at| at + 1);
    let due = cycles.get(begin..).unwrap_or_default();
    let seconds = due.first().map_or(0.0, |first| window.seconds() - window.since_begin(first.row));
    let is_all = begin == 0 && interval >= 0.75 * PERIODIC_GC_SECONDS;
    let is_most = due.len() > ENOUGH_DUE && seconds >= MOST_OF_THE_TIME * window.seconds();
    if is_quiet && interval < PERIODIC_GC_SECONDS / 2.0 {
        return evidence(Opinion::insufficient(format!("no GC cycle ended in the last {since_last:.0} s")));
    }
    if !is_all && !is_most {
        return evidence(Opinion::clear("GC runs because of allocation"));
    }
    let live = window.live().last().map(|point| point.1);
    let large = live.is_some_and(|live| live >= LARGE);
    let summary = format!(
        "GC runs every two minutes and not for allocation{}",
        live.map_or_else(String::new, |live| format!("; it marks {} each time", bytes(live)))
    );
    let action = if large { ACTION } else { "Nothing: the program hardly allocates." };
    evidence(Opinion::fired(Severity::Info, summary, action)).with("live_heap_bytes", live, Unit::Bytes)
}

/// Three cycles that allocation began are as many as metrics need; two that were due are the fewest with two minutes between.
pub(super) fn traced(traced: &TracedGc) -> Opinion {
    let evidence = |opinion: Opinion| {
        opinion.with("heap_gc_cycles", traced.heap_cycles as f64, Unit::Count).with(
            "periodic_gc_cycles",
            traced.periodic_cycles as f64,
            Unit::Count,
        )
    };
    if traced.heap_cycles >= ENOUGH_OF_HEAP {
        let seen = format!("GC runs because of allocation: {} cycles in {}", traced.heap_cycles, traced.length());
        return evidence(Opinion::clear(seen));
    }
    if traced.known_cycles() > traced.periodic_cycles || traced.periodic_cycles < ENOUGH_PERIODIC {
        return evidence(Opinion::insufficient(format!("too few GC cycles in {}", traced.length())));
    }
    let summary = format!("in {} GC ran only since two minutes had passed", traced.length());
    evidence(Opinion::fired(Severity::Info, summary, "Nothing: the program hardly allocates.")).sure(Confidence::High)
}

/// Gaps between cycles that were due: a program may be idle for one or two.
const ENOUGH_DUE: usize = 4;
const MOST_OF_THE_TIME: f64 = 0.75;
const ENOUGH_OF_HEAP: u64 = 3;
const ENOUGH_PERIODIC: u64 = 2;
const ACTION: &str = "If latency shows every two minutes, cut the pointers in the live heap: keys and values without pointers in maps, \
                      fewer and larger objects.";
const LEAST_PERIODS: f64 = 2.0;
const LARGE: f64 = 256.0 * MIB;
