//! A program's GC behaviour, learnt from one recording.

use gomem_table::MIB;

use crate::{
    cost::{Cost, Shares},
    curve::{Curve, Point, SMALL_HEAP},
    ensemble::{Ensemble, Summary},
    prediction::{Interval, Prediction, Refusal, Setting, Warning},
    quality::Quality,
    recording::{Cycle, Recording},
    replay::{Conditions, MarkPhase, mark_bytes},
    width::{CPU_POINTS, Widths},
};

/// A program's GC behaviour, learnt from one recording; predicts it under other settings.
///
/// ```
/// # use gomem_table::MIB;
/// # let cycles: Vec<gomem_gogc::Cycle> = (0..40)
/// #     .map(|n| gomem_gogc::Cycle {
/// #         start_seconds: f64::from(n),
/// #         heap_start_bytes: 19.0 * MIB,
/// #         heap_end_bytes: 20.0 * MIB,
/// #         heap_live_bytes: 11.0 * MIB,
/// #         goal_bytes: 20.0 * MIB,
/// #         mark_seconds: 0.005,
/// #         background_cpu_seconds: 0.005,
/// #         procs: 4,
/// #         ..gomem_gogc::Cycle::default()
/// #     })
/// #     .collect();
/// # let recording = gomem_gogc::Recording::new(cycles, gomem_gogc::Gogc::Percent(100));
/// # let model = gomem_gogc::GcModel::fit(&recording)?;
/// assert_eq!(model.quality().cycles, 40);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct GcModel {
    curve: Curve,
    ensemble: Ensemble,
    base: Setting,
    quality: Quality,
    cost: Cost,
    /// Bytes that a mark phase allocates at the least.
    floor: f64,
    non_heap_bytes: f64,
    /// Why nothing is predicted at all.
    not_reproduced: Option<Refusal>,
    /// The share of spans in use that holds no object, after a cycle, when measured.
    fragmentation: Option<f64>,
}

/// Why a recording cannot be fitted.
///
/// ```
/// use gomem_gogc::{FitError, GcModel, Gogc, Recording};
///
/// let error = GcModel::fit(&Recording::new(Vec::new(), Gogc::Percent(100))).unwrap_err();
/// assert!(matches!(error, FitError::TooFewCycles { found: 0, .. }));
/// ```
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
    /// A number is negative, or larger than any that a program can have.
    #[error("cycle {cycle}: {field} is not a finite, non-negative number below 1e18")]
    InvalidNumber {
        /// The index of the cycle.
        cycle: usize,
        /// The field.
        field: &'static str,
    },
    /// Numbers that contradict each other: no program can have them, so nothing can be learnt from them.
    #[error("cycle {cycle}: {problem}: no program has that")]
    Contradiction {
        /// The index of the cycle.
        cycle: usize,
        /// What contradicts what.
        problem: &'static str,
    },
}

impl GcModel {
    /// Learns from a recording.
    ///
    /// # Errors
    /// [`FitError`] when there are fewer than four cycles, a number that is not one, or numbers that contradict each other.
    pub fn fit(recording: &Recording) -> Result<Self, FitError> {
        check(recording)?;
        let curve = Curve::from_recording(recording);
        let peak_heap = recording.cycles.iter().map(|cycle| cycle.heap_end_bytes).fold(0.0, f64::max);
        let peak_roots = curve.points.iter().map(|point| point.roots).fold(0.0, f64::max);
        let cost = Cost::from_recording(recording, curve.wall_seconds);
        let mut model = Self {
            ensemble: Ensemble::new(&curve.points, &residuals(recording, &curve)),
            base: Setting::new(recording.gogc).with_memory_limit(recording.memory_limit_bytes),
            quality: Quality::from_recording(recording, &curve, cost.shares().mark_wall),
            cost,
            floor: floor(&curve.points),
            // Without metrics: stacks, globals, and the span and GC metadata that Go programs carry beside their heap.
            non_heap_bytes: recording.non_heap_bytes.unwrap_or(peak_roots + 0.05 * peak_heap + 4.0 * MIB),
            fragmentation: recording.fragmentation,
            not_reproduced: None,
            curve,
        };
        let replayed = model.replay(&model.base);
        model.quality.replayed(replayed.cycles / recording.cycles.len() as f64);
        model.cost.calibrate(replayed.gc_cpu_seconds);
        let (cycles, recorded) = (model.cycles(&model.base, &replayed), recording.cycles.len());
        let least = cycles.low - MISCOUNTED - doublings(recording);
        let is_reproduced = (least..=cycles.high + MISCOUNTED).contains(&(recorded as f64));
        model.not_reproduced = (!is_reproduced).then_some(Refusal::NotReproduced { replayed: cycles, recorded });
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
        self.quality.knows_gc_cpu.then(|| self.cost.recorded_fraction())
    }

