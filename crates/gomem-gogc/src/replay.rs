//! One run of the pacer over the curves of a recording.

use crate::{
    curve::Curve,
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

/// What varies from one replay to the next: which neighbouring cycle stands in for a cycle, and how far the recorded
/// mark phases were off the model's idea of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise<'a> {
    /// Per recorded cycle, the index of the cycle whose mark ratio is used.
    pub(crate) neighbour: &'a [usize],
    /// Per recorded cycle, a factor on the bytes allocated during marking.
    pub(crate) residual: &'a [f64],
    /// Where the program ends, between -1 and 1 of the uncertainty about it.
    pub(crate) end: f64,
}

pub(crate) fn replay(curve: &Curve, setting: &Setting, non_heap_bytes: f64, floor: f64, noise: Noise<'_>) -> Outcome {
    let scale = setting.alloc_scale.max(1e-6);
    let total = (curve.total_allocated + noise.end * curve.total_uncertainty) * scale;
    let factor = setting.gogc.factor();
    let mut forced = curve.points.iter().filter(|point| point.forced).map(|point| point.allocated * scale).peekable();
    let mut outcome = Outcome { effective_gogc: f64::INFINITY, ..Outcome::default() };
    let mut allocated = 0.0;
    let mut live = curve.initial;
    let mut roots = curve.roots(0.0);
    let mut work_before = 0.0;
    let mut ratios = [0.0_f64; 5];
    let mut last_seconds = 0.0;
    loop {
        let goal = goal(setting, live, roots, non_heap_bytes);
        let runway = ratios.iter().copied().fold(0.0, f64::max) * work_before;
        let trigger = pacer::trigger(live, goal, runway).max(live + MINIMUM_STEP);
        let mut start = allocated + (trigger - live);
        // runtime.GC() happens where the program calls it, and two minutes never pass without a cycle.
        while forced.next_if(|&at| at <= allocated).is_some() {}
        if let Some(&at) = forced.peek() {
            start = start.min(at);
        }
        if curve.seconds(start.min(total) / scale) - last_seconds > FORCE_GC_PERIOD_SECONDS {
            start = start.min(
                allocated_at(curve, last_seconds + FORCE_GC_PERIOD_SECONDS, allocated / scale, total / scale) * scale,
            );
        }
        if start >= total {
            break;
        }
        if outcome.cycles >= MAXIMUM_CYCLES {
            outcome.gave_up = true;
            break;
        }
        let heap_start = live + (start - allocated);
        let at = start / scale;
        let surviving = curve.surviving(at);
        roots = curve.roots(at);
        let work = surviving + roots;
        let index = curve.nearest(at).unwrap_or(0);
        let neighbour = &curve.points[noise.neighbour[index]];
        let marked = mark_bytes(&MarkPhase {
            free: neighbour.free_ratio * scale * work,
            work,
            work_before,
            heap_start,
            roots,
            goal,
            factor,
        });
        let marked = (marked * noise.residual[index]).max(floor * scale).min(total - start);
        outcome.cycles += 1.0;
        outcome.gc_cpu_seconds += curve.points[index].cost * work;
        outcome.peak_heap_bytes = outcome.peak_heap_bytes.max(heap_start + marked);
        allocated = start + marked;
        live = surviving + marked;
        if live >= outcome.peak_live_bytes {
            outcome.peak_live_bytes = live;
            let next = self::goal(setting, live, roots, non_heap_bytes);
            outcome.effective_gogc = (next - live) / (live + roots).max(1.0) * 100.0;
            if setting.memory_limit_bytes.is_some() && outcome.effective_gogc < HOPELESS_EFFECTIVE_GOGC {
                break;
            }
        }
        ratios.rotate_right(1);
        ratios[0] = neighbour.runway_ratio * scale;
        work_before = work;
        last_seconds = curve.seconds(allocated / scale);
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
    // More work than last time extends the goal in proportion, up to what GOGC gives on top of the whole goal.
    let stretch = if phase.work_before > 0.0 {
        (phase.work / phase.work_before).min((phase.heap_start + phase.roots) / phase.work_before).max(1.0)
    } else {
        1.0
    };
    let mut budget = room * stretch;
    if let Some(factor) = phase.factor {
        budget = budget.min(((1.0 + factor) * phase.goal - phase.heap_start).max(0.0));
    }
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
        Some(factor) => (live + (live + roots) * factor).max(pacer::heap_minimum(setting.gogc) as f64),
        None => f64::INFINITY,
    };
    match setting.memory_limit_bytes {
        Some(limit) => {
            let room = (limit as f64 - non_heap_bytes).max(0.0);
            by_gogc.min((room * 0.97).min(room - 1_048_576.0).max(live))
        }
        None => by_gogc,
    }
}

/// The allocated bytes at which `seconds` is reached, by bisection: time never runs backwards along the curve.
fn allocated_at(curve: &Curve, seconds: f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if curve.seconds(middle) < seconds { low = middle } else { high = middle }
    }
    high
}

/// A cycle starts at least this much after the last one: the runtime keeps 64 KiB between trigger and goal.
const MINIMUM_STEP: f64 = 65_536.0;
/// A limit that leaves less headroom than this is refused whatever the rest of the replay says, so it is cut short.
const HOPELESS_EFFECTIVE_GOGC: f64 = 5.0;
/// A setting that needs more cycles than this is refused.
const MAXIMUM_CYCLES: f64 = 1_000_000.0;
