//! `gc_inflation`: GC cycles seen, for each one that allocation and the live heap account for.
//!
//! `cycles / Σ(allocated / max(live · GOGC/100, 4 MiB · GOGC/100))`. Close to 1 when `GOGC` alone decides. Measured: 0.9 to
//! 1.25 in healthy programs, 4 to 8 with `runtime.GC`, 14 to 100 under a memory limit. Over 3, something else starts the GC;
//! under 0.5, something else (a limit without `GOGC`, stacks) holds the goal up.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    opinion::Opinion,
    wanted::{CYCLES, LIVE},
};
use crate::{
    analysis::{Pace, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let too_many = |pace: &Pace| pace.inflation.is_some_and(|inflation| inflation > HIGH);
    let Some(pace) = window.pace().or_else(|| window.least_pace().filter(too_many)) else {
        return match window.last(Quantity::GcCyclesTotal) {
            None => Opinion::not_evaluable(&[CYCLES]),
            Some(_) => Opinion::insufficient("hardly any GC cycle ended in the time looked at"),
        };
    };
    let Some(inflation) = pace.inflation else { return Opinion::not_evaluable(&[LIVE]) };
    if pace.cycles < FEWEST_CYCLES {
        return Opinion::insufficient(format!("only {:.0} GC cycles ended in the time looked at", pace.cycles));
    }
    let opinion = if inflation > HIGH {
        let summary = format!(
            "GC runs {inflation:.1} times as often as allocation and the live heap explain: {:.2} cycles a second",
            pace.cycles / pace.seconds
        );
        Opinion::fired(Severity::Info, summary, "See forced_gc and memlimit_thrash for what starts the GC.")
    } else if inflation < LOW {
        let summary =
            format!("GC runs {inflation:.2} times as often as GOGC would have it: something else holds the goal up");
        Opinion::fired(Severity::Info, summary, "See huge_stacks; GOGC=off with a limit does this by design.")
    } else {
        Opinion::clear(
            "allocation and the live heap explain how often GC runs: allocate less, or raise GOGC, to change it",
        )
    };
    opinion.against("gc_inflation", inflation, HIGH, Unit::Ratio).with("gc_cycles", pace.cycles, Unit::Count).with(
        "gc_cycles_per_second",
        pace.cycles / pace.seconds,
        Unit::PerSecond,
    )
}

pub(super) const HIGH: f64 = 3.0;
const LOW: f64 = 0.5;
pub(super) const FEWEST_CYCLES: f64 = 8.0;
