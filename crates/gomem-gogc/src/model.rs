//! A program's GC behaviour, learnt from one recording.

use crate::{
    curve::{Curve, Point},
    prediction::{Interval, Prediction, Refusal, Setting},
    recording::{Cycle, Recording},
    replay::{MarkPhase, Noise, Outcome, mark_bytes, replay},
};

/// A program's GC behaviour, learnt from one recording; predicts it under other settings.
#[derive(Debug, Clone)]
pub struct GcModel {
    curve: Curve,
    base: Setting,
    quality: Quality,
    /// Per recorded cycle: bytes allocated during marking over what the model expects there.
    residuals: Vec<f64>,
    /// Bytes that a mark phase allocates at the least.
    floor: f64,
    non_heap_bytes: f64,
    procs: f64,
    observed_gc_cpu_seconds: f64,
    /// All marking over marking that takes CPU from the program; the rest ran on idle processors.
    idle_factor: f64,
    /// Replayed over recorded GC CPU: what the replay of the base is off by, taken out of every prediction.
    cpu_correction: f64,
}

/// What limits the fit.
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
    /// The share of the live heap that the rounding of the recorded numbers can be off by.
    pub rounding_fraction: f64,
    /// Whether the live heap is small, so that the minimum heap and rounding weigh.
    pub is_small: bool,
    /// Whether the cycles were put together from samples.
    pub is_sampled: bool,
    /// Whether the GC's CPU time is known; without it, none is predicted.
    pub knows_gc_cpu: bool,
    /// What to know before trusting the predictions.
    pub remarks: Vec<String>,
}

/// Why a recording cannot be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// There are too few cycles to learn from.
    #[error("{found} GC cycles recorded, at least {required} are needed")]
    TooFewCycles {
        /// The cycles recorded.
        found: usize,
        /// The cycles needed.
        required: usize,
    },
    /// A number is not finite or negative.
    #[error("cycle {cycle}: {field} is not a finite, non-negative number")]
    InvalidNumber {
        /// The index of the cycle.
        cycle: usize,
        /// The field.
        field: &'static str,
    },
}

impl GcModel {
    /// Learns from a recording.
    ///
    /// # Errors
    /// [`FitError`] when there are fewer than four cycles, or a number that is not one.
    pub fn fit(recording: &Recording) -> Result<Self, FitError> {
        check(recording)?;
        let curve = Curve::of(recording);
        let mut marks: Vec<f64> = curve.points.iter().map(|point| point.mark_bytes).collect();
        marks.sort_by(f64::total_cmp);
        let small = curve.points.iter().all(|point| point.surviving < 30.0 * MIB);
        let floor = if small { marks[marks.len() * 3 / 10].min(0.3 * MIB) } else { 0.0 };
        let peak_heap = recording.cycles.iter().map(|cycle| cycle.heap_end_bytes).fold(0.0, f64::max);
        let peak_roots = curve.points.iter().map(|point| point.roots).fold(0.0, f64::max);
        let mut model = Self {
            base: Setting::new(recording.gogc).with_memory_limit(recording.memory_limit_bytes),
            quality: quality(recording, &curve),
            residuals: vec![1.0; curve.points.len()],
            floor,
            // Without metrics: stacks, globals, and the span and GC metadata that Go programs carry beside their heap.
            non_heap_bytes: recording.non_heap_bytes.unwrap_or(peak_roots + 0.05 * peak_heap + 4.0 * MIB),
            procs: recording.cycles.iter().map(|cycle| f64::from(cycle.procs)).fold(1.0, f64::max),
            observed_gc_cpu_seconds: recording.cycles.iter().map(Cycle::gc_cpu_seconds).sum(),
            idle_factor: idle_factor(recording),
            cpu_correction: 1.0,
            curve,
        };
        model.calibrate(recording);
        Ok(model)
    }

    /// What limits the fit.
    #[must_use]
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// The setting the recording was made with.
    #[must_use]
    pub fn base(&self) -> &Setting {
        &self.base
    }

    /// The share of the available CPU that the GC took in the recording.
    #[must_use]
    pub fn observed_gc_cpu_fraction(&self) -> Option<f64> {
        self.quality.knows_gc_cpu.then(|| self.observed_gc_cpu_seconds / self.available_cpu_seconds())
    }