    /// Who marked in the recording, and how long the program was marked and stopped.
    #[must_use]
    pub fn observed_shares(&self) -> Option<Shares> {
        self.quality.knows_gc_cpu.then(|| self.cost.shares())
    }

    /// What `setting` would do to the recorded work.
    ///
    /// ```
    /// # use gomem_table::MIB;
    /// # let cycles: Vec<gomem_gogc::Cycle> = (0..40)
    /// #     .map(|n| gomem_gogc::Cycle {
    /// #         start_seconds: f64::from(n),
    /// #         heap_start_bytes: 19.0 * MIB,
    /// #         heap_end_bytes: 20.0 * MIB,
    /// #         heap_live_bytes: 11.0 * MIB,
    /// #         goal_bytes: 20.0 * MIB,
    /// #         mark_seconds: 0.005,
    /// #         background_cpu_seconds: 0.005,
    /// #         procs: 4,
    /// #         ..gomem_gogc::Cycle::default()
    /// #     })
    /// #     .collect();
    /// # let recording = gomem_gogc::Recording::new(cycles, gomem_gogc::Gogc::Percent(100));
    /// # let model = gomem_gogc::GcModel::fit(&recording)?;
    /// use gomem_gogc::{Gogc, Setting};
    ///
    /// let fewer = model.predict(&Setting::new(Gogc::Percent(400)));
    /// let cycles = fewer.gc_cycles.unwrap();
    /// assert!(cycles.high < 20.0 && cycles.low < cycles.value);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn predict(&self, setting: &Setting) -> Prediction {
        if let Some(refusal) = self.refuse_unseen(setting) {
            return Prediction::refused(*setting, refusal);
        }
        if let Some(refusal) = self.not_reproduced {
            return Prediction::refused(*setting, refusal);
        }
        let replayed = self.replay(setting);
        let cpu = self.quality.knows_gc_cpu.then(|| self.cost.fraction(replayed.gc_cpu_seconds));
        if let Some(refusal) = self.refuse_replayed(setting, &replayed, cpu) {
            return Prediction::refused(*setting, refusal);
        }
        let width = Widths::new(setting, &self.base, &self.quality);
        let [least, effective, most] = replayed.effective_gogc;
        Prediction {
            setting: *setting,
            gc_cycles: Some(self.cycles(setting, &replayed)),
            peak_heap_bytes: Some(Interval::log(replayed.peak_heap_bytes, width.peak)),
            gc_cpu_fraction: cpu.map(|cpu| Interval::log(cpu, width.cpu).widened(CPU_POINTS).clamp(0.0, 1.0)),
            effective_gogc: most.is_finite().then_some(Interval { value: effective, low: least, high: most }),
            refusal: None,
            warning: cpu.filter(|&cpu| cpu > HALF_THE_CPU).map(|gc_cpu_fraction| Warning::MuchCpu { gc_cpu_fraction }),
        }
    }

    /// The interval of a handful of cycles is at least one cycle wide.
    fn cycles(&self, setting: &Setting, replayed: &Summary) -> Interval {
        let width = Widths::new(setting, &self.base, &self.quality);
        let cycles = Interval::log(replayed.cycles, width.cycles);
        Interval {
            low: cycles.low.min(cycles.value - 1.0).max(0.0),
            high: cycles.high.max(cycles.value + 1.0),
            ..cycles
        }
    }

    /// Why nothing is predicted, when the replay of the recording does not reproduce it.
    #[must_use]
    pub fn not_reproduced(&self) -> Option<Refusal> {
        self.not_reproduced
    }

    /// CPUs that the GC takes at this share of the available ones, as the operating system counts them.
    pub(crate) fn gc_cpus(&self, fraction: f64) -> f64 {
        fraction * self.cost.procs
            / self.quality.cpu_inflation.filter(|_| self.quality.is_cpu_inflated()).unwrap_or(1.0)
    }

    /// Go's memory outside the heap: measured, or estimated from the stacks, the globals and the size of the heap.
    #[must_use]
    pub fn non_heap_bytes(&self) -> f64 {
        self.non_heap_bytes
    }

    /// The largest live heap, with the stacks and globals it is scanned with.
    pub(crate) fn peak_live_bytes(&self) -> (f64, f64) {
        let peak = self.curve.points.iter().max_by(|a, b| a.surviving.total_cmp(&b.surviving));
        peak.map_or((0.0, 0.0), |peak| (peak.surviving, peak.roots))
    }

    /// Cycles a minute in the recording.
    pub(crate) fn cycles_per_minute(&self) -> f64 {
        self.quality.cycles as f64 * 60.0 / self.curve.wall_seconds.max(1e-9)
    }

    fn replay(&self, setting: &Setting) -> Summary {
        let conditions = Conditions {
            setting: *setting,
            non_heap_bytes: self.non_heap_bytes,
            floor: self.floor,
            most_cycles: (self.quality.cycles as f64 * MOST_CYCLES_TIMES).max(MOST_CYCLES),
        };
        self.ensemble.replay(&self.curve, &conditions)
    }

    /// What needs no replay to be refused.
    fn refuse_unseen(&self, setting: &Setting) -> Option<Refusal> {
        let Some(limit) = setting.memory_limit_bytes else {
            return setting.gogc.factor().is_none().then_some(Refusal::NoBound);
        };
        let (live_bytes, _) = self.peak_live_bytes();
        if live_bytes + self.non_heap_bytes >= limit as f64 {
            return Some(Refusal::LiveHeapExceedsLimit { live_bytes, safe_limit_bytes: self.safe_limit_bytes(limit) });
        }
        let as_tight = self.base.memory_limit_bytes.is_some_and(|recorded| limit <= recorded);
        (self.quality.limiter_acted && as_tight)
            .then(|| Refusal::LimiterActed { safe_limit_bytes: self.safe_limit_bytes(limit) })
    }

    fn refuse_replayed(&self, setting: &Setting, replayed: &Summary, cpu: Option<f64>) -> Option<Refusal> {
        if replayed.gave_up {
            return Some(Refusal::TooManyCycles);
        }
        let limit = setting.memory_limit_bytes?;
        let asked = setting.gogc.factor().map_or(f64::INFINITY, |factor| factor * 100.0);
        let effective_gogc = replayed.effective_gogc[1];
        let safe_limit_bytes = self.safe_limit_bytes(limit);
        if effective_gogc < SAFE_EFFECTIVE_GOGC.min(asked * 0.99) && cpu.is_none_or(|cpu| cpu >= SAFE_GC_CPU) {
            return Some(Refusal::DangerZone { effective_gogc, gc_cpu_fraction: cpu, safe_limit_bytes });
        }
        let is_fragmented = self.quality.is_growing || self.fragmentation.is_some_and(|share| share > FRAGMENTED);
        let only_limited = setting.gogc.factor().is_none() && effective_gogc.is_finite();
        (only_limited && is_fragmented && cpu.is_none_or(|cpu| cpu >= FRAGMENTED_GC_CPU))
            .then_some(Refusal::Fragmented { safe_limit_bytes })
    }

    /// The least limit that leaves comfortable headroom at the largest live heap, and is well above the refused one.
    fn safe_limit_bytes(&self, refused: u64) -> f64 {
        let (live, roots) = self.peak_live_bytes();
        let holds = (live + (live + roots) * COMFORTABLE_EFFECTIVE_GOGC / 100.0) / 0.97 + self.non_heap_bytes;
        holds.max(refused as f64 * 1.25)
    }
}

