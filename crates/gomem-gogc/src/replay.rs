//! One run of the pacer over the curves of a recording.

use gomem_table::{MIB, checkpoint};

use crate::{
    curve::{Cursor, Curve},
    pacer::{self, FORCE_GC_PERIOD_SECONDS},
    prediction::Setting,
};

/// What one replay came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) cycles: f64,
    pub(crate) peak_heap_bytes: f64,
    pub(crate) gc_cpu_seconds: f64,
    /// The headroom at the largest live heap, as a `GOGC`.
    pub(crate) effective_gogc: f64,
    pub(crate) peak_live_bytes: f64,
    pub(crate) gave_up: bool,
}

/// What stands in for one recorded mark phase in one replay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MarkStep {
    pub(crate) free_ratio: f64,
    pub(crate) runway_ratio: f64,
    /// A factor on the bytes allocated during marking: how far a recorded phase was off the model's idea of it.
    pub(crate) residual: f64,
}

/// One draw of what varies from run to run.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    /// Per recorded cycle.
    pub(crate) steps: Vec<MarkStep>,
    /// Where the program ends, between -1 and 1 of the uncertainty about it.
    pub(crate) end: f64,
}

/// What one replay runs with, beside the curve and the draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    pub(crate) setting: Setting,
    /// Memory outside the heap that counts towards a limit.
    pub(crate) non_heap_bytes: f64,
    /// Bytes that a mark phase allocates at the least.
    pub(crate) floor: f64,
    /// More cycles than this are not replayed.
    pub(crate) most_cycles: f64,
}

pub(crate) fn replay(curve: &Curve, conditions: &Conditions, draw: &Draw) -> Outcome {
    let Conditions { setting, non_heap_bytes, floor, most_cycles } = conditions;
    let scale = setting.alloc_scale.clamp(LEAST_SCALE, 1.0 / LEAST_SCALE);
    let total = (curve.total_allocated + draw.end * curve.total_uncertainty) * scale;
    let factor = setting.gogc.factor();
    let mut forced = curve.points.iter().filter(|point| point.forced).map(|point| point.allocated * scale).peekable();
    let mut outcome = Outcome { effective_gogc: f64::INFINITY, ..Outcome::default() };
    let mut cursor = Cursor::default();
    // What lived at a recorded GC, without what is no longer kept.
    let surviving = |bytes: f64| bytes * setting.live_scale.max(0.0);
    let (mut allocated, mut live) = (0.0, surviving(curve.initial));
    let mut roots = curve.at(0.0, &mut cursor).roots;
    let mut work_before = if live > 0.0 { live + roots } else { 0.0 };
    let mut ratios = [0.0_f64; 5];
    let mut last_seconds = 0.0;
    loop {
        checkpoint();
        let goal = goal(setting, live, roots, *non_heap_bytes);
        let runway = ratios.iter().copied().fold(0.0, f64::max) * work_before;
        let trigger = pacer::trigger(live, goal, runway).max(live + MINIMUM_STEP);
        let mut start = allocated + (trigger - live);
        // runtime.GC() happens where the program calls it, and two minutes never pass without a cycle.
        while forced.next_if(|&at| at <= allocated).is_some() {}
        if let Some(&at) = forced.peek() {
            start = start.min(at);
        }
        let mut moment = curve.at(start.min(total) / scale, &mut cursor);
        if moment.seconds - last_seconds > FORCE_GC_PERIOD_SECONDS {
            let deadline = last_seconds + FORCE_GC_PERIOD_SECONDS;
            start = start.min(allocated_at(curve, deadline, allocated / scale, total / scale) * scale);
            moment = curve.at(start / scale, &mut cursor);
        }
        if start >= total {
            break;
        }
        if outcome.cycles >= *most_cycles {
            outcome.gave_up = true;
            break;
        }
        let heap_start = live + (start - allocated);
        roots = moment.roots;
        let work = surviving(moment.surviving) + roots;
        let step = &draw.steps[moment.nearest];
        let marked = mark_bytes(&MarkPhase {
            free: (step.free_ratio * work).max(curve.points[moment.nearest].delay_bytes) * scale,
            work,
            work_before,
            heap_start,
            roots,
            goal,
            factor,
        });
        let marked = (marked * step.residual).max(floor * scale).min(total - start);
        outcome.cycles += 1.0;
        outcome.gc_cpu_seconds += curve.points[moment.nearest].cost * work;
        outcome.peak_heap_bytes = outcome.peak_heap_bytes.max(heap_start + marked);
        allocated = start + marked;
        live = surviving(moment.surviving) + marked;
        if live >= outcome.peak_live_bytes {
            outcome.peak_live_bytes = live;
            let next = self::goal(setting, live, roots, *non_heap_bytes);
            outcome.effective_gogc = (next - live) / (live + roots).max(1.0) * 100.0;
        }
        ratios.rotate_right(1);
        ratios[0] = step.runway_ratio * scale;
        work_before = work;
        last_seconds = moment.seconds;
    }
    outcome.peak_heap_bytes = outcome.peak_heap_bytes.max(live + (total - allocated).max(0.0));
    outcome
}

