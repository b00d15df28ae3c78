//! `cpu_throttled`: the system ran less than 40 % of what Go believes was running.
//!
//! `Δprocess_cpu_seconds / Δ(total − idle)` of the CPU classes, over ≥ 5 cycles and with ≥ 0.2 processors busy. Measured:
//! 0.6 to 0.75 on a quiet host, 0.05 to 0.35 on one with ten times as many threads as processors.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    opinion::{Opinion, percent},
    wanted::{IDLE_CPU, TOTAL_CPU},
};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let needed = [Quantity::TotalCpuSeconds, Quantity::IdleCpuSeconds, Quantity::ProcessCpuSeconds];
    if !needed.iter().all(|&quantity| window.knows(quantity)) {
        return Opinion::not_evaluable(&[TOTAL_CPU, IDLE_CPU, "process_cpu_seconds_total"]);
    }
    let (Some(believed), Some(ran)) = (believed_seconds(window), ran_fraction(window)) else {
        return Opinion::insufficient("the CPU classes move only when a GC cycle ends, and few did");
    };
    let busy = believed / window.seconds().max(1e-9);
    let evidence = |opinion: Opinion| {
        opinion.against("ran_fraction", ran, MOST_RAN, Unit::Fraction).against(
            "busy_processors",
            busy,
            LEAST_BUSY,
            Unit::Count,
        )
    };
    if busy < LEAST_BUSY || ran >= MOST_RAN {
        return evidence(Opinion::clear("the system runs what Go wants to run"));
    }
    let summary =
        format!("of the time in which Go believed to be running, the system ran it for {} only", percent(ran));
    evidence(Opinion::fired(Severity::Info, summary, ACTION)).confounder(
        "The CPU classes are as old as the last GC cycle, and process_cpu_seconds counts in ticks of 10 ms.",
    )
}

/// How much of the time in which Go believes to have run the system did run it.
pub(super) fn ran_fraction(window: &Window<'_>) -> Option<f64> {
    Some(window.increase(Quantity::ProcessCpuSeconds)? / believed_seconds(window)?.max(1e-9))
}

/// Whether it ran so small a part that waiting counts as work: shares of CPU time, and pauses, are those of the host then.
pub(super) fn is_waiting(window: &Window<'_>) -> bool {
    ran_fraction(window).is_some_and(|ran| ran < MOST_RAN)
}

fn believed_seconds(window: &Window<'_>) -> Option<f64> {
    let enough = window.increase(Quantity::GcCyclesTotal)? >= LEAST_CYCLES;
    let believed = window.increase(Quantity::TotalCpuSeconds)? - window.increase(Quantity::IdleCpuSeconds)?;
    enough.then_some(believed)
}

const ACTION: &str = "Look at the container's CPU throttling (container_cpu_cfs_throttled_periods_total) and at the host's load; before \
                      Go 1.25 GOMAXPROCS does not follow the container's CPU limit: set it.";
pub(super) const MOST_RAN: f64 = 0.4;
const LEAST_BUSY: f64 = 0.2;
const LEAST_CYCLES: f64 = 5.0;
