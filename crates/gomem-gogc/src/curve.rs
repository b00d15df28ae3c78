//! What a recording says as functions of allocated bytes.
//!
//! Wall time depends on `GOGC`, allocation does not: a program that does the same work allocates the same bytes in the same
//! order. So everything the replay needs is kept against the bytes allocated so far.

use gomem_table::MIB;

use crate::{
    pacer::BACKGROUND_UTILIZATION,
    recording::{Cycle, Recording},
};

/// One observed mark phase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    /// Bytes allocated when it started.
    pub(crate) allocated: f64,
    /// When it started.
    pub(crate) seconds: f64,
    /// The heap that survives it, whatever `GOGC` is.
    pub(crate) surviving: f64,
    /// Stacks and globals.
    pub(crate) roots: f64,
    /// Bytes that would be allocated during marking per byte marked, if no goroutine had to assist.
    pub(crate) free_ratio: f64,
    /// The same as the runtime estimates it for the runway of the next cycles.
    pub(crate) runway_ratio: f64,
    /// Bytes that are allocated until the scheduler lets a worker mark, if no goroutine had to assist.
    pub(crate) delay_bytes: f64,
    /// Bytes that were allocated during marking.
    pub(crate) mark_bytes: f64,
    /// CPU seconds per byte marked.
    pub(crate) cost: f64,
    /// Whether the program asked for the cycle.
    pub(crate) forced: bool,
}

/// The points of a run, in order, and its end.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    pub(crate) points: Vec<Point>,
    /// The live heap when recording began.
    pub(crate) initial: f64,
    pub(crate) total_allocated: f64,
    /// What the total may be off by to either side, when the recording does not tell it: the last cycle's next was never
    /// seen.
    pub(crate) total_uncertainty: f64,
    pub(crate) wall_seconds: f64,
    /// Growth of the surviving heap per allocated byte after the last point.
    last_slope: f64,
}

impl Curve {
    pub(crate) fn from_recording(recording: &Recording) -> Self {
        let mut points = Vec::with_capacity(recording.cycles.len());
        let mut allocated = 0.0;
        let initial = recording.initial_live_bytes.unwrap_or(0.0);
        let mut live_before = initial;
        let mut after_last = 0.0;
        let mut ended = 0.0;
        // Larger heaps are marked for longer than that, and what they allocate meanwhile was seen. Samples tell no rate.
        let is_small =
            !recording.is_sampled && recording.cycles.iter().all(|cycle| cycle.surviving_bytes() < SMALL_HEAP);
        for cycle in &recording.cycles {
            let (end, live) = (cycle.heap_end_bytes, cycle.heap_live_bytes);
            let step = (end - live_before).max(0.0);
            allocated += step;
            after_last = step;
            let mark_bytes = cycle.allocated_during_mark_bytes();
            let surviving = cycle.surviving_bytes();
            let roots = cycle.roots_bytes();
            // A cycle that finds next to nothing alive still costs something.
            let work = (surviving + roots).max(live * LEAST_WORK).max(1.0);
            let share = MarkShare::new(cycle);
            let rate = (cycle.heap_start_bytes - live_before).max(0.0) / (cycle.start_seconds - ended).max(1e-3);
            ended = cycle.start_seconds + cycle.stw_seconds + cycle.mark_seconds;
            points.push(Point {
                allocated: allocated - mark_bytes,
                seconds: cycle.start_seconds,
                surviving,
                roots,
                free_ratio: mark_bytes / work * share.unassisted(),
                runway_ratio: mark_bytes / work * share.runway(),
                delay_bytes: if is_small { rate * share.delay_seconds(cycle.procs) } else { 0.0 },
                mark_bytes,
                cost: cycle.gc_cpu_seconds() / work,
                forced: cycle.forced,
            });
            live_before = live;
        }
        let (total_allocated, total_uncertainty) = match recording.total_alloc_bytes {
            Some(total) if total >= allocated => (total, 0.0),
            _ => (allocated + after_last / 2.0, after_last / 2.0),
        };
        let wall_seconds = recording.wall_seconds.unwrap_or_else(|| extrapolated_wall(&points));
        let last_slope = last_slope(&points);
        Self { points, initial, total_allocated, total_uncertainty, wall_seconds, last_slope }
    }

    /// What the program is like after `allocated` bytes. The cursor remembers where that was, so a walk along the curve
    /// costs no search.
    pub(crate) fn at(&self, allocated: f64, cursor: &mut Cursor) -> Moment {
        let after = cursor.seek(&self.points, allocated);
        let Some(right) = self.points.get(after) else { return self.beyond(allocated) };
        let Some(left) = after.checked_sub(1).map(|before| &self.points[before]) else {
            let share = if right.allocated > 0.0 { allocated / right.allocated } else { 1.0 };
            let surviving = self.initial + (right.surviving - self.initial) * share;
            return Moment { surviving, roots: right.roots, seconds: right.seconds * share, nearest: 0 };
        };
        let width = right.allocated - left.allocated;
        let share = if width > 0.0 { (allocated - left.allocated) / width } else { 1.0 };
        let (roots, nearest) = if share < 0.5 { (left.roots, after - 1) } else { (right.roots, after) };
        Moment {
            surviving: left.surviving + (right.surviving - left.surviving) * share,
            roots,
            seconds: left.seconds + (right.seconds - left.seconds) * share,
            nearest,
        }
    }

