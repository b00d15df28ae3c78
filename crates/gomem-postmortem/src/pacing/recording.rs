//! What a GC model learns from, out of GC traces and metrics.

use gomem_gogc::{Cycle, Recording};
use gomem_metrics::{GcRun, GcTrace, GoState, Metrics, Quantity};

use crate::{
    bundle::Bundle,
    pacing::{
        counters::{Counters, Span},
        exact_bytes::exact_cycles,
        execution_trace::record_execution_trace,
        options::{RecordingOptions, TooManyCycles},
        setting::RunSetting,
        totals::{counted_gc_cpu, with_memory_and_cpu, with_totals},
    },
};
use gomem_table::MIB;

/// The GC trace of a bundle with what its metrics add, or what its metrics alone tell, or its execution trace; `None` when it
/// has none of them.
///
/// # Errors
/// As [`record_metrics`].
///
/// ```
/// # let trace = gomem_testkit::file("examples/incident/before/gctrace.log");
/// # let artifact = gomem_postmortem::Artifact { name: "stderr.log".into(), bytes: trace, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("before", vec![artifact]);
/// use gomem_gogc::Gogc;
/// use gomem_postmortem::{RecordingOptions, record_bundle};
///
/// let recording = record_bundle(&bundle, &RecordingOptions::default())?.ok_or("it has a GC trace")?;
/// assert_eq!((recording.cycles.len(), recording.gogc), (300, Gogc::Percent(100)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn record_bundle(bundle: &Bundle, options: &RecordingOptions) -> Result<Option<Recording>, TooManyCycles> {
    let metrics = bundle.metrics();
    match bundle.gctrace() {
        Some(trace) => Ok(Some(record_trace(trace, Some(&metrics.state()), options))),
        None if metrics.series().is_empty() => Ok(of_execution_trace(bundle, options)),
        None => {
            let recording = record_metrics(metrics, options)?;
            let of_trace = if recording.cycles.is_empty() { of_execution_trace(bundle, options) } else { None };
            Ok(Some(of_trace.unwrap_or(recording)))
        }
    }
}

/// A traced program is slower than it is: its trace comes last.
fn of_execution_trace(bundle: &Bundle, options: &RecordingOptions) -> Option<Recording> {
    bundle.execution_trace().map(|trace| record_execution_trace(trace, options))
}

/// The longest run of a GC trace, with the cycles that its log lost, and with what `state`, metrics of the same program, adds to it.
///
/// ```
/// # let log = b"gc 1 @0.010s 1%: 0.01+0.50+0.01 ms clock, 0.02+0.10/0.40/0.20+0.02 ms cpu, \
/// #             4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n";
/// # let trace = gomem_metrics::GcTrace::decode(log)?;
/// use gomem_postmortem::{RecordingOptions, record_trace};
///
/// let recording = record_trace(&trace, None, &RecordingOptions::default());
/// assert_eq!(recording.cycles.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn record_trace(trace: &GcTrace, state: Option<&GoState>, options: &RecordingOptions) -> Recording {
    let mut remarks = Vec::new();
    let longest = GcRun::longest(trace);
    let runs = trace.runs().count();
    if runs > 1 {
        remarks.push(format!("the trace spans {runs} runs of the program; only the longest is learnt from"));
    }
    if let Some(run) = longest.filter(|run| run.lost() > 0) {
        let (lost, cycles) = (run.lost(), run.cycles());
        let how = if run.whole().len() as u64 == cycles {
            "they are taken as their neighbours are"
        } else {
            "too many to fill in"
        };
        remarks.push(format!("the log lost {lost} of {cycles} GC cycles, as their numbers tell: {how}"));
    }
    let whole = longest.map(|run| run.whole()).unwrap_or_default();
    let longest = &*whole;
    let setting = RunSetting::new(state, longest, options, &mut remarks);
    let mut cycles = exact_cycles(longest, state, &setting);
    if let Some(procs) = options.procs {
        cycles.iter_mut().for_each(|cycle| cycle.procs = procs);
    }
    let begins_late = longest.first().is_some_and(|line| line.cycle > 1);
    if begins_late {
        let begin = begin_seconds(&cycles);
        cycles.iter_mut().for_each(|cycle| cycle.start_seconds -= begin);
    }
    let mut recording =
        Recording::new(cycles, setting.gogc).with_rounding(MIB).with_memory_limit(setting.memory_limit_bytes);
    recording.remarks = remarks;
    recording.knows_gc_cpu = trace.resolves_cost();
    recording.gc_cpu_seconds = state.and_then(|state| counted_gc_cpu(&recording, longest.first()?.cycle, state));
    recording.initial_live_bytes = recording.cycles.first().filter(|_| begins_late).map(|cycle| cycle.heap_live_bytes);
    match state.and_then(|state| Some((state, state.longest_segment()?))) {
        // Counters count since the start of the program.
        Some((state, rows)) if begins_late => with_memory_and_cpu(recording, state, rows),
        Some((state, rows)) => with_totals(recording, state, rows),
        None => recording,
    }
}

