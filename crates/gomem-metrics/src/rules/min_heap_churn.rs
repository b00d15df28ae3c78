//! `min_heap_churn`: the goal is the runtime's least (4 MiB at `GOGC=100`, `heapMinimum` in `runtime/mgcpacer.go`), and GC runs
//! ≥ 20 times a second, or ≥ 5 times and takes ≥ 10 % of the busy CPU or stops the world for ≥ 5 % of the time. Where the system
//! ran the program for a small part of the time ([`cpu_throttled`](super::cpu_throttled)), ≥ 20 % of the busy CPU.
//!
//! Where GC takes less than 3 % of the busy CPU, it is good to know only. Measured: 52 to 100 cycles a second with 0.2 MB live
//! and 250 MB/s allocated.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    cpu_throttled,
    opinion::{Opinion, bytes, percent},
    wanted::{CYCLES, GC_CPU, TOTAL_CPU},
};
use crate::{
    analysis::{FEWEST_POINTS, Window},
    model::{MINIMUM_HEAP_BYTES, Quantity, Regime},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if !window.knows(Quantity::HeapGoalBytes) {
        return Opinion::not_evaluable(&["go_memstats_next_gc_bytes", CYCLES]);
    }
    if !window.knows(Quantity::GcCyclesTotal) {
        return by_allocation(window).unwrap_or_else(|| Opinion::not_evaluable(&[CYCLES]));
    }
    let Some(pace) = window.pace() else {
        return if window.seconds() > 1.0 / SOME {
            Opinion::clear("GC hardly runs").with("seconds_without_gc", window.seconds(), Unit::Seconds)
        } else {
            Opinion::insufficient("one scrape says nothing of how often GC runs")
        };
    };
    let rate = pace.cycles / pace.seconds;
    let share = window.gc_share();
    let evidence = |opinion: Opinion| {
        opinion
            .against("gc_cycles_per_second", rate, MANY, Unit::PerSecond)
            .with("gc_cpu_fraction", share, Unit::Fraction)
            .with("heap_goal_bytes", window.median(Quantity::HeapGoalBytes), Unit::Bytes)
    };
    let near = window.median(Quantity::HeapGoalBytes).is_some_and(|goal| goal < 4.0 * MINIMUM_HEAP_BYTES);
    if window.regime() != Regime::MinimumHeap && near && rate >= SOME && window.rows.len() < FEWEST_POINTS {
        return evidence(Opinion::insufficient("the heap is small, but there are few scrapes"));
    }
    if window.regime() != Regime::MinimumHeap {
        return evidence(Opinion::clear("the heap is larger than the least that the runtime collects"));
    }
    if pace.cycles < super::gc_inflation::FEWEST_CYCLES {
        return evidence(Opinion::insufficient("too few GC cycles"));
    }
    let paused = window.increase(Quantity::GcPauseTotalSeconds).map(|pause| pause / pace.seconds);
    let costly = share.is_some_and(|share| share >= LEAST_SHARE) || paused.is_some_and(|paused| paused >= LEAST_PAUSED);
    if rate < SOME || (rate < MANY && !costly) {
        let opinion = evidence(Opinion::clear("the heap is as small as can be, and GC costs little"));
        return if share.is_none() && rate >= SOME { opinion.missing(&[GC_CPU, TOTAL_CPU]) } else { opinion };
    }
    if rate < MANY && cpu_throttled::is_waiting(window) && share.is_none_or(|share| share < 2.0 * LEAST_SHARE) {
        let reason =
            "the heap is as small as can be, and what GC costs is hidden by a system that seldom runs the program";
        return evidence(Opinion::insufficient(reason));
    }
    let summary = format!(
        "the live heap is below {}, so GC runs {rate:.0} times a second{}: the least heap decides, not GOGC",
        bytes(window.median(Quantity::HeapGoalBytes).unwrap_or(0.0)),
        share.map_or_else(String::new, |share| format!(" and takes {} of the busy CPU", percent(share)))
    );
    let is_cheap = share.is_some_and(|share| share < LITTLE_SHARE);
    let severity = if is_cheap { Severity::Info } else { Severity::Warning };
    evidence(Opinion::fired(severity, summary, ACTION)).confounder("A command that ends soon may not care.")
}

/// Where cycles are not counted: between two of them no more is allocated than the goal, but for what is while the heap is marked.
fn by_allocation(window: &Window<'_>) -> Option<Opinion> {
    let goal = window.median(Quantity::HeapGoalBytes)?;
    let rate = window.rate(Quantity::AllocTotalBytes)? / (MOST_BEYOND_GOAL * goal).max(1.0);
    let is_sure = rate >= MANY && window.regime() == Regime::MinimumHeap && window.rows.len() > 2;
    is_sure.then(|| {
        let summary = format!(
            "the live heap is below {}, and as much is allocated as takes {rate:.0} GC cycles a second or more: the least heap decides, not GOGC",
            bytes(goal)
        );
        Opinion::fired(Severity::Warning, summary, ACTION)
            .against("least_gc_cycles_per_second", rate, MANY, Unit::PerSecond)
            .with("heap_goal_bytes", goal, Unit::Bytes)
            .missing(&[CYCLES])
            .confounder("A command that ends soon may not care.")
    })
}

const ACTION: &str =
    "Set GOMEMLIMIT (say 64 MiB) with GOGC=off, or GOGC=400 and more; no ballast is needed since Go 1.19.";
const MANY: f64 = 20.0;
const SOME: f64 = 5.0;
/// The runtime lets a heap exceed its goal by a tenth while it marks (`maxOvershoot` in `runtime/mgcpacer.go`).
const MOST_BEYOND_GOAL: f64 = 1.1;
const LEAST_SHARE: f64 = 0.10;
const LITTLE_SHARE: f64 = 0.03;
const LEAST_PAUSED: f64 = 0.05;
