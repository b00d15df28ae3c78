//! `gc_cpu_high`: GC takes ≥ 20 % of the busy CPU (35 %: critical), and ≥ 5 % of all there is.
//!
//! The runtime aims at 25 % of `GOMAXPROCS` while a GC is active (`gcBackgroundUtilization` in `runtime/mgcpacer.go`), so a
//! program in which it is active all the time pays a quarter. Marking on processors that would have been idle is left out, and
//! so are pauses, during which the classes count all processors: see [`stw_stop_latency`](super::stw_stop_latency).
//! Where the system ran the program for a small part of the time ([`cpu_throttled`](super::cpu_throttled)), waiting counts as
//! work: then ≥ 35 % and ≥ 10 % of all. Measured there: 26 % in a program whose GC had little to do.
//! The CPU classes move only when a cycle ends, so at least five are needed. Default metrics hold no honest substitute.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    cpu_throttled,
    opinion::{Opinion, bytes, percent},
    wanted::{ASSIST_CPU, GC_CPU, IDLE_CPU, IDLE_MARK_CPU, TOTAL_CPU},
};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if !window.knows(Quantity::GcCpuSeconds) || !window.knows(Quantity::TotalCpuSeconds) {
        return Opinion::not_evaluable(&[GC_CPU, TOTAL_CPU, IDLE_CPU, IDLE_MARK_CPU, ASSIST_CPU]);
    }
    let Some(with_pauses) = window.gc_share() else {
        return Opinion::insufficient("too few GC cycles to tell what they cost");
    };
    let paused = window.increase(Quantity::GcPauseTotalSeconds).unwrap_or(0.0) / window.seconds().max(1e-9);
    let idle_marking = window.share_of_cpu(Quantity::GcIdleCpuSeconds).unwrap_or(0.0);
    let all_of_it = window.share_of_cpu(Quantity::GcCpuSeconds).unwrap_or(0.0) - idle_marking;
    let of_all = (all_of_it - paused).max(0.0);
    let share = with_pauses * of_all / all_of_it.max(1e-9);
    let evidence = |opinion: Opinion| {
        opinion
            .against("gc_cpu_fraction", share, WARNING, Unit::Fraction)
            .against("gc_cpu_fraction_of_all", of_all, LEAST_OF_ALL, Unit::Fraction)
            .with("alloc_rate_bytes_per_second", window.rate(Quantity::AllocTotalBytes), Unit::BytesPerSecond)
    };
    if share < WARNING || of_all < LEAST_OF_ALL {
        return evidence(Opinion::clear("GC takes no large share of the CPU"));
    }
    if cpu_throttled::is_waiting(window) && (share < CRITICAL || of_all < 2.0 * LEAST_OF_ALL) {
        let reason =
            "GC takes much of the time in which Go believed to run, but the system ran it for a small part of that";
        return evidence(Opinion::insufficient(reason));
    }
    let summary = format!(
        "GC takes {} of the busy CPU, with {}/s allocated",
        percent(share),
        bytes(window.rate(Quantity::AllocTotalBytes).unwrap_or(0.0))
    );
    let severity = if share >= CRITICAL { Severity::Critical } else { Severity::Warning };
    evidence(Opinion::fired(severity, summary, ACTION))
        .confounder("Idle-time marking is left out. On a busy host the classes count time in which the system ran others: see cpu_throttled.")
}

const ACTION: &str = "Find what allocates (allocs profile, gm.attribute with the compiler's log), or give it memory: a higher GOGC, or a higher GOMEMLIMIT where that sets the goal.";
const WARNING: f64 = 0.20;
const CRITICAL: f64 = 0.35;
const LEAST_OF_ALL: f64 = 0.05;
