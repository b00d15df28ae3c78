//! The GC model of the recorded run, and what a setting or a fix would do.

use gomem_gogc::{GcModel, Gogc, Interval, Prediction, Setting};
use gomem_metrics::{GcRun, GcTrace, GcTraceLine, GoState};
use gomem_table::{Definition, Unit};

use crate::{
    bundle::Bundle,
    pacing::{fixed_goal::FixedGoal, options::RecordingOptions, recording::record_trace},
};

/// What allocating less would save.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-3.pb.gz", "gctrace.log"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Report};
///
/// let report = Report::from_bundle(&bundle("before"));
/// // What half of the allocated bytes cost: the recorded GC cycles are replayed without them.
/// let saving = report.saving(0.5).ok_or("the run has a GC trace")?;
/// assert!(saving.gc_cycles.low < 0.5 && 0.5 < saving.gc_cycles.high, "half of the GC cycles, too: {saving:?}");
/// assert!(!saving.is_upper_bound);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Saving {
    /// The share of GC cycles saved.
    pub gc_cycles: Interval,
    /// GC CPU saved, as a share of all available CPU.
    pub gc_cpu: Interval,
    /// Whether it is what a fix saves at most, since not all of the bytes need be avoidable.
    pub is_upper_bound: bool,
}

impl Saving {
    /// The same where it is not known how much of it can be reached: nothing is the least.
    pub(crate) fn at_most(self) -> Self {
        let from_nothing = |interval: Interval| Interval { low: 0.0, ..interval };
        Self { gc_cycles: from_nothing(self.gc_cycles), gc_cpu: from_nothing(self.gc_cpu), is_upper_bound: true }
    }

    /// The same of a run in which GC takes so many times as much of the CPU.
    pub(crate) fn with_gc_cpu_scale(self, scale: f64) -> Self {
        let Interval { value, low, high } = self.gc_cpu;
        Self { gc_cpu: Interval { value: scale * value, low: scale * low, high: scale * high }, ..self }
    }
}

impl Saving {
    /// The columns of a saving that may not be known; `null` says when.
    pub(crate) fn columns<'a>(null: &'static str) -> Definition<'a, Option<Self>> {
        let share = |table: Definition<'a, Option<Self>>, name, doc, get: fn(Self) -> f64| {
            table.optional_float64(name, Unit::Fraction, null, doc, move |saving: &Option<Self>| saving.map(get))
        };
        let table = Definition::new("saving", "");
        let cycles = "share of GC cycles that the fix saves";
        let table = share(table, "gc_cycles_saved_fraction", cycles, |saving| saving.gc_cycles.value);
        let table = share(table, "gc_cycles_saved_fraction_low", LOW, |saving| saving.gc_cycles.low);
        let table = share(table, "gc_cycles_saved_fraction_high", HIGH, |saving| saving.gc_cycles.high);
        let cpu = "share of the available CPU that the fix saves in GC";
        let table = share(table, "gc_cpu_saved_fraction", cpu, |saving| saving.gc_cpu.value);
        let table = share(table, "gc_cpu_saved_fraction_low", LOW, |saving| saving.gc_cpu.low);
        share(table, "gc_cpu_saved_fraction_high", HIGH, |saving| saving.gc_cpu.high)
    }
}

/// The recorded run's model, with the settings worth asking about.
#[derive(Debug, Clone)]
pub(crate) struct Pacing {
    pub(crate) model: GcModel,
    pub(crate) base: Prediction,
    pub(crate) gogc: Vec<Prediction>,
}

/// Why nothing is predicted of a run, and what was measured all the same.
#[derive(Debug)]
pub(crate) struct NoPacing {
    pub(crate) why: String,
    /// Whether there is no trace at all.
    pub(crate) is_missing: bool,
    /// The share of the available CPU that GC took, by the trace.
    pub(crate) gc_cpu_fraction: Option<f64>,
}

