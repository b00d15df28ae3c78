//! The bytes behind the whole MiB of a GC trace.
//!
//! A `gctrace` line cuts its sizes down to whole MiB. How they came about says more: the goal follows from the live heap of
//! the cycle before, marking starts at the trigger and, where goroutines assist, ends at the goal. Metrics of the same
//! program tell the live heap to the byte.

use std::{collections::HashMap, ops::Range};

use gomem_gogc::{Cycle, Gogc, heap_goal, heap_minimum, trigger};
use gomem_metrics::{GcTraceLine, GoState, Quantity};

use crate::pacing::setting::RunSetting;
use gomem_table::MIB;

/// The cycles of consecutive `lines` of one run.
pub(crate) fn exact_cycles(lines: &[GcTraceLine], state: Option<&GoState>, setting: &RunSetting) -> Vec<Cycle> {
    let measured = state.map(live_bytes_of_cycles).unwrap_or_default();
    let mut cycles: Vec<Cycle> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let roots = roots_bytes(line);
        let next = lines.get(index + 1).filter(|next| next.cycle == line.cycle + 1);
        let live = match measured.get(&line.cycle) {
            Some(&live) if within(line.heap_live_mb).contains(&live) => live,
            _ => live_bytes(line, next, roots, setting),
        };
        let before = cycles.last();
        let goal = match before.filter(|_| setting.memory_limit_bytes.is_none()) {
            Some(before) => {
                let by_formula = heap_goal(before.heap_live_bytes as u64, before.roots_bytes() as u64, setting.gogc);
                likely(line.goal_mb, by_formula as f64)
            }
            None => likely(line.goal_mb, heap_minimum(setting.gogc) as f64),
        };
        let live_before = before.map_or(0.0, |before| before.heap_live_bytes);
        let start = likely(line.heap_start_mb, trigger(live_before, goal, f64::INFINITY));
        let end = likely(line.heap_end_mb, goal).max(start);
        cycles.push(Cycle {
            start_seconds: line.start_seconds,
            heap_start_bytes: start,
            heap_end_bytes: end,
            heap_live_bytes: live,
            goal_bytes: goal,
            stacks_bytes: line.stacks_mb.map_or(0.0, size),
            globals_bytes: line.globals_mb.map_or(0.0, size),
            mark_seconds: line.mark_ms / 1e3,
            stw_seconds: (line.stw_sweep_ms + line.stw_mark_term_ms) / 1e3,
            assist_cpu_seconds: line.assist_cpu_ms / 1e3,
            background_cpu_seconds: line.background_cpu_ms / 1e3,
            idle_cpu_seconds: line.idle_cpu_ms / 1e3,
            procs: line.procs,
            forced: line.forced,
        });
    }
    cycles
}

/// The live heap that each cycle left, where a scrape saw it.
fn live_bytes_of_cycles(state: &GoState) -> HashMap<u64, f64> {
    let counts = state.values(Quantity::GcCyclesTotal).iter();
    let live = state.values(Quantity::HeapLiveBytes).iter();
    counts.zip(live).filter_map(|(count, live)| Some(((*count)? as u64, (*live)?))).collect()
}

/// The middle of what the line's live heap and the goal of the next cycle leave possible.
fn live_bytes(line: &GcTraceLine, next: Option<&GcTraceLine>, roots: f64, setting: &RunSetting) -> f64 {
    let Range { start, end } = within(line.heap_live_mb);
    let (Some(next), Gogc::Percent(percent), None) = (next, setting.gogc, setting.memory_limit_bytes) else {
        return start.midpoint(end);
    };
    let factor = f64::from(percent) / 100.0;
    let goal = within(next.goal_mb);
    if goal.start <= heap_minimum(setting.gogc) as f64 {
        return start.midpoint(end);
    }
    // The goal leaves the sweeper 1 MiB where GOGC leaves less.
    let live_for = |goal: f64| ((goal - roots * factor) / (1.0 + factor)).min(goal - MIB);
    let (low, high) = (live_for(goal.start).max(start), live_for(goal.end).min(end));
    if low < high { low.midpoint(high) } else { start.midpoint(end) }
}

/// What is expected, if the line's whole MiB allow it; else their middle.
fn likely(mb: u64, expected: f64) -> f64 {
    let possible = within(mb);
    if possible.contains(&expected) { expected } else { possible.start.midpoint(possible.end) }
}

fn within(mb: u64) -> Range<f64> {
    mb as f64 * MIB..(mb as f64 + 1.0) * MIB
}

fn roots_bytes(line: &GcTraceLine) -> f64 {
    line.stacks_mb.map_or(0.0, size) + line.globals_mb.map_or(0.0, size)
}

/// Stacks and globals: 0 MiB are mostly nothing, more are in the middle of what they may be.
fn size(mb: u64) -> f64 {
    if mb == 0 { 0.0 } else { (mb as f64 + 0.5) * MIB }
}
