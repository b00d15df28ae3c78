//! `memlimit_thrash`: the live heap leaves no room below `GOMEMLIMIT`, so GC runs all the time.
//!
//! With a limit, and ≥ 90 % of it held: between two GCs less than 20 % of the goal is allocated (a half at `GOGC=100`; the
//! goal is then ≤ 1.25 × the live heap), and GC runs ≥ 3 times as often as allocation explains; where the live heap is
//! not known, it is what is not allocated between two GCs. A limit that is not exported, as by expvar, shows in the goals. A GC
//! trace has no limit: there ≥ 90 % of the goals, at least five, are ≤ 1.03 × a live heap of ≥ 32 MiB, and GC takes ≥ 5 % of the
//! CPU where that is known. Where cycles are not counted, only a live heap beyond the limit tells. `GOGC=off` with a limit that
//! leaves room is no thrashing: measured there, the goal was six times the live heap.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::{
    gc_inflation,
    opinion::{Opinion, bytes, percent},
    wanted::CYCLES,
};
use crate::{
    analysis::{FEWEST_POINTS, Window},
    model::{Quantity, Regime},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if !window.knows(Quantity::MemoryLimitBytes) {
        return goals_at_live(window).unwrap_or_else(|| Opinion::not_evaluable(&["go_gc_gomemlimit_bytes"]));
    }
    let Some(limit) = window.memory_limit() else { return Opinion::clear("there is no GOMEMLIMIT") };
    let Some(held) = window.median(Quantity::HeldBytes) else {
        return Opinion::not_evaluable(&["go_memstats_sys_bytes", "go_memstats_heap_released_bytes"]);
    };
    let near = held / limit;
    let pace = window.pace();
    let headroom = pace.and_then(|pace| pace.headroom_fraction);
    let inflation = pace.and_then(|pace| pace.inflation);
    let share = window.gc_share();
    let with_evidence = |opinion: Opinion| {
        let opinion = opinion.against("held_to_limit_ratio", near, LEAST_NEAR, Unit::Ratio).with(
            "memory_limit_bytes",
            limit,
            Unit::Bytes,
        );
        let opinion = match headroom {
            Some(headroom) => opinion.against("allocated_per_cycle_to_goal", headroom, MOST_HEADROOM, Unit::Fraction),
            None => opinion,
        };
        opinion.with("gc_inflation", inflation, Unit::Ratio).with("gc_cpu_fraction", share, Unit::Fraction)
    };
    if near < LEAST_NEAR {
        return with_evidence(Opinion::clear("what Go holds is well below GOMEMLIMIT"));
    }
    if !window.knows(Quantity::GcCyclesTotal)
        && window.regime() == Regime::BeyondLimit
        && window.rate(Quantity::AllocTotalBytes).is_some_and(|rate| rate > 0.0)
    {
        let live = window.median(Quantity::HeapGoalBytes).unwrap_or(0.0);
        let summary = format!(
            "{} live, and what else Go holds, are more than the GOMEMLIMIT of {}: the goal is the live heap, and GC runs all the time",
            bytes(live),
            bytes(limit)
        );
        return with_evidence(Opinion::fired(Severity::Critical, summary, ACTION)).with(
            "live_heap_bytes",
            live,
            Unit::Bytes,
        );
    }
    if !window.knows(Quantity::GcCyclesTotal) {
        return with_evidence(Opinion::not_evaluable(&[CYCLES]));
    }
    let (Some(pace), Some(headroom)) = (pace.filter(|pace| pace.cycles >= gc_inflation::FEWEST_CYCLES), headroom)
    else {
        return with_evidence(Opinion::insufficient("what Go holds is close to GOMEMLIMIT, but few GC cycles ended"));
    };
    // What is not allocated between two GCs is live.
    let natural = window.gogc_factor().unwrap_or(1.0) * (1.0 - headroom).max(0.0);
    let often = inflation.unwrap_or(natural / headroom.max(f64::MIN_POSITIVE)) > gc_inflation::HIGH;
    if (headroom > MOST_HEADROOM || !often) && window.rows.len() < FEWEST_POINTS {
        return with_evidence(Opinion::insufficient("what Go holds is close to GOMEMLIMIT, but there are few scrapes"));
    }
    if headroom > MOST_HEADROOM || !often {
        return with_evidence(Opinion::clear(
            "GOMEMLIMIT leaves room for a heap's worth of allocation between two GCs",
        ));
    }
    let live = window.cycles().iter().rev().find_map(|cycle| cycle.live_bytes);
    let beyond = live.is_some_and(|live| live > limit);
    let severe = beyond || headroom < 0.25 * MOST_HEADROOM || held > 1.02 * limit + MIB;
    let summary = format!(
        "GC runs {:.1} times a second and frees {} of the goal each time: {}{} held under a GOMEMLIMIT of {}",
        pace.cycles / pace.seconds,
        percent(headroom),
        live.map_or_else(String::new, |live| format!("{} live, ", bytes(live))),
        bytes(held),
        bytes(limit)
    );
    let severity = if severe { Severity::Critical } else { Severity::Warning };
    with_evidence(Opinion::fired(severity, summary, ACTION))
        .with("gc_cycles_per_second", pace.cycles / pace.seconds, Unit::PerSecond)
        .sure(if inflation.is_some() { Confidence::High } else { Confidence::Medium })
        .confounder("Checked: GOGC=off with room below the limit, by what is allocated between two GCs.")
}

