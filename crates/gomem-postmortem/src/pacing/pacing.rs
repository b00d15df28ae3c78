//! The GC model of the recorded run, and what a setting or a fix would do.

use gomem_gogc::{GcModel, Gogc, Interval, Prediction, Setting};
use gomem_metrics::GoState;
use gomem_table::{Definition, Unit};

use crate::{
    bundle::Bundle,
    pacing::{options::RecordingOptions, recording::record_trace},
};

/// What allocating less would save.
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

impl Pacing {
    /// Fits the model; the error says what is missing.
    pub(crate) fn fit(bundle: &Bundle, state: &GoState) -> Result<Self, String> {
        let trace = bundle.gctrace().ok_or("no GC trace: run with GODEBUG=gctrace=1 and keep standard error")?;
        // The counters of a process that was restarted meanwhile do not belong to the traced run.
        let state = Some(state).filter(|state| state.segments().len() == 1);
        let recording = record_trace(trace.lines(), state, &RecordingOptions::default());
        let model = GcModel::fit(&recording).map_err(|err| err.to_string())?;
        let base = model.predict(model.base());
        let limit = model.base().memory_limit_bytes;
        let gogc = SETTINGS
            .iter()
            .map(|&percent| model.predict(&Setting::new(Gogc::Percent(percent)).with_memory_limit(limit)))
            .chain([model.predict(&Setting::new(Gogc::Off).with_memory_limit(limit))])
            .collect();
        Ok(Self { model, base, gogc })
    }

    /// What allocating `fraction` of its bytes less would save.
    pub(crate) fn saving(&self, fraction: f64) -> Option<Saving> {
        saving(&self.model, &self.base, fraction)
    }
}

/// What allocating `fraction` of its bytes less would save a program, beside `base`, the prediction for it as it is.
pub(crate) fn saving(model: &GcModel, base: &Prediction, fraction: f64) -> Option<Saving> {
    let scale = (1.0 - fraction).clamp(0.0, 1.0);
    let after = model.predict(&model.base().with_alloc_scale(scale));
    let (cycles, cpu) = (base.gc_cycles?.value, base.gc_cpu_fraction?.value);
    let (after_cycles, after_cpu) = (after.gc_cycles?, after.gc_cpu_fraction?);
    if cycles <= 0.0 {
        return None;
    }
    let saved = |part: f64, whole: f64| (whole - part).max(0.0);
    // The replay is of a program that does the same work in the same time: then less is allocated while GC marks, so that the
    // goal is lower. One that works as fast as it can allocates as fast as before, and its cycles fall as its bytes do. Which
    // of both it is, a trace does not tell.
    let as_fast = 1.0 - scale;
    let replayed = |after: f64| saved(after, cycles) / cycles;
    let gc_cycles = Interval {
        value: f64::midpoint(replayed(after_cycles.value), as_fast),
        low: replayed(after_cycles.high).min(as_fast),
        high: replayed(after_cycles.low).max(as_fast),
    };
    let gc_cpu = Interval {
        value: saved(after_cpu.value, cpu),
        low: saved(after_cpu.high, cpu),
        high: saved(after_cpu.low, cpu),
    };
    Some(Saving { gc_cycles, gc_cpu, is_upper_bound: false })
}

const LOW: &str = "lower end, 90 %";
const HIGH: &str = "upper end, 90 %";
const SETTINGS: [u32; 6] = [50, 100, 150, 200, 400, 800];
