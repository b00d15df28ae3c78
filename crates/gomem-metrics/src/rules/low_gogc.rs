//! `low_gogc`: `GOGC` below 50, and GC takes ≥ 10 % of the busy CPU.
//!
//! The cost of GC goes with 1/GOGC: at 100 instead of 10 there is a tenth of the cycles, for a heap of twice the live one
//! instead of 1.1 times.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    opinion::{Opinion, bytes, percent},
    wanted::{GC_CPU, IDLE_CPU, IDLE_MARK_CPU, TOTAL_CPU},
};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let Some(gogc) = window.last(Quantity::GogcPercent) else {
        return Opinion::not_evaluable(&["go_gc_gogc_percent"]);
    };
    if gogc >= LOW {
        return Opinion::clear("GOGC is not low").with("gogc_percent", gogc.min(1e9), Unit::Percent);
    }
    let rate = window.pace().map(|pace| pace.cycles / pace.seconds);
    let evidence = |opinion: Opinion| {
        opinion.against("gogc_percent", gogc, LOW, Unit::Percent).with("gc_cycles_per_second", rate, Unit::PerSecond)
    };
    let Some(share) = window.gc_share() else {
        return match window.increase(Quantity::GcCpuSeconds) {
            Some(_) => evidence(Opinion::insufficient("too few GC cycles to tell what they cost")),
            None => evidence(Opinion::not_evaluable(&[GC_CPU, TOTAL_CPU, IDLE_CPU, IDLE_MARK_CPU])),
        };
    };
    let evidence = |opinion| evidence(opinion).against("gc_cpu_fraction", share, LEAST_SHARE, Unit::Fraction);
    if share < LEAST_SHARE {
        return evidence(Opinion::clear("GOGC is low, and GC is cheap nevertheless"));
    }
    let live = window.cycles().iter().rev().find_map(|cycle| cycle.live_bytes);
    let price = live.map(|live| live * (100.0 - gogc) / 100.0);
    let summary = format!(
        "GOGC={gogc:.0}: GC takes {} of the busy CPU; GOGC=100 would need about {:.0} % of its cycles{}",
        percent(share),
        gogc,
        price.map_or_else(String::new, |price| format!(" for {} more memory", bytes(price)))
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION))
        .with("memory_at_gogc_100_bytes", price, Unit::Bytes)
        .confounder(
            "A low GOGC may be meant, in a container without memory to spare: GOMEMLIMIT does that with less CPU.",
        )
}

const ACTION: &str =
    "Set GOGC=100 and GOMEMLIMIT to about 90 % of the memory there is; gm.gogc.fit and predict tell what that costs.";
const LOW: f64 = 50.0;
const LEAST_SHARE: f64 = 0.10;
