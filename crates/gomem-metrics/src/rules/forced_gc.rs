//! `forced_gc`: half or more of the GC cycles are calls of `runtime.GC`, ≥ 20 of them and ≥ 0.1 a second.
//!
//! Where `/gc/cycles/forced` is not exported: GC runs ≥ 2.25 times as often as allocation and the live heap explain
//! ([`gc_inflation`](super::gc_inflation)), though `GOGC` alone sets the goal. Then nothing but the program itself is left
//! to have started them. Measured: 2.5 to 8.2 times, and 0.76 to 1.32 times where nobody does; from 1.5 times on it is
//! `insufficient`. An execution trace has each cycle's stack: it says who called, and decides where the cycles are not counted.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::{
    opinion::{Opinion, Verdict, percent},
    wanted::{CYCLES, FORCED},
};
use crate::{
    analysis::{Pace, Window},
    model::{Quantity, Regime, TracedGc},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let Some(pace) = window.pace() else {
        return match (window.last(Quantity::GcCyclesTotal), window.least_pace()) {
            (Some(_), _) => Opinion::insufficient("no GC cycle ended in the time looked at"),
            // Fewer cycles are seen than there are, so this may only be said of too many.
            (None, Some(least)) if least.least_inflation.is_some_and(|inflation| inflation >= LEAST_INFLATION) => {
                inferred(window, least)
            }
            (None, _) => Opinion::not_evaluable(&[CYCLES, FORCED]),
        };
    };
    let forced = window.increase(Quantity::ForcedGcCyclesTotal).filter(|_| window.rows.len() > 1);
    match forced {
        Some(forced) => counted(forced, pace.cycles, pace.seconds),
        None => inferred(window, pace),
    }
}

/// Cycles that a profile or a benchmark asked for are told by their stack, and are not the program's.
pub(super) fn traced(traced: &TracedGc) -> Opinion {
    let (forced, cycles) = (traced.forced_cycles as f64, traced.known_cycles() as f64);
    let opinion = if cycles > 0.0 {
        counted(forced, cycles, traced.seconds)
    } else {
        Opinion::insufficient(format!("no GC cycle began in {}", traced.length()))
    };
    let opinion = Opinion { confounders: Vec::new(), ..opinion };
    match traced.told_callers().filter(|_| opinion.verdict == Verdict::Fired) {
        Some(who) => opinion.adding(&format!(", in {}; by {who}", traced.length())),
        None => opinion,
    }
}

fn counted(forced: f64, cycles: f64, seconds: f64) -> Opinion {
    let (share, rate) = (forced / cycles, forced / seconds);
    let evidence = |opinion: Opinion| {
        opinion
            .against("forced_fraction", share, LEAST_SHARE, Unit::Fraction)
            .against("forced_per_second", rate, LEAST_RATE, Unit::PerSecond)
            .against("forced_gc_cycles", forced, LEAST_CYCLES, Unit::Count)
    };
    if cycles < FEWEST_CYCLES && seconds < FEWEST_CYCLES / LEAST_RATE {
        return evidence(Opinion::insufficient(format!("only {cycles:.0} GC cycles ended in {seconds:.0} s")));
    }
    if share < LEAST_SHARE || rate < LEAST_RATE {
        return evidence(Opinion::clear("few GC cycles, or none, were asked for by the program"));
    }
    if forced < LEAST_CYCLES {
        return evidence(Opinion::insufficient("only a few GC cycles were asked for; a profile may have been taken"));
    }
    let summary = format!(
        "the program calls runtime.GC {rate:.1} times a second on average: {} of all GC cycles",
        percent(share)
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION)).sure(Confidence::High).confounder(PROFILES)
}

fn inferred(window: &Window<'_>, pace: Pace) -> Opinion {
    let regime = window.regime();
    let Some(inflation) = pace.least_inflation.filter(|_| regime == Regime::Gogc) else {
        return Opinion::not_evaluable(&[FORCED]);
    };
    let rate = pace.cycles / pace.seconds;
    let evidence = |opinion: Opinion| {
        opinion
            .against("gc_inflation", inflation, LEAST_INFLATION, Unit::Ratio)
            .against("gc_cycles_per_second", rate, LEAST_RATE, Unit::PerSecond)
            .against("gc_cycles", pace.cycles, LEAST_CYCLES, Unit::Count)
            .missing(&[FORCED])
    };
    let large = window.median(Quantity::HeapGoalBytes).is_some_and(|goal| goal >= LEAST_GOAL);
    if pace.cycles < FEWEST_CYCLES && pace.seconds < FEWEST_CYCLES / LEAST_RATE {
        return evidence(Opinion::insufficient("few GC cycles ended in the time looked at"));
    }
    if inflation < MOST_NATURAL || rate < LEAST_RATE {
        return evidence(Opinion::clear("allocation and the live heap explain how often GC runs"));
    }
    if inflation < LEAST_INFLATION {
        let reason = format!(
            "GC runs {inflation:.1} times as often as allocation explains: runtime.GC may have been called, or what is live is not known well"
        );
        return evidence(Opinion::insufficient(reason));
    }
    if !large {
        let reason =
            "GC runs more often than allocation explains, but of so small a heap what is live is not known well";
        return evidence(Opinion::insufficient(reason));
    }
    if pace.cycles < LEAST_CYCLES {
        return evidence(Opinion::insufficient("too few GC cycles to tell what started them"));
    }
    let summary = format!(
        "GC runs {}{rate:.1} times a second on average, {inflation:.1} times as often as allocation explains, with no memory limit near: the program calls runtime.GC",
        if window.knows(Quantity::GcCyclesTotal) { "" } else { "at least " }
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION)).sure(Confidence::Medium).confounder(PROFILES)
}

const ACTION: &str = "Search the code for runtime.GC and debug.FreeOSMemory, and remove them.";
const PROFILES: &str = "Heap profiles taken with ?gc=1, and goroutineleak profiles, run a GC each.";
const LEAST_SHARE: f64 = 0.5;
/// Measured: 2.5 to 8.2 where the program calls `runtime.GC`.
const LEAST_INFLATION: f64 = 2.25;
/// Of what `GOGC` alone does; measured: 0.76 to 1.32.
const MOST_NATURAL: f64 = 1.5;
const LEAST_RATE: f64 = 0.1;
const LEAST_CYCLES: f64 = 20.0;
/// For one that is not there; or as long a time as so many would take.
const FEWEST_CYCLES: f64 = 5.0;
/// Close to the least heap, small errors of the live heap make large ones of the ratio.
const LEAST_GOAL: f64 = 16.0 * MIB;