    /// What `setting` would do to the recorded work.
    #[must_use]
    pub fn predict(&self, setting: &Setting) -> Prediction {
        let refused = |refusal| Prediction {
            setting: *setting,
            gc_cycles: None,
            peak_heap_bytes: None,
            gc_cpu_fraction: None,
            effective_gogc: None,
            refusal: Some(refusal),
        };
        if setting.gogc.factor().is_none() && setting.memory_limit_bytes.is_none() {
            return refused(Refusal::NoBound);
        }
        if let Some(limit) = setting.memory_limit_bytes {
            let live_bytes = self.curve.points.iter().map(|point| point.surviving).fold(0.0, f64::max);
            if live_bytes + self.non_heap_bytes >= limit as f64 {
                return refused(Refusal::LiveHeapExceedsLimit { live_bytes });
            }
        }
        let outcome = self.median_outcome(setting);
        if outcome.gave_up {
            return refused(Refusal::TooManyCycles);
        }
        if setting.memory_limit_bytes.is_some() {
            let asked = setting.gogc.factor().map_or(f64::INFINITY, |factor| factor * 100.0);
            if outcome.effective_gogc < SAFE_EFFECTIVE_GOGC.min(asked * 0.99) {
                return refused(Refusal::DangerZone { effective_gogc: outcome.effective_gogc });
            }
        }
        let width = self.widths(setting);
        let cycles = Interval::log(outcome.cycles, width.cycles);
        // The interval of a handful of cycles is at least one cycle wide.
        let gc_cycles = Interval {
            low: cycles.low.min(cycles.value - 1.0).max(0.0),
            high: cycles.high.max(cycles.value + 1.0),
            ..cycles
        };
        Prediction {
            setting: *setting,
            gc_cycles: Some(gc_cycles),
            peak_heap_bytes: Some(Interval::log(outcome.peak_heap_bytes, width.peak)),
            gc_cpu_fraction: self
                .quality
                .knows_gc_cpu
                .then(|| Interval::log(self.cpu_fraction(&outcome), width.cpu).widened(CPU_POINTS).clamp(0.0, 1.0)),
            effective_gogc: outcome.effective_gogc.is_finite().then_some(outcome.effective_gogc),
            refusal: None,
        }
    }

    pub(crate) fn procs(&self) -> f64 {
        self.procs
    }

    pub(crate) fn observed_peak_gib(&self) -> f64 {
        let peak = self.median_outcome(&self.base).peak_heap_bytes;
        (peak / f64::from(1 << 30)).max(1e-6)
    }

    /// Replays the base, learns how far each mark phase is off, and scales the GC CPU to what was recorded.
    fn calibrate(&mut self, recording: &Recording) {
        let neighbour: Vec<usize> = (0..self.curve.points.len()).collect();
        self.residuals = residuals(recording, &self.curve);
        let flat = vec![1.0; self.residuals.len()];
        let noise = Noise { neighbour: &neighbour, residual: &flat, end: 0.0 };
        let outcome = replay(&self.curve, &self.base, self.non_heap_bytes, self.floor, noise);
        self.quality.replayed_cycles_ratio = outcome.cycles / recording.cycles.len() as f64;
        if outcome.gc_cpu_seconds > 0.0 && self.observed_gc_cpu_seconds > 0.0 {
            self.cpu_correction = self.observed_gc_cpu_seconds / outcome.gc_cpu_seconds;
        }
        if !(0.7..=1.4).contains(&self.quality.replayed_cycles_ratio) {
            self.quality.remarks.push(format!(
                "the replay of the recording itself makes {:.2} times its cycles: something besides GOGC paces this program",
                self.quality.replayed_cycles_ratio
            ));
        }
    }