/// The share of the available CPU that GC took, by the trace, whatever else is known of the run.
pub(crate) fn traced_gc_cpu(pacing: Result<&Pacing, &NoPacing>) -> Option<f64> {
    pacing.map_or_else(|none| none.gc_cpu_fraction, |pacing| pacing.model.observed_gc_cpu_fraction())
}

impl Pacing {
    /// Fits the model; the error says what is missing.
    pub(crate) fn fit(bundle: &Bundle, state: &GoState) -> Result<Self, NoPacing> {
        let without = |why: String, is_missing| NoPacing { why, is_missing, gc_cpu_fraction: None };
        let trace = bundle.gctrace().ok_or_else(|| without(NO_TRACE.to_owned(), true))?;
        let is_fixed = FixedGoal::find(trace, state).is_some();
        // The counters of a process that was restarted meanwhile do not belong to the traced run.
        let state = Some(state).filter(|state| state.segments().len() == 1);
        let recording = record_trace(trace, state, &RecordingOptions::default());
        let model = GcModel::fit(&recording)
            .map_err(|err| NoPacing { gc_cpu_fraction: gc_cpu_until_last(trace), ..without(err.to_string(), false) })?;
        let base = model.predict(model.base());
        let fixed = || is_fixed.then(|| FIXED.to_owned());
        if let Some(why) = model.not_reproduced().map(|refusal| refusal.to_string()).or_else(fixed) {
            return Err(NoPacing { why, is_missing: false, gc_cpu_fraction: model.observed_gc_cpu_fraction() });
        }
        let limit = model.base().memory_limit_bytes;
        let gogc = SETTINGS
            .iter()
            .map(|&percent| model.predict(&Setting::new(Gogc::Percent(percent)).with_memory_limit(limit)))
            .chain([model.predict(&Setting::new(Gogc::Off).with_memory_limit(limit))])
            .collect();
        Ok(Self { model, base, gogc })
    }

    /// What allocating `fraction` of its bytes less would save; below zero where it allocates more.
    pub(crate) fn saving(&self, fraction: f64) -> Option<Saving> {
        saving(&self.model, &self.base, fraction)
    }

    /// The same of a program that keeps `live_scale` times as much alive, too: where that is less, the heap goal is lower and GC
    /// runs more often, so that less than nothing can be saved.
    pub(crate) fn saving_with_live_scale(&self, fraction: f64, live_scale: f64) -> Option<Saving> {
        let saving = self.saving(fraction)?;
        let setting = self.model.base().with_alloc_scale((1.0 - fraction).max(0.0));
        let (same, scaled) = (self.model.predict(&setting), setting.with_live_scale(live_scale));
        let scaled = self.model.predict(&scaled);
        let ratio = |of: fn(&Prediction) -> Option<Interval>| {
            let (before, after) = (of(&same)?.value, of(&scaled)?.value);
            (before > 0.0).then(|| Interval::log(after / before, OF_CHANGE * (after / before).max(1e-3).ln().abs()))
        };
        let cpu = self.model.observed_gc_cpu_fraction().unwrap_or(self.base.gc_cpu_fraction?.value);
        Some(Saving {
            gc_cycles: multiplied(1.0, saving.gc_cycles, ratio(|found| found.gc_cycles)?),
            gc_cpu: multiplied(cpu, saving.gc_cpu, ratio(|found| found.gc_cpu_fraction)?),
            ..saving
        })
    }
}

/// The share of the available CPU that GC took until the last cycle of a run, which may be too short for a model.
fn gc_cpu_until_last(trace: &GcTrace) -> Option<f64> {
    let lines = GcRun::longest(trace).filter(|run| trace.resolves_cost() && run.lost() == 0)?.lines;
    let last = lines.last().filter(|_| lines.first().is_some_and(|first| first.cycle == 1))?;
    let cpu = |line: &GcTraceLine| {
        line.stw_sweep_cpu_ms + line.assist_cpu_ms + line.background_cpu_ms + line.stw_mark_term_cpu_ms
    };
    let seconds = last.start_seconds + (last.stw_sweep_ms + last.mark_ms + last.stw_mark_term_ms) / 1e3;
    let available = seconds * f64::from(last.procs);
    (available > 0.0).then(|| lines.iter().map(cpu).sum::<f64>() / 1e3 / available)
}