/// Where the limit is not known, as in a GC trace: goals that are the live heap itself, cycle by cycle, are set by a limit below it. With
/// `GOGC` a goal is above the live heap, by a tenth at least for any setting that somebody chooses.
fn goals_at_live(window: &Window<'_>) -> Option<Opinion> {
    let at =
        |row: usize| Some((window.value(Quantity::HeapGoalBytes, row)?, window.value(Quantity::HeapLiveBytes, row)?));
    let pairs: Vec<(f64, f64)> = window.rows.clone().filter_map(at).collect();
    let at_live = pairs.iter().filter(|(goal, live)| *goal <= AT_LIVE * live && *live >= LEAST_LIVE_BYTES).count();
    if pairs.len() < FEWEST_GOALS || 10 * at_live < 9 * pairs.len() {
        return None;
    }
    let (_, live) = *pairs.last()?;
    let share = window.gc_share();
    // Where little is allocated GC seldom runs, wherever its goal is. A trace whose clock is too coarse has no share.
    let goals = window.points(Quantity::HeapGoalBytes);
    let seconds = goals.last().zip(goals.first()).map_or(0.0, |(last, first)| last.0 - first.0);
    let is_seldom = seconds > LONGEST_BETWEEN * goals.len() as f64;
    if share.map_or(is_seldom, |share| share < LEAST_SHARE) {
        return None;
    }
    let summary = format!(
        "{at_live} of {} heap goals are the live heap itself, {}, as where it is beyond what GOMEMLIMIT leaves: GC begins anew when it has \
         ended",
        pairs.len(),
        bytes(live)
    );
    Some(
        Opinion::fired(Severity::Critical, summary, ACTION)
            .with("live_heap_bytes", live, Unit::Bytes)
            .with("gc_cpu_fraction", share, Unit::Fraction)
            .sure(Confidence::Medium)
            .confounder(
                "The limit itself is not exported: GOMEMLIMIT, debug.SetMemoryLimit, or a library that sets it.",
            ),
    )
}

const ACTION: &str = "Raise GOMEMLIMIT, or cut what is live (see live_heap_leak). A program that cannot live within its limit is better \
                      restarted early than left to collect: alert on the GC's CPU share.";
const LEAST_NEAR: f64 = 0.9;
const MOST_HEADROOM: f64 = 0.2;
/// Goals and live heaps of a trace are whole megabytes.
const AT_LIVE: f64 = 1.03;
const LEAST_LIVE_BYTES: f64 = 32.0 * MIB;
const FEWEST_GOALS: usize = 5;
/// Of the CPU: GC that runs all the time takes a quarter or more.
const LEAST_SHARE: f64 = 0.05;
/// In seconds, from cycle to cycle.
const LONGEST_BETWEEN: f64 = 5.0;