/// Per cycle, bytes allocated during marking over what the model expects of a cycle that starts and aims as this one did.
fn residuals(recording: &Recording, curve: &Curve) -> Vec<f64> {
    let mut work_before = 0.0;
    let of = |(cycle, point): (&Cycle, &Point)| {
        let work = point.surviving + point.roots;
        let expected = mark_bytes(&MarkPhase {
            free: (point.free_ratio * work).max(point.delay_bytes),
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

/// Cycles that the replay makes more of a recording that does not begin with the program, where it is not known what lived
/// before: it grows from an empty heap, and each cycle doubles it at most.
fn doublings(recording: &Recording) -> f64 {
    if recording.initial_live_bytes.is_some() {
        return 0.0;
    }
    let first = recording.cycles.first().map_or(0.0, |cycle| cycle.heap_start_bytes);
    if first < 2.0 * SMALLEST_HEAP { 0.0 } else { 2.0 * (first / SMALLEST_HEAP).log2() }
}

/// What a mark phase allocates at the least: in small heaps, the time it takes to start and end marking counts.
fn floor(points: &[Point]) -> f64 {
    if points.iter().any(|point| point.surviving >= SMALL_HEAP) {
        return 0.0;
    }
    let mut marks: Vec<f64> = points.iter().map(|point| point.mark_bytes).collect();
    marks.sort_by(f64::total_cmp);
    marks[marks.len() * 3 / 10].min(0.3 * MIB)
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
            // Under GOGC=off the goal is the largest number there is: a program without a goal is no broken recording.
            ("goal_bytes", cycle.goal_bytes.min(LARGEST / 2.0)),
            ("stacks_bytes", cycle.stacks_bytes),
            ("globals_bytes", cycle.globals_bytes),
            ("mark_seconds", cycle.mark_seconds),
            ("stw_seconds", cycle.stw_seconds),
            ("assist_cpu_seconds", cycle.assist_cpu_seconds),
            ("background_cpu_seconds", cycle.background_cpu_seconds),
            ("idle_cpu_seconds", cycle.idle_cpu_seconds),
        ];
        if let Some(&(field, _)) = fields.iter().find(|(_, value)| !(0.0..LARGEST).contains(value)) {
            return Err(FitError::InvalidNumber { cycle: index, field });
        }
        let before = index.checked_sub(1).and_then(|before| recording.cycles.get(before));
        if let Some(problem) = contradiction(recording, before, cycle) {
            return Err(FitError::Contradiction { cycle: index, problem });
        }
    }
    Ok(())
}

/// What no cycle can have. Those put together from samples are means, which no cycle had.
fn contradiction(recording: &Recording, before: Option<&Cycle>, cycle: &Cycle) -> Option<&'static str> {
    let slack = recording.rounding_bytes + MIB;
    if before.is_some_and(|before| cycle.start_seconds < before.start_seconds) {
        Some("it starts before the cycle that it follows")
    } else if recording.is_sampled {
        None
    } else if cycle.procs == 0 {
        Some("there is no processor")
    } else if cycle.heap_end_bytes + slack < cycle.heap_start_bytes {
        Some("the heap is smaller when marking ends than when it begins")
    } else if cycle.heap_live_bytes > cycle.heap_end_bytes + slack {
        Some("more is live than there is")
    } else {
        None
    }
}

const MINIMUM_CYCLES: usize = 4;
/// `defaultHeapMinimum` of `runtime/mgcpacer.go`.
const SMALLEST_HEAP: f64 = 4.0 * MIB;
/// The first and the last cycle of a recording may be counted or not.
const MISCOUNTED: f64 = 2.0;
/// More bytes, or seconds, than this are a broken recording.
const LARGEST: f64 = 1e18;
/// A setting that needs this many times the recorded cycles, and at least [`MOST_CYCLES`], is not replayed to its end.
const MOST_CYCLES_TIMES: f64 = 100.0;
const MOST_CYCLES: f64 = 20_000.0;
/// Below this headroom at the largest live heap, recorded programs with pointers burned half their CPU in GC.
const SAFE_EFFECTIVE_GOGC: f64 = 50.0;
/// What a limit should leave at the largest live heap.
const COMFORTABLE_EFFECTIVE_GOGC: f64 = 80.0;
/// Heaps without pointers are cheap to mark: of the limits that left too little headroom, those replayed below this share
/// of the CPU were healthy.
const SAFE_GC_CPU: f64 = 0.25;
/// The same under `GOGC=off`, where free slots between live objects eat the headroom as they come.
const FRAGMENTED_GC_CPU: f64 = 0.15;
/// Spans in use of which more than this share holds no object are fragmented.
const FRAGMENTED: f64 = 0.4;
/// From here on, a warning says that the GC takes about half the CPU.
const HALF_THE_CPU: f64 = 0.4;
