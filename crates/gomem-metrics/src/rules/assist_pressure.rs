//! `assist_pressure`: assists take ≥ 10 % of all CPU time, and < 10 % is idle.
//!
//! A goroutine that allocates faster than background marking can follow must mark itself before it goes on: latency inside
//! of `malloc`. Measured where it hurts: 24 % assists, 0.3 % idle. An execution trace has how long goroutines ran while they
//! helped, which is no less than what the CPU class counts (measured: 1.1 to 1.7 times): it can say that assists take little,
//! and who helps, but not how much CPU was idle.

use gomem_finding::Severity;
use gomem_table::Unit;

use super::{
    opinion::{Opinion, percent},
    wanted::{ASSIST_CPU, IDLE_CPU, TOTAL_CPU},
};
use crate::{
    analysis::Window,
    model::{Quantity, TracedGc},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let known =
        [Quantity::GcAssistCpuSeconds, Quantity::TotalCpuSeconds].iter().all(|&quantity| window.knows(quantity));
    if !known {
        return Opinion::not_evaluable(&[ASSIST_CPU, TOTAL_CPU, IDLE_CPU]);
    }
    let Some(assist) = window.share_of_cpu(Quantity::GcAssistCpuSeconds) else {
        return Opinion::insufficient("too few GC cycles to tell what they cost");
    };
    if assist < LEAST_ASSIST {
        let opinion = Opinion::clear("assists take little");
        return opinion.against("assist_cpu_fraction", assist, LEAST_ASSIST, Unit::Fraction);
    }
    let Some(idle) = window.share_of_cpu(Quantity::IdleCpuSeconds) else {
        return Opinion::not_evaluable(&[IDLE_CPU]);
    };
    let evidence = |opinion: Opinion| {
        opinion.against("assist_cpu_fraction", assist, LEAST_ASSIST, Unit::Fraction).against(
            "idle_cpu_fraction",
            idle,
            MOST_IDLE,
            Unit::Fraction,
        )
    };
    if idle >= MOST_IDLE {
        return evidence(Opinion::clear("goroutines assist, but there is CPU to spare"));
    }
    let summary = format!(
        "goroutines spend {} of all CPU time marking for the GC while they allocate, and hardly any is idle",
        percent(assist)
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION))
        .confounder("Short bursts of allocation do the same for a moment: what holds now was looked at.")
}

/// A bound that is below the threshold is enough to say that assists take little.
pub(super) fn traced(traced: &TracedGc) -> Opinion {
    let Some(procs) = traced.procs.filter(|_| traced.known_cycles() >= FEWEST_CYCLES && traced.seconds > 0.0) else {
        return Opinion::insufficient(format!("too few GC cycles in {}", traced.length()));
    };
    let most = traced.assist_running_seconds / (traced.seconds * procs.max(1) as f64);
    let opinion = if most < LEAST_ASSIST {
        Opinion::clear(format!("assists take {} of the CPU at most, in {}", percent(most), traced.length()))
    } else {
        let who = traced.told_assisted().map_or_else(String::new, |who| format!(", most at {who}"));
        Opinion::insufficient(format!(
            "goroutines that helped the GC ran for {} of the CPU in {}{who}; how much was idle a trace does not say",
            percent(most),
            traced.length()
        ))
        .missing(&[ASSIST_CPU, TOTAL_CPU, IDLE_CPU])
    };
    opinion.against("assist_running_fraction", most, LEAST_ASSIST, Unit::Fraction)
}

/// As for stops that are quick.
const FEWEST_CYCLES: u64 = 3;
const ACTION: &str = "Allocate less that holds pointers, raise GOGC, or give the program more CPU.";
const LEAST_ASSIST: f64 = 0.10;
const MOST_IDLE: f64 = 0.10;
