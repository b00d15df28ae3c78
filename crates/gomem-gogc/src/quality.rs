//! What limits a fit.

use gomem_table::{MIB, percent};

use crate::{
    curve::{Curve, Point},
    recording::Recording,
};

/// What limits the fit.
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
/// # use gomem_table::MIB;
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19.0 * MIB,
/// #     heap_end_bytes: 20.0 * MIB,
/// #     heap_live_bytes: 11.0 * MIB,
/// #     goal_bytes: 20.0 * MIB,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// let quality = model.quality();
/// assert_eq!((quality.cycles, quality.is_growing), (40, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Quality {
    /// Recorded cycles.
    pub cycles: usize,
    /// Cycles that the program asked for with `runtime.GC`.
    pub forced_cycles: usize,
    /// Replayed over recorded cycles at the recorded setting: 1.0 is perfect.
    pub replayed_cycles_ratio: f64,
    /// Relative change of the surviving heap between the first and the last third of the run.
    pub drift: f64,
    /// How far the surviving heap falls from the largest it had been, in shares of that: 0.9 where nine tenths of it are let go.
    pub fall: f64,
    /// Whether the surviving heap grows all along, as that of a leak or of a cache that fills does.
    pub is_growing: bool,
    /// The share of the live heap that the rounding of the recorded numbers can be off by.
    pub rounding_fraction: f64,
    /// Whether the live heap is small, so that the minimum heap and rounding weigh.
    pub is_small: bool,
    /// Whether marking is known to take little of the time: then what is allocated meanwhile does not set the pace.
    pub marks_little: bool,
    /// Whether the cycles were put together from samples.
    pub is_sampled: bool,
    /// Whether the GC's CPU time is known; without it, none is predicted.
    pub knows_gc_cpu: bool,
    /// Reported CPU time over the process's own, where both are known. The runtime counts wall time on each processor, so
    /// a throttled or starved program reports more CPU than it got.
    pub cpu_inflation: Option<f64>,
    /// Whether the GC CPU limiter acted during the run.
    pub limiter_acted: bool,
    /// What to know before trusting the predictions.
    pub remarks: Vec<String>,
}

impl Quality {
    /// Marking takes `mark_wall` of the time, as far as each cycle was seen.
    pub(crate) fn from_recording(recording: &Recording, curve: &Curve, mark_wall: f64) -> Self {
        let third = (curve.points.len() / 3).max(1);
        let first = mean_surviving(&curve.points[..third]);
        let last = mean_surviving(&curve.points[curve.points.len() - third..]);
        let mean = mean_surviving(&curve.points);
        let drift = (last - first).abs() / first.max(last).max(1.0);
        let mut quality = Self {
            cycles: recording.cycles.len(),
            forced_cycles: recording.cycles.iter().filter(|cycle| cycle.forced).count(),
            replayed_cycles_ratio: 1.0,
            drift,
            fall: fall(&curve.points, recording.rounding_bytes),
            is_growing: drift > UNSTEADY && trend(&curve.points) > GROWING,
            rounding_fraction: recording.rounding_bytes / 2.0 / mean.max(1.0),
            is_small: mean < SMALL_HEAP,
            marks_little: !recording.is_sampled && mark_wall > 0.0 && mark_wall < LITTLE_MARKING,
            is_sampled: recording.is_sampled,
            knows_gc_cpu: recording.knows_gc_cpu,
            cpu_inflation: recording.cpu_inflation,
            limiter_acted: recording.limiter_acted,
            remarks: recording.remarks.clone(),
        };
        quality.remark();
        quality
    }

    pub(crate) fn replayed(&mut self, ratio: f64) {
        self.replayed_cycles_ratio = ratio;
        if !REPLAYED_WELL.contains(&ratio) {
            self.remarks.push(format!(
                "the replay of the recording itself makes {ratio:.2} times its cycles: something besides GOGC paces this \
                 program"
            ));
        }
    }

    /// Whether the run is too short or too unsteady for the usual intervals, which are widened then.
    #[must_use]
    pub fn is_shaky(&self) -> bool {
        self.cycles < FEW_CYCLES || self.drift > UNSTEADY || !REPLAYED_WELL.contains(&self.replayed_cycles_ratio)
    }

    /// Whether the live heap is let go during the run, as that of a batch or of a day with its night is. How much lives at a GC
    /// then depends on when it comes, and it comes at another time under another setting.
    #[must_use]
    pub fn is_falling(&self) -> bool {
        self.fall > FALLING
    }

    /// Whether the reported CPU time is mostly wall time.
    #[must_use]
    pub fn is_cpu_inflated(&self) -> bool {
        self.cpu_inflation.is_some_and(|inflation| inflation > INFLATED)
    }