/// What allocating `fraction` of its bytes less would save a program, beside `base`, the prediction for it as it is.
pub(crate) fn saving(model: &GcModel, base: &Prediction, fraction: f64) -> Option<Saving> {
    let scale = (1.0 - fraction).max(0.0);
    let most = scale.max(1.0);
    let after = model.predict(&model.base().with_alloc_scale(scale));
    let (cycles, cpu) = (base.gc_cycles?.value, base.gc_cpu_fraction?.value);
    let (after_cycles, after_cpu) = (after.gc_cycles?.value, after.gc_cpu_fraction?.value);
    if cycles <= 0.0 {
        return None;
    }
    // The replay is of a program that does the same work in the same time: then less is allocated while GC marks, so that the
    // goal is lower. One that works as fast as it can allocates as fast as before, and its cycles fall as its bytes do. Which
    // of both it is, a trace does not tell.
    let (replayed, as_fast) = ((after_cycles / cycles).min(most), scale);
    let left = f64::midpoint(replayed, as_fast);
    let left = Interval {
        low: replayed.min(as_fast).min(left * (-width(model, left, cycles)).exp()),
        high: replayed.max(as_fast).max(left * width(model, left, cycles).exp()),
        value: left,
    };
    let cpu_left = if cpu > 0.0 { (after_cpu / cpu).min(most) } else { 1.0 };
    let cpu = model.observed_gc_cpu_fraction().unwrap_or(cpu);
    let cpu_width = width(model, cpu_left, cycles);
    Some(Saving {
        gc_cycles: saved(1.0, left),
        gc_cpu: saved(cpu, Interval::log(cpu_left, cpu_width)),
        is_upper_bound: false,
    })
}

/// What is saved of `whole` when what was left of it becomes so many times as much.
fn multiplied(whole: f64, saved: Interval, times: Interval) -> Interval {
    let gone = |saved: f64, times: f64| whole - (whole - saved) * times;
    Interval {
        value: gone(saved.value, times.value),
        low: gone(saved.low, times.high),
        high: gone(saved.high, times.low),
    }
}

/// What is no longer there of `whole` when these shares of it are left. Two runs of one program differ, too, so a change that
/// saves little can be seen to save less than nothing.
fn saved(whole: f64, left: Interval) -> Interval {
    let gone = |left: f64| whole * (1.0 - left);
    Interval { value: gone(left.value), low: gone(left.high), high: gone(left.low) }
}

/// How far the logarithm of what is left can be off, 90 %. Both replays are of one recording, so what the model gets wrong of
/// the program it gets wrong in both, and their ratio is surer than either. Measured on programs recorded before and after a
/// fix (`make pairs-table`): the error grows with the change, and few cycles are counted to one more or less.
fn width(model: &GcModel, left: f64, cycles: f64) -> f64 {
    let after = (cycles * left).max(1.0);
    let width = OF_CHANGE * left.max(1e-3).ln().abs() + FROM_RUN_TO_RUN + 1.0 / cycles.max(1.0) + 1.0 / after;
    if model.quality().is_shaky() { SHAKY * width } else { width }
}

const FIXED: &str = "the goal stays where it is while the live heap moves: what sets it is not in the trace, so that the model predicts nothing";
const NO_TRACE: &str = "no GC trace: run with GODEBUG=gctrace=1 and keep standard error";
const OF_CHANGE: f64 = 0.3;
const FROM_RUN_TO_RUN: f64 = 0.02;
/// As for other predictions of a recording that tells little.
const SHAKY: f64 = 1.3;

const LOW: &str = "lower end, 90 %";
const HIGH: &str = "upper end, 90 %";
const SETTINGS: [u32; 6] = [50, 100, 150, 200, 400, 800];