/// When a recording begins that was cut out of a run: about one cycle before its first one, as what that one allocated is in it.
fn begin_seconds(cycles: &[Cycle]) -> f64 {
    let (Some(first), Some(last)) = (cycles.first(), cycles.last()) else { return 0.0 };
    let between = (last.start_seconds - first.start_seconds) / (cycles.len() - 1).max(1) as f64;
    (first.start_seconds - between).max(0.0)
}

/// The longest run that `metrics` tell of. A scrape shows the live heap and the goal that the last cycle left, and what
/// was allocated since the scrape before; cycles that ended between two scrapes are spread evenly between them.
///
/// # Errors
/// When the metrics count more cycles than the limit: a million, unless the options say otherwise.
///
/// ```
/// use gomem_metrics::Metrics;
/// use gomem_postmortem::{RecordingOptions, record_metrics};
///
/// let mut metrics = Metrics::new();
/// metrics.push_scrape(1_700_000_000_000, b"go_memstats_next_gc_bytes 8e6\n")?;
/// let recording = record_metrics(&metrics, &RecordingOptions::default())?;
/// assert!(recording.cycles.len() <= 1, "one scrape shows no change of the goal");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn record_metrics(metrics: &Metrics, options: &RecordingOptions) -> Result<Recording, TooManyCycles> {
    let state = metrics.state();
    let mut remarks = Vec::new();
    let setting = RunSetting::new(Some(&state), &[], options, &mut remarks);
    let rows = state.longest_segment().unwrap_or(0..0);
    let counters = Counters::new(&state, rows.clone(), options.procs);
    if counters.total(Quantity::GcCyclesTotal).is_some_and(|cycles| cycles > options.limits.cycles as f64) {
        return Err(TooManyCycles { limit: options.limits.cycles });
    }
    if counters.cpu.is_none() {
        remarks.push("the metrics hold no GC CPU time (/cpu/classes); GC CPU is not predicted".to_owned());
    }
    let mut cycles = Vec::new();
    let mut is_estimate = false;
    let mut before = counters.begin;
    let initial_live = before.and_then(|row| counters.live_bytes_at(row, setting.gogc)).map(|live| live.0);
    let mut live_before = initial_live.unwrap_or(0.0);
    let mut allocated_before = 0.0;
    for row in rows.clone() {
        let ended = counters.between(Quantity::GcCyclesTotal, before, row).unwrap_or(0.0);
        if ended < 1.0 {
            continue;
        }
        let Some((live, estimated)) = counters.live_bytes_at(row, setting.gogc) else { continue };
        is_estimate |= estimated;
        let mut span = Span { before, row, cycles: ended as u32, live_before, live, allocated: 0.0 };
        let allocated = counters.allocated_at_end(&span, allocated_before, setting.gogc);
        span.allocated = (allocated - allocated_before) / f64::from(span.cycles);
        counters.push_cycles(&mut cycles, &span, setting.gogc);
        (before, live_before, allocated_before) = (Some(row), live, allocated);
    }
    if is_estimate {
        remarks.push("the live heap is computed from the goal; /gc/heap/live would be exact".to_owned());
    }
    let mut recording = Recording::new(cycles, setting.gogc).with_memory_limit(setting.memory_limit_bytes);
    recording.remarks = remarks;
    recording.is_sampled = true;
    recording.knows_gc_cpu = counters.cpu.is_some();
    let wall = rows.end.checked_sub(1).map(|last| counters.seconds(counters.begin, last));
    let recording = recording
        .with_initial_live(initial_live)
        .with_total_alloc(counters.total(Quantity::AllocTotalBytes))
        .with_wall(wall);
    Ok(with_memory_and_cpu(recording, &state, rows))
}