    fn remark(&mut self) {
        if self.cycles < FEW_CYCLES {
            self.remarks.push(format!("only {} GC cycles recorded: intervals are widened", self.cycles));
        }
        if self.drift > UNSTEADY {
            let change = percent(self.drift, 0);
            self.remarks.push(format!("the live heap changes by {change} over the run: intervals are widened"));
        }
        if self.is_falling() {
            let fall = percent(self.fall, 0);
            self.remarks.push(format!(
                "the live heap falls by {fall} within the run: what lives at a GC depends on when it comes, intervals are widened"
            ));
        }
        if self.rounding_fraction > 0.1 {
            let text = "the heap is small against the whole MiB of gctrace; runtime/metrics would be exact";
            self.remarks.push(text.to_owned());
        } else if self.is_small {
            self.remarks.push("the live heap is small: the minimum heap sets the pace, intervals are wider".to_owned());
        }
        if self.forced_cycles * 4 > self.cycles {
            let forced = self.forced_cycles;
            self.remarks.push(format!("{forced} cycles were forced by runtime.GC, which GOGC does not change"));
        }
        if let Some(inflation) = self.cpu_inflation.filter(|_| self.is_cpu_inflated()) {
            self.remarks.push(format!(
                "the runtime reports {inflation:.1} times the CPU that the process got: it counts wall time, and was \
                 throttled or starved; shares hold, seconds are scaled down"
            ));
        }
        if self.limiter_acted {
            let text = "the GC CPU limiter acted: the recording shows a program that had too little memory";
            self.remarks.push(text.to_owned());
        }
    }
}

fn mean_surviving(points: &[Point]) -> f64 {
    points.iter().map(|point| point.surviving).sum::<f64>() / points.len().max(1) as f64
}

/// How far the surviving heap falls below the largest before, in shares of that. One odd cycle is no fall, nor is what whole MiB may
/// hide.
fn fall(points: &[Point], rounding_bytes: f64) -> f64 {
    let (mut largest, mut fall) = (0.0_f64, 0.0_f64);
    for three in points.windows(3) {
        let mut surviving = [0, 1, 2].map(|index| three[index].surviving);
        surviving.sort_by(f64::total_cmp);
        largest = largest.max(surviving[1]);
        fall = fall.max((largest - surviving[1] - 2.0 * rounding_bytes) / largest.max(1.0));
    }
    fall
}

/// The correlation of the surviving heap with the bytes allocated before, between -1 and 1.
fn trend(points: &[Point]) -> f64 {
    let count = points.len().max(1) as f64;
    let mean = |value: fn(&Point) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.allocated), mean(|point| point.surviving));
    let (mut both, mut xs, mut ys) = (0.0, 0.0, 0.0);
    for point in points {
        let (dx, dy) = (point.allocated - x, point.surviving - y);
        both += dx * dy;
        xs += dx * dx;
        ys += dy * dy;
    }
    if xs > 0.0 && ys > 0.0 { both / (xs * ys).sqrt() } else { 0.0 }
}

/// Fewer cycles than this make a short run.
const FEW_CYCLES: usize = 10;
/// A live heap that drifts by more than this is not steady.
const UNSTEADY: f64 = 0.5;
/// A heap whose size correlates with the work done by more than this grows all along.
const GROWING: f64 = 0.8;
/// Steady heaps of recorded programs fell by 15 % at most, those that are let go by 87 to 100 %.
const FALLING: f64 = 0.5;
const REPLAYED_WELL: std::ops::RangeInclusive<f64> = 0.7..=1.4;
/// Of the wall time. Recorded services mark for 0 to 5 % of it, programs that only allocate for 25 to 100 %.
const LITTLE_MARKING: f64 = 0.2;
/// A mean live heap below this is small.
const SMALL_HEAP: f64 = 10.0 * MIB;
/// Reported CPU time that is more than this many times the process's own is not CPU time.
const INFLATED: f64 = 1.2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pacer::Gogc, recording::Cycle};

    /// The fall of a heap that has these MiB alive at its cycles.
    fn fall_of(live: &[f64]) -> f64 {
        let cycle = |live: &f64| Cycle {
            heap_start_bytes: 2.0 * live * MIB,
            heap_end_bytes: 2.0 * live * MIB,
            heap_live_bytes: live * MIB,
            goal_bytes: 2.0 * live * MIB,
            procs: 2,
            ..Cycle::default()
        };
        let recording = Recording::new(live.iter().map(cycle).collect(), Gogc::Percent(100)).with_rounding(MIB);
        fall(&Curve::from_recording(&recording).points, recording.rounding_bytes)
    }

    #[test]
    fn what_is_let_go_is_a_fall() {
        assert!(fall_of(&[10.0, 40.0, 80.0, 80.0, 20.0, 20.0, 20.0]) > 0.7);
        assert_eq!(fall_of(&[10.0, 20.0, 30.0, 40.0, 50.0, 60.0]).max(0.0), 0.0, "it grows");
        assert_eq!(fall_of(&[3.0, 3.0, 3.0, 1.0, 1.0, 3.0]).max(0.0), 0.0, "whole MiB hide as much");
        assert_eq!(fall_of(&[40.0, 40.0, 40.0, 4.0, 40.0, 40.0, 40.0]).max(0.0), 0.0, "one odd cycle");
    }
}
