//! The GC model of the recorded run, and what a setting or a fix would do.

use gomem_gogc::{Cycle, GcModel, Gogc, Interval, Prediction, Recording, Setting};
use gomem_metrics::{GcTrace, GcTraceLine, GoState, Quantity};

use crate::bundle::Bundle;

/// What allocating less would save.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Saving {
    /// The share of GC cycles saved.
    pub gc_cycles: Interval,
    /// GC CPU saved, as a share of all available CPU.
    pub gc_cpu: Interval,
}

/// The recorded run's model, with the settings worth asking about.
#[derive(Debug, Clone)]
pub(crate) struct Pacing {
    pub(crate) model: GcModel,
    pub(crate) base: Prediction,
    pub(crate) what_if: Vec<Prediction>,
}

impl Pacing {
    /// Fits the model; the error says what is missing.
    pub(crate) fn of(bundle: &Bundle, state: &GoState) -> Result<Self, String> {
        let trace = bundle.gctrace().ok_or("no GC trace: run with GODEBUG=gctrace=1 and keep standard error")?;
        let recording = recording(trace, state).ok_or("the GC trace holds no cycle")?;
        let model = GcModel::fit(&recording).map_err(|err| err.to_string())?;
        let base = model.predict(model.base());
        let limit = model.base().memory_limit_bytes;
        let what_if = SETTINGS
            .iter()
            .map(|&percent| model.predict(&Setting::new(Gogc::Percent(percent)).with_memory_limit(limit)))
            .chain([model.predict(&Setting::new(Gogc::Off).with_memory_limit(limit))])
            .collect();
        Ok(Self { model, base, what_if })
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
    let gc_cycles = Interval {
        value: saved(after_cycles.value, cycles) / cycles,
        low: saved(after_cycles.high, cycles) / cycles,
        high: saved(after_cycles.low, cycles) / cycles,
    };
    let gc_cpu = Interval {
        value: saved(after_cpu.value, cpu),
        low: saved(after_cpu.high, cpu),
        high: saved(after_cpu.low, cpu),
    };
    Some(Saving { gc_cycles, gc_cpu })
}

/// The longest run of the trace as a recording, completed by what metrics know of the same process.
fn recording(trace: &GcTrace, state: &GoState) -> Option<Recording> {
    let run = trace.runs().max_by_key(|run| run.len())?;
    let cycles = run.iter().filter(|line| !line.leak_check).map(cycle).collect();
    let gogc = match state.last(Quantity::GogcPercent) {
        Some(percent) if percent.is_infinite() => Gogc::Off,
        Some(percent) => Gogc::Percent(percent.clamp(0.0, f64::from(u32::MAX)) as u32),
        None => Gogc::Percent(100),
    };
    let limit = state.last(Quantity::MemoryLimitBytes).filter(|limit| limit.is_finite()).map(|limit| limit as u64);
    // The counters of a process that was restarted meanwhile do not belong to this run.
    let total = if state.segments().len() == 1 { state.last(Quantity::AllocTotalBytes) } else { None };
    Some(Recording::new(cycles, gogc).with_rounding(MIB).with_memory_limit(limit).with_total_alloc(total))
}

fn cycle(line: &GcTraceLine) -> Cycle {
    let bytes = |mb: u64| mb as f64 * MIB;
    Cycle {
        start_seconds: line.start_seconds,
        heap_start_bytes: bytes(line.heap_start_mb),
        heap_end_bytes: bytes(line.heap_end_mb),
        heap_live_bytes: bytes(line.heap_live_mb),
        goal_bytes: bytes(line.goal_mb),
        stacks_bytes: bytes(line.stacks_mb.unwrap_or(0)),
        globals_bytes: bytes(line.globals_mb.unwrap_or(0)),
        mark_seconds: line.mark_ms / 1e3,
        stw_seconds: (line.stw_sweep_ms + line.stw_mark_term_ms) / 1e3,
        assist_cpu_seconds: line.assist_cpu_ms / 1e3,
        background_cpu_seconds: line.background_cpu_ms / 1e3,
        idle_cpu_seconds: line.idle_cpu_ms / 1e3,
        procs: line.procs,
        forced: line.forced,
    }
}

const MIB: f64 = 1_048_576.0;
const SETTINGS: [u32; 6] = [50, 100, 150, 200, 400, 800];
