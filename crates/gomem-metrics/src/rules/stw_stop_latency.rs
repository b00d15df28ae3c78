//! `stw_stop_latency`: threads do not stop when the GC asks them to.
//!
//! Pauses are ≥ 2 % of the time, and ≥ 100 ms each on average, or ≥ 20 % of the stops took more than 10 ms where the system
//! runs what Go wants to run (not [`cpu_throttled`](super::cpu_throttled)): a host without CPU to spare stops threads as slowly.
//! Where that is not known, ≥ 35 %. Only with a goal of ≥ 16 MiB: a tiny heap is collected so often that pauses
//! add up. Measured where loops cannot be preempted: 24 to 56 % slow stops, 130 to 510 ms each on a busy host; other programs
//! on such hosts up to 24 % and 79 ms, healthy ones up to 11 % and 0.8 % of the time. Of an execution trace the same is asked,
//! with each stop as long as the program felt it, where metrics do not tell.

use gomem_finding::Severity;
use gomem_table::{MIB, Unit};

use super::{
    cpu_throttled,
    opinion::{Opinion, percent},
};
use crate::{
    analysis::Window,
    model::{Quantity, TracedGc},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let Some(pause) = window.increase(Quantity::GcPauseTotalSeconds) else {
        return Opinion::not_evaluable(&["go_gc_duration_seconds_sum", "go_sched_pauses_stopping_gc_seconds_bucket"]);
    };
    let Some(pace) = window.pace().filter(|pace| pace.cycles >= FEWEST_CYCLES) else {
        return Opinion::insufficient("few GC cycles, or none, ended in the time looked at");
    };
    let (paused, mean) = (pause / pace.seconds, pause / pace.cycles);
    let slow = window.increase(Quantity::SlowStopsTotal).zip(window.increase(Quantity::StopsTotal));
    let slow_fraction = slow.filter(|slow| slow.1 > 0.0).map(|(slow, all)| slow / all);
    let evidence = |opinion: Opinion| {
        let opinion = opinion
            .against("paused_fraction", paused, LEAST_PAUSED, Unit::Fraction)
            .with("pause_mean_seconds", mean, Unit::Seconds)
            .with("gc_cycles", pace.cycles, Unit::Count);
        match slow_fraction {
            Some(slow) => opinion.against("slow_stop_fraction", slow, LEAST_SLOW, Unit::Fraction),
            None => opinion.missing(&["go_sched_pauses_stopping_gc_seconds_bucket"]),
        }
    };
    let goal = window.median(Quantity::HeapGoalBytes).unwrap_or(0.0);
    let is_slow = slow_fraction.is_some_and(|slow| slow >= SURE_SLOW);
    let surely = mean >= SURE_MEAN_SECONDS || (is_slow && !cpu_throttled::is_waiting(window));
    let slowly = surely || slow_fraction.map_or(mean >= LEAST_MEAN_SECONDS, |slow| slow >= LEAST_SLOW);
    if paused < LEAST_PAUSED || !slowly || goal < LEAST_GOAL {
        return evidence(Opinion::clear("the world stops quickly enough"));
    }
    if pace.cycles < LEAST_CYCLES {
        return evidence(Opinion::insufficient("too few GC cycles to tell"));
    }
    let runs = cpu_throttled::ran_fraction(window).is_some_and(|ran| ran >= cpu_throttled::MOST_RAN);
    if !surely && !runs {
        let reason = "the world stops slowly, but a host without CPU to spare would do that too";
        return evidence(Opinion::insufficient(reason));
    }
    let summary = format!(
        "the world stands still for {} of the time, {:.0} ms at each GC: threads do not stop when asked to",
        percent(paused),
        1e3 * mean
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(
        "A system that does not run the program's threads (CPU limits, a busy host) looks the same: see cpu_throttled.",
    )
}

/// The same of a trace's stops. How many processors the system lent is not in it.
pub(super) fn traced(traced: &TracedGc) -> Opinion {
    let cycles = traced.known_cycles() as f64;
    let stops = traced.pause_seconds.len() as f64;
    let Some(goal) = traced.goal_bytes.filter(|_| cycles >= FEWEST_CYCLES && stops > 0.0 && traced.seconds > 0.0)
    else {
        return Opinion::insufficient(format!("few GC cycles, or none, began in {}", traced.length()));
    };
    let pause: f64 = traced.pause_seconds.iter().sum();
    let (paused, mean) = (pause / traced.seconds, pause / cycles);
    let slow = traced.pause_seconds.iter().filter(|seconds| **seconds > SLOW_SECONDS).count() as f64 / stops;
    let evidence = |opinion: Opinion| {
        opinion
            .against("paused_fraction", paused, LEAST_PAUSED, Unit::Fraction)
            .with("pause_mean_seconds", mean, Unit::Seconds)
            .with("gc_cycles", cycles, Unit::Count)
            .against("slow_stop_fraction", slow, LEAST_SLOW, Unit::Fraction)
    };
    let surely = mean >= SURE_MEAN_SECONDS || slow >= SURE_SLOW;
    if paused < LEAST_PAUSED || !(surely || slow >= LEAST_SLOW) || goal < LEAST_GOAL {
        return evidence(Opinion::clear(format!("the world stops quickly enough, in {}", traced.length())));
    }
    if cycles < LEAST_CYCLES {
        return evidence(Opinion::insufficient("too few GC cycles to tell"));
    }
    if !surely {
        let reason = "the world stops slowly, but a host without CPU to spare would do that too";
        return evidence(Opinion::insufficient(reason));
    }
    let longest = traced.pause_seconds.iter().copied().fold(0.0, f64::max);
    let summary = format!(
        "in {} the world stood still for {} of the time, {:.0} ms at each GC and {:.0} ms at worst: threads do not stop when asked to",
        traced.length(),
        percent(paused),
        1e3 * mean,
        1e3 * longest
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(
        "A system that does not run the program's threads (CPU limits, a busy host) looks the same: see cpu_throttled.",
    )
}

/// What counts as slow in `go_sched_pauses_stopping_gc_seconds` too.
const SLOW_SECONDS: f64 = 0.010;
const ACTION: &str = "Look for loops without calls when asyncpreemptoff=1 is set, for cgo calls and page faults; runtime/trace shows \
                      which goroutine was waited for.";
const LEAST_PAUSED: f64 = 0.02;
const LEAST_SLOW: f64 = 0.20;
const LEAST_MEAN_SECONDS: f64 = 0.010;
const SURE_SLOW: f64 = 0.35;
const SURE_MEAN_SECONDS: f64 = 0.100;
const LEAST_GOAL: f64 = 16.0 * MIB;
const LEAST_CYCLES: f64 = 10.0;
/// For stops that are quick.
const FEWEST_CYCLES: f64 = 3.0;
