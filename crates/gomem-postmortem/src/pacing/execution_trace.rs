//! What a GC model learns from an execution trace: every cycle to the byte, of a program that tracing slowed.

use gomem_gogc::{Cycle, Gogc, Recording};
use gomem_statistics::median;
use gomem_table::MIB;
use gomem_trace::{CycleRow, Trace, Trigger};

use crate::pacing::{options::RecordingOptions, traced_gogc::FEWEST_GOALS};

/// The cycles of an execution trace that it has from begin to end.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_postmortem::{RecordingOptions, record_execution_trace};
///
/// assert_eq!(record_execution_trace(&trace, &RecordingOptions::default()).cycles.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn record_execution_trace(trace: &Trace, options: &RecordingOptions) -> Recording {
    let gogc = match options.gogc {
        Gogc::Percent(percent) => Some(u64::from(percent)),
        Gogc::Off => None,
    };
    let cycles = trace.cycles(gogc.filter(|_| options.memory_limit_bytes.is_none()));
    let mut recording = record_traced_cycles(cycles.iter().filter_map(cycle).collect(), options);
    recording.wall_seconds = Some(trace.duration_seconds());
    recording
}

/// The same, of cycles that were taken out of an execution trace.
///
/// ```
/// use gomem_gogc::Cycle;
/// use gomem_postmortem::{RecordingOptions, record_traced_cycles};
///
/// let cycles = vec![Cycle { heap_live_bytes: 4e6, goal_bytes: 8e6, procs: 2, ..Cycle::default() }];
/// assert_eq!(record_traced_cycles(cycles, &RecordingOptions::default()).cycles.len(), 1);
/// ```
#[must_use]
pub fn record_traced_cycles(mut cycles: Vec<Cycle>, options: &RecordingOptions) -> Recording {
    if let Some(procs) = options.procs {
        cycles.iter_mut().for_each(|cycle| cycle.procs = procs);
    }
    let mut live: Vec<f64> = cycles.iter().map(|cycle| cycle.heap_live_bytes).collect();
    let has_no_goal = cycles.len() >= FEWEST_GOALS && cycles.iter().all(|cycle| cycle.goal_bytes.is_infinite());
    let gogc = if has_no_goal { Gogc::Off } else { options.gogc };
    let mut recording = Recording::new(cycles, gogc).with_memory_limit(options.memory_limit_bytes);
    // A trace begins anywhere in a run.
    recording.initial_live_bytes = recording.cycles.first().and_then(|first| live_before(first, gogc));
    recording.remarks = vec![if has_no_goal {
        "learnt from an execution trace without any goal: the program ran with GOGC=off".to_owned()
    } else {
        format!("learnt from an execution trace: GOGC and GOMEMLIMIT are not in it, and GOGC={gogc} is taken")
    }];
    if median(&mut live).is_some_and(|live| live < SMALL_BYTES) {
        recording.remarks.push(
            "the live heap is below 10 MiB: tracing makes such a heap overshoot, and the program collects up to a quarter \
             less often than without; a GC trace (GODEBUG=gctrace=1) tells more"
                .to_owned(),
        );
    }
    recording
}

/// What had lived when the first goal was set; `None` when that is the smallest there is, as at a program's start.
fn live_before(first: &Cycle, gogc: Gogc) -> Option<f64> {
    let Gogc::Percent(percent) = gogc else { return None };
    let factor = f64::from(percent) / 100.0;
    let live = (first.goal_bytes - first.roots_bytes() * factor) / (1.0 + factor);
    (first.goal_bytes > SMALLEST_GOAL * factor && live > 0.0 && live.is_finite()).then_some(live)
}

fn cycle(row: &CycleRow) -> Option<Cycle> {
    let bytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
    let stops = row.stw_sweep_seconds.unwrap_or(0.0) + row.stw_mark_term_seconds.unwrap_or(0.0);
    Some(Cycle {
        start_seconds: row.start_seconds?,
        heap_start_bytes: bytes(row.heap_start_bytes)?,
        heap_end_bytes: bytes(row.heap_end_bytes)?,
        heap_live_bytes: bytes(row.heap_live_bytes)?,
        // Without a goal the heap may grow.
        goal_bytes: bytes(row.goal_bytes).unwrap_or(f64::INFINITY),
        stacks_bytes: bytes(row.roots_bytes).unwrap_or(0.0),
        globals_bytes: 0.0,
        mark_seconds: row.mark_seconds?,
        stw_seconds: stops,
        assist_cpu_seconds: row.assist_marking_seconds(),
        background_cpu_seconds: row.worker_seconds[0] + row.worker_seconds[1],
        idle_cpu_seconds: row.worker_seconds[2],
        procs: row.procs.and_then(|procs| u32::try_from(procs).ok()).unwrap_or(1),
        // The heap did not ask for it.
        forced: matches!(row.trigger, Trigger::Forced | Trigger::Periodic),
    })
}

/// Measured: above it tracing changes the number of cycles by less than a tenth.
const SMALL_BYTES: f64 = 10.0 * MIB;
/// `defaultHeapMinimum` of `mgcpacer.go`, at GOGC=100.
const SMALLEST_GOAL: f64 = 4.0 * MIB;