    /// The median over several replays, each with its own draw of what varies from cycle to cycle.
    fn median_outcome(&self, setting: &Setting) -> Outcome {
        let mut rng = fastrand::Rng::with_seed(SEED);
        let count = self.curve.points.len();
        let mut gave_up = false;
        let outcomes: Vec<Outcome> = (0..DRAWS)
            .map_while(|draw| {
                if gave_up {
                    return None;
                }
                let near = |index: usize, rng: &mut fastrand::Rng| {
                    rng.usize(index.saturating_sub(REACH)..(index + REACH + 1).min(count))
                };
                let neighbour: Vec<usize> = (0..count).map(|index| near(index, &mut rng)).collect();
                let residual: Vec<f64> = (0..count).map(|index| self.residuals[near(index, &mut rng)]).collect();
                let noise = Noise {
                    neighbour: &neighbour,
                    residual: &residual,
                    end: (2.0 * draw as f64 + 1.0) / DRAWS as f64 - 1.0,
                };
                let outcome = replay(&self.curve, setting, self.non_heap_bytes, self.floor, noise);
                gave_up = outcome.gave_up;
                Some(outcome)
            })
            .collect();
        let median = |value: fn(&Outcome) -> f64| {
            let mut values: Vec<f64> = outcomes.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let mean_cycles = outcomes.iter().map(|outcome| outcome.cycles).sum::<f64>() / outcomes.len().max(1) as f64;
        Outcome {
            // A handful of cycles is a whole number; many are best told by their mean.
            cycles: if mean_cycles < FEW_CYCLES { median(|outcome| outcome.cycles) } else { mean_cycles },
            peak_heap_bytes: median(|outcome| outcome.peak_heap_bytes),
            gc_cpu_seconds: median(|outcome| outcome.gc_cpu_seconds),
            effective_gogc: median(|outcome| outcome.effective_gogc),
            gave_up,
            ..Outcome::default()
        }
    }

    /// The GC's share of the available CPU. The rest of the program does not stay as fast: while the GC marks, write
    /// barriers are on and caches are cold, so a program that marks more also computes longer.
    fn cpu_fraction(&self, outcome: &Outcome) -> f64 {
        let gc = outcome.gc_cpu_seconds * self.cpu_correction;
        let with_idle = gc * self.idle_factor;
        let base = self.available_cpu_seconds();
        let rest = (base - self.observed_gc_cpu_seconds).max(0.0);
        let slowed = |fraction: f64| 1.0 + SLOWDOWN * fraction.min(1.0);
        let before = slowed(self.observed_gc_cpu_seconds * self.idle_factor / base);
        // The fraction depends on itself through the slowdown; a few rounds settle it.
        let available = (0..8).fold(base, |available, _| gc + rest * slowed(with_idle / available) / before);
        gc / available.max(1e-9)
    }

    fn available_cpu_seconds(&self) -> f64 {
        (self.procs * self.curve.wall_seconds).max(self.observed_gc_cpu_seconds).max(1e-9)
    }

    fn widths(&self, setting: &Setting) -> Widths {
        let octaves = match (setting.gogc.factor(), self.base.gogc.factor()) {
            (Some(to), Some(from)) if to > 0.0 && from > 0.0 => (to / from).log2().abs(),
            _ => 2.0,
        };
        let distance = octaves + setting.alloc_scale.max(1e-3).log2().abs();
        let mut widen = if self.quality.is_shaky() { SHAKY } else { 1.0 };
        if self.quality.is_sampled {
            widen *= SAMPLED;
        }
        let (cycles, peak) = if self.quality.is_small { SMALL_WIDTHS } else { WIDTHS };
        Widths {
            cycles: widen * at_octave(&cycles, distance),
            peak: widen * at_octave(&peak, distance),
            cpu: at_octave(&CPU_WIDTH, distance),
        }
    }
}

impl Quality {
    /// Whether the run is too short or too unsteady for the usual intervals, which are widened then.
    #[must_use]
    pub fn is_shaky(&self) -> bool {
        self.cycles < 10 || self.drift > 0.5 || !(0.7..=1.4).contains(&self.replayed_cycles_ratio)
    }
}

/// Half-widths of 90 % intervals, on the logarithm.
struct Widths {
    cycles: f64,
    peak: f64,
    cpu: f64,
}

fn check(recording: &Recording) -> Result<(), FitError> {
    if recording.cycles.len() < MINIMUM_CYCLES {
        return Err(FitError::TooFewCycles { found: recording.cycles.len(), required: MINIMUM_CYCLES });
    }
    for (index, cycle) in recording.cycles.iter().enumerate() {
        let fields = [
            ("start_seconds", cycle.start_seconds),
            ("heap_start_bytes", cycle.heap_start_bytes),
            ("heap_end_bytes", cycle.heap_end_bytes),
            ("heap_live_bytes", cycle.heap_live_bytes),
            ("stacks_bytes", cycle.stacks_bytes),
            ("globals_bytes", cycle.globals_bytes),
            ("mark_seconds", cycle.mark_seconds),
            ("stw_seconds", cycle.stw_seconds),
            ("assist_cpu_seconds", cycle.assist_cpu_seconds),
            ("background_cpu_seconds", cycle.background_cpu_seconds),
            ("idle_cpu_seconds", cycle.idle_cpu_seconds),
        ];
        if let Some(&(field, _)) = fields.iter().find(|(_, value)| !value.is_finite() || *value < 0.0) {
            return Err(FitError::InvalidNumber { cycle: index, field });
        }
    }
    Ok(())
}

fn quality(recording: &Recording, curve: &Curve) -> Quality {
    let mean = |points: &[Point]| {
        points.iter().map(|point| point.surviving).sum::<f64>() / points.len().max(1) as f64
    };
    let third = (curve.points.len() / 3).max(1);
    let (first, last) = (mean(&curve.points[..third]), mean(&curve.points[curve.points.len() - third..]));
    let drift = (last - first).abs() / first.max(last).max(1.0);
    let forced_cycles = recording.cycles.iter().filter(|cycle| cycle.forced).count();
    let rounding_fraction = recording.rounding_bytes / 2.0 / mean(&curve.points).max(1.0);
    let mut remarks = recording.remarks.clone();
    if recording.cycles.len() < 10 {
        remarks.push(format!("only {} GC cycles recorded: intervals are widened", recording.cycles.len()));
    }
    if drift > 0.5 {
        remarks.push(format!("the live heap changes by {:.0} % over the run: intervals are widened", drift * 100.0));
    }
    if rounding_fraction > 0.1 {
        remarks.push("the heap is small against the whole MiB of gctrace; runtime/metrics would be exact".to_owned());
    }
    if forced_cycles * 4 > recording.cycles.len() {
        remarks.push(format!("{forced_cycles} cycles were forced by runtime.GC, which GOGC does not change"));
    }
    Quality {
        cycles: recording.cycles.len(),
        forced_cycles,
        replayed_cycles_ratio: 1.0,
        drift,
        rounding_fraction,
        is_small: mean(&curve.points) < SMALL_HEAP,
        is_sampled: recording.is_sampled,
        knows_gc_cpu: recording.knows_gc_cpu,
        remarks,
    }
}

/// Per cycle, bytes allocated during marking over what the model expects of a cycle that starts and aims as this one did.
fn residuals(recording: &Recording, curve: &Curve) -> Vec<f64> {
    let mut work_before = 0.0;
    let of = |(cycle, point): (&Cycle, &Point)| {
        let work = point.surviving + point.roots;
        let expected = mark_bytes(&MarkPhase {
            free: point.free_ratio * work,
            work,
            work_before,
            heap_start: cycle.heap_start_bytes,
            roots: point.roots,
            goal: cycle.goal_bytes,
            factor: recording.gogc.factor(),
        });
        work_before = work;
        if expected > 0.0 { (point.mark_bytes / expected).clamp(0.5, 2.0) } else { 1.0 }
    };
    recording.cycles.iter().zip(&curve.points).map(of).collect()
}

fn idle_factor(recording: &Recording) -> f64 {
    let taken: f64 = recording.cycles.iter().map(Cycle::gc_cpu_seconds).sum();
    let idle: f64 = recording.cycles.iter().map(|cycle| cycle.idle_cpu_seconds).sum();
    if taken > 0.0 { 1.0 + idle / taken } else { 1.0 }
}

/// The width at a distance in octaves, linear between the whole ones.
fn at_octave(widths: &[f64; 4], octaves: f64) -> f64 {
    let clamped = octaves.clamp(0.0, 3.0);
    let index = (clamped as usize).min(2);
    widths[index] + (widths[index + 1] - widths[index]) * (clamped - index as f64)
}

const MIB: f64 = 1_048_576.0;
/// How much longer the program computes when the GC takes all of the CPU, extrapolated from what it takes in part.
const SLOWDOWN: f64 = 1.3;
const MINIMUM_CYCLES: usize = 4;
/// Fewer cycles than this are told as a whole number.
const FEW_CYCLES: f64 = 5.0;
const DRAWS: usize = 30;
/// How many cycles to either side may stand in for a cycle.
const REACH: usize = 4;
const SEED: u64 = 0x676f_6d65_6d00_0001;
/// Below this headroom at the largest live heap, recorded runs burned half their CPU in GC.
const SAFE_EFFECTIVE_GOGC: f64 = 50.0;
/// Split-conformal half-widths of the logarithm at 0, 1, 2 and 3 octaves from the recorded GOGC: 90 % of the predictions
/// of recorded runs were closer. Those of cycles, and those of the peak heap.
const WIDTHS: ([f64; 4], [f64; 4]) = ([0.12, 0.21, 0.28, 0.30], [0.18, 0.26, 0.27, 0.33]);
/// The same for live heaps of a few MiB, whose pace the minimum heap and the allocation during marking set.
const SMALL_WIDTHS: ([f64; 4], [f64; 4]) = ([0.20, 0.40, 1.20, 1.20], [0.25, 0.45, 1.10, 1.25]);
/// The same for GC CPU, with the points of the available CPU that any prediction of it may be off by.
const CPU_WIDTH: [f64; 4] = [0.25, 0.35, 0.60, 1.00];
const CPU_POINTS: f64 = 0.01;
/// A short or unsteady recording tells less, and so do cycles that were not seen one by one.
const SHAKY: f64 = 1.3;
const SAMPLED: f64 = 1.3;
/// A mean live heap below this is small.
const SMALL_HEAP: f64 = 10.0 * MIB;
