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
    let cut_off = roots_cut_off(lines, setting);
    let mut cycles: Vec<Cycle> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let (stacks, globals) = (size(line.stacks_mb, cut_off), size(line.globals_mb, cut_off));
        let next = lines.get(index + 1).filter(|next| next.cycle == line.cycle + 1);
        let live = match measured.get(&line.cycle) {
            Some(&live) if within(line.heap_live_mb).contains(&live) => live,
            _ => live_bytes(line, next, stacks + globals, setting),
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
            stacks_bytes: stacks,
            globals_bytes: globals,
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

/// What the whole MiB of stacks and globals leave out, both together. The goals of all cycles tell it: each is the live heap, and
/// `GOGC` percent of that and of the roots. Few cycles tell little, so theirs are held against what programs have as a rule.
fn roots_cut_off(lines: &[GcTraceLine], setting: &RunSetting) -> f64 {
    let (Gogc::Percent(percent @ 1..), None) = (setting.gogc, setting.memory_limit_bytes) else { return USUAL_CUT_OFF };
    let factor = f64::from(percent) / 100.0;
    let (mut sum, mut count) = (0.0, 0.0);
    for (line, next) in lines.iter().zip(lines.iter().skip(1)) {
        // Neither the minimum heap sets the goal, nor what is left to the sweeper.
        let is_by_gogc = within(next.goal_mb).start > heap_minimum(setting.gogc) as f64
            && next.goal_mb >= line.heap_live_mb.saturating_add(2);
        if next.cycle == line.cycle + 1 && is_by_gogc {
            let [goal, live] = [next.goal_mb, line.heap_live_mb].map(middle);
            let told = MIB * (line.stacks_mb.unwrap_or(0) + line.globals_mb.unwrap_or(0)) as f64;
            sum += (goal - live) / factor - live - told;
            count += 1.0;
        }
    }
    if count == 0.0 {
        return USUAL_CUT_OFF;
    }
    // The variance of a number that is cut to whole ones is a twelfth; here that of the goal, and of the live heap in it.
    let variance = (1.0 + (1.0 + factor).powi(2)) / 12.0 / factor.powi(2) * MIB.powi(2) / count;
    let weight = CUT_OFF_SPREAD.powi(2) / (CUT_OFF_SPREAD.powi(2) + variance);
    (USUAL_CUT_OFF + weight * (sum / count - USUAL_CUT_OFF)).clamp(0.0, 2.0 * MIB)
}

/// Stacks or globals: half of what is cut off both is theirs. A trace that does not tell of them paces without them.
fn size(mb: Option<u64>, cut_off: f64) -> f64 {
    mb.map_or(0.0, |mb| mb as f64 * MIB + cut_off / 2.0)
}

fn middle(mb: u64) -> f64 {
    (mb as f64 + 0.5) * MIB
}

/// Measured: small programs have 0.1 to 0.3 MiB of roots, those made of libraries 0.2 to 0.7.
const USUAL_CUT_OFF: f64 = 0.25 * MIB;
const CUT_OFF_SPREAD: f64 = 0.2 * MIB;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pacing::RecordingOptions;

    /// Cycles of a program with so many bytes of roots, of whose sizes only the whole MiB are told.
    fn lines(roots: f64, count: u64) -> Vec<GcTraceLine> {
        let mut log = String::new();
        let mut goal = 24.0 * MIB;
        for cycle in 1..=count {
            let live = (10.0 + (cycle as f64 * 0.37) % 5.0) * MIB;
            let whole = |bytes: f64| (bytes / MIB) as u64;
            log += &format!(
                "gc {cycle} @{cycle}.0s 1%: 0.01+1.0+0.01 ms clock, 0.02+0.1/0.5/0.1+0.02 ms cpu, {}->{}->{} MB, {} MB goal, 0 MB stacks, 0 MB \
                 globals, 2 P\n",
                whole(goal * 0.9),
                whole(goal),
                whole(live),
                whole(goal)
            );
            goal = live + live + roots;
        }
        gomem_metrics::GcTrace::decode(log.as_bytes()).expect("a trace").lines().to_vec()
    }

    #[test]
    fn goals_tell_the_roots_that_whole_mib_leave_out() {
        let cut_off = |roots: f64, count| {
            let lines = &lines(roots * MIB, 400)[..count];
            let setting = RunSetting::new(None, lines, &RecordingOptions::default(), &mut Vec::new());
            roots_cut_off(lines, &setting) / MIB
        };
        assert!((cut_off(0.6, 400) - 0.6).abs() < 0.06, "{}", cut_off(0.6, 400));
        assert!(cut_off(0.0, 400) < 0.06, "{}", cut_off(0.0, 400));
        assert!((0.1..0.4).contains(&cut_off(0.0, 5)), "few cycles tell little: {}", cut_off(0.0, 5));
        assert_eq!(cut_off(0.6, 1), 0.25, "and one tells nothing");
    }
}