/// What decides how much is allocated while one cycle marks.
pub(crate) struct MarkPhase {
    /// Bytes that would be allocated if nobody had to assist.
    pub(crate) free: f64,
    pub(crate) work: f64,
    pub(crate) work_before: f64,
    pub(crate) heap_start: f64,
    pub(crate) roots: f64,
    pub(crate) goal: f64,
    pub(crate) factor: Option<f64>,
}

/// Bytes allocated during marking: freely, until assists make allocation pay for the goal (`gcControllerState.revise`).
pub(crate) fn mark_bytes(phase: &MarkPhase) -> f64 {
    let room = (phase.goal - phase.heap_start).max(0.0);
    // More work than last time extends the goal in proportion, up to what GOGC gives on top of the whole goal. The first
    // cycle knows of no work before it, so only the latter holds.
    let hard = ((1.0 + phase.factor.unwrap_or(FACTOR_OF_OFF)) * phase.goal - phase.heap_start).max(0.0);
    let budget = if phase.work_before > 0.0 {
        let stretch = phase.work.min(phase.heap_start + phase.roots) / phase.work_before;
        hard.min(room * stretch.max(1.0))
    } else {
        hard
    };
    let mut bytes = phase.free.min(budget);
    if phase.free > budget && budget > 0.0 {
        // The goal is soft. A heap that grows is more work than the assists reckon with, and the further free
        // allocation is ahead of them, the more of the 10 % overshoot (maxOvershoot) is used.
        let pressure = ((phase.free / budget - 2.0) / 8.0).clamp(0.0, 1.0);
        let growth = if phase.work_before > 0.0 { (phase.work / phase.work_before - 1.0) / 0.03 } else { 0.0 };
        bytes += 0.1 * phase.goal * pressure * growth.clamp(0.0, 1.0);
    }
    bytes
}

fn goal(setting: &Setting, live: f64, roots: f64, non_heap_bytes: f64) -> f64 {
    let by_gogc = match setting.gogc.factor() {
        Some(factor) => {
            let swept = if live > 0.0 { live + pacer::SWEEP_DISTANCE as f64 } else { 0.0 };
            (live + (live + roots) * factor).max(pacer::heap_minimum(setting.gogc) as f64).max(swept)
        }
        None => f64::INFINITY,
    };
    match setting.memory_limit_bytes {
        Some(limit) => {
            let room = (limit as f64 - non_heap_bytes).max(0.0);
            by_gogc.min((room * 0.97).min(room - MIB).max(live))
        }
        None => by_gogc,
    }
}

/// The allocated bytes at which `seconds` is reached, by bisection: time never runs backwards along the curve.
fn allocated_at(curve: &Curve, seconds: f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let mut cursor = Cursor::default();
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if curve.at(middle, &mut cursor).seconds < seconds { low = middle } else { high = middle }
    }
    high
}

/// Programs that allocate this much less, or that many times more, are not another version of the recorded one.
const LEAST_SCALE: f64 = 1e-6;
/// What `revise` takes `GOGC=off` for.
const FACTOR_OF_OFF: f64 = 1000.0;
/// A cycle starts at least this much after the last one: the runtime keeps 64 KiB between trigger and goal.
const MINIMUM_STEP: f64 = 65_536.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(factor: Option<f64>) -> MarkPhase {
        MarkPhase { free: 1000.0, work: 40.0, work_before: 40.0, heap_start: 90.0, roots: 0.0, goal: 100.0, factor }
    }

    #[test]
    fn assists_hold_a_steady_heap_to_its_goal() {
        assert_eq!(mark_bytes(&phase(Some(1.0))), 10.0);
        assert_eq!(mark_bytes(&MarkPhase { free: 4.0, ..phase(Some(1.0)) }), 4.0, "nobody has to assist");
    }

    #[test]
    fn the_first_cycle_is_held_to_the_hard_goal_only() {
        let first = MarkPhase { work_before: 0.0, ..phase(Some(8.0)) };
        assert_eq!(mark_bytes(&first), 810.0);
        assert_eq!(mark_bytes(&MarkPhase { free: 30.0, ..first }), 30.0);
    }

    #[test]
    fn more_work_than_last_time_extends_the_goal() {
        let grown = MarkPhase { free: 30.0, work_before: 20.0, ..phase(Some(1.0)) };
        assert!((20.0..=30.0).contains(&mark_bytes(&grown)), "{}", mark_bytes(&grown));
        assert_eq!(
            mark_bytes(&MarkPhase { free: 30.0, ..phase(None) }),
            mark_bytes(&MarkPhase { free: 30.0, ..phase(Some(1000.0)) })
        );
    }
}
