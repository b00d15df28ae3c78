//! `limiter_active`: the GC CPU limiter acts under a memory limit.
//!
//! The limiter (`runtime/mgclimit.go`) stops assists when GC took more than half of the CPU, and lets the heap grow beyond
//! `GOMEMLIMIT`. Fires when it last acted at most 5 cycles ago, with a limit, and GC takes ≥ 45 % of the busy CPU. It acts
//! without a limit too (measured with `GOGC=10`, and where the world stops slowly); that is not this rule's matter.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    opinion::{Opinion, percent},
    wanted::{CYCLES, GC_CPU, IDLE_CPU, TOTAL_CPU},
};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let Some(enabled) = window.last(Quantity::LimiterLastEnabledCycle) else {
        return Opinion::not_evaluable(&["go_gc_limiter_last_enabled_gc_cycle"]);
    };
    let Some(cycles) = window.last(Quantity::GcCyclesTotal) else { return Opinion::not_evaluable(&[CYCLES]) };
    let since = cycles - enabled;
    let evidence = |opinion: Opinion| opinion.against("cycles_since_limiter", since, MOST_SINCE, Unit::Count);
    if enabled == 0.0 {
        return Opinion::clear("the GC CPU limiter never acted");
    }
    if window.memory_limit().is_none() || since > MOST_SINCE {
        return evidence(Opinion::clear("the GC CPU limiter does not act now, or there is no GOMEMLIMIT"));
    }
    let Some(share) = window.gc_share() else {
        return match window.increase(Quantity::GcCpuSeconds) {
            Some(_) => evidence(Opinion::insufficient("too few GC cycles to tell what they cost")),
            None => evidence(Opinion::not_evaluable(&[GC_CPU, TOTAL_CPU, IDLE_CPU])),
        };
    };
    let opinion = if share < LEAST_SHARE {
        Opinion::clear("the GC CPU limiter acted a moment ago, and GC takes less than half of the CPU")
    } else {
        let summary = format!(
            "GC takes {} of the busy CPU, and the runtime lets the heap exceed GOMEMLIMIT to save the rest: out of memory is next",
            percent(share)
        );
        Opinion::fired(Severity::Critical, summary, "Raise GOMEMLIMIT or cut what is live; restart rather than wait.")
    };
    evidence(opinion).against("gc_cpu_fraction", share, LEAST_SHARE, Unit::Fraction)
}

const MOST_SINCE: f64 = 5.0;
const LEAST_SHARE: f64 = 0.45;