    /// After the last point: the heap goes on as it did, and time passes evenly to the end.
    fn beyond(&self, allocated: f64) -> Moment {
        let Some(last) = self.points.last() else { return Moment::default() };
        let rest = (self.total_allocated - last.allocated).max(1.0);
        let share = ((allocated - last.allocated) / rest).min(1.0);
        Moment {
            surviving: last.surviving + (allocated - last.allocated) * self.last_slope,
            roots: last.roots,
            seconds: last.seconds + (self.wall_seconds - last.seconds).max(0.0) * share,
            nearest: self.points.len() - 1,
        }
    }
}

/// The program at some moment of its run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    /// The heap that survives a mark phase which starts now.
    pub(crate) surviving: f64,
    /// Stacks and globals.
    pub(crate) roots: f64,
    /// The time since the start.
    pub(crate) seconds: f64,
    /// The recorded mark phase nearest to now.
    pub(crate) nearest: usize,
}

/// A place on the curve: the first point that is not before it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor {
    after: usize,
}

impl Cursor {
    fn seek(&mut self, points: &[Point], allocated: f64) -> usize {
        while points.get(self.after).is_some_and(|point| point.allocated < allocated) {
            self.after += 1;
        }
        while self.after > 0 && points[self.after - 1].allocated >= allocated {
            self.after -= 1;
        }
        self.after
    }
}

/// The shares of the available CPU that marking took.
struct MarkShare {
    assist: f64,
    background: f64,
    idle: f64,
}

impl MarkShare {
    fn new(cycle: &Cycle) -> Self {
        let capacity = (cycle.mark_seconds * f64::from(cycle.procs)).max(1e-9);
        let share = |seconds: f64| (seconds / capacity).min(1.0);
        Self {
            assist: share(cycle.assist_cpu_seconds),
            background: share(cycle.background_cpu_seconds),
            idle: share(cycle.idle_cpu_seconds),
        }
    }

    /// How much more would have been allocated had nobody assisted: the workers alone take longer, and the program runs
    /// freely meanwhile.
    fn unassisted(&self) -> f64 {
        let workers = self.background.max(BACKGROUND_UTILIZATION - self.idle);
        let longer = (self.background + self.assist + self.idle) / (workers + self.idle);
        let freer = (1.0 - workers) / (1.0 - self.background - self.assist).max(0.05);
        (longer * freer).clamp(1.0, MOST_UNASSISTED)
    }

    /// How long a worker waits for a processor. The goroutine that starts the cycle goes on, and so do those on other
    /// processors, until one of them has used up its time slice (`forcePreemptNS`); an idle processor marks at once.
    fn delay_seconds(&self, procs: u32) -> f64 {
        let first_of_all = TIME_SLICE_SECONDS / (f64::from(procs) + 1.0);
        first_of_all * (1.0 - self.idle / BACKGROUND_UTILIZATION).max(0.0)
    }

    /// `gcControllerState.endCycle` and `commit`: allocation against marking at the utilization of the cycle, turned
    /// into what is allocated while a quarter of the processors marks.
    fn runway(&self) -> f64 {
        let utilization = (BACKGROUND_UTILIZATION + self.assist).min(0.95);
        let idle = self.idle.min(1.0 - utilization);
        (1.0 - BACKGROUND_UTILIZATION) / BACKGROUND_UTILIZATION * (utilization + idle) / (1.0 - utilization)
    }
}

fn extrapolated_wall(points: &[Point]) -> f64 {
    match points {
        [.., before, last] => last.seconds + (last.seconds - before.seconds) / 2.0,
        [only] => only.seconds,
        [] => 0.0,
    }
}

/// The slope of the last quarter of the curve, robust against one odd cycle, between 0 (steady) and 1 (nothing dies).
fn last_slope(points: &[Point]) -> f64 {
    let Some(last) = points.last() else { return 0.0 };
    let back = (points.len() / 4).clamp(1, 16);
    let Some(earlier) = points.len().checked_sub(back + 1).map(|index| &points[index]) else { return 0.0 };
    let width = last.allocated - earlier.allocated;
    if width <= 0.0 { 0.0 } else { ((last.surviving - earlier.surviving) / width).clamp(0.0, 1.0) }
}

/// `forcePreemptNS` of `runtime/proc.go`.
const TIME_SLICE_SECONDS: f64 = 0.010;
/// Live heaps below this are marked in less than a few time slices.
pub(crate) const SMALL_HEAP: f64 = 30.0 * MIB;
/// Longer than this no recorded mark phase would have gone on without assists.
const MOST_UNASSISTED: f64 = 12.0;
/// The least part of the live heap that a cycle is taken to have marked.
const LEAST_WORK: f64 = 0.05;
