//! What an execution trace says of garbage collection, in the numbers that rules ask for.

use foldhash::HashMap;
use gomem_metrics::{TracedGc, TracedPlace};
use gomem_statistics::median;
use gomem_trace::{AssistRow, CycleRow, Place as Frame, Trace, Trigger};

use crate::attribution::Place;

/// A trace in the numbers that rules ask for: who asks for GC cycles, how many of them for the heap, assists, pauses.
///
/// ```
/// # let bytes = gomem_testkit::testdata("traces/service-1.27.3.trace");
/// let trace = gomem_trace::Trace::decode(&bytes)?;
/// let traced = gomem_postmortem::traced_gc(&trace);
/// assert!(traced.heap_cycles > 0 && traced.assist_running_seconds > 0.0);
/// let diagnosis = gomem_metrics::Diagnosis::from_trace(&traced);
/// assert_eq!(diagnosis.judgements().len(), 4);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[must_use]
pub fn traced_gc(trace: &Trace) -> TracedGc {
    let cycles = trace.cycles(None);
    let begun = || cycles.iter().filter(|cycle| cycle.start_seconds.is_some());
    let of = |trigger: Trigger| begun().filter(|cycle| cycle.trigger == trigger).count() as u64;
    let measured = begun().filter(|cycle| is_measured(cycle)).count() as u64;
    let start_ms = trace.start_unix_ms().unwrap_or(0);
    let length_ms = if start_ms > 0 { (trace.duration_seconds() * 1e3) as i64 } else { 0 };
    let mut goals: Vec<f64> = cycles.iter().filter_map(|cycle| Some(cycle.goal_bytes? as f64)).collect();
    TracedGc {
        start_ms,
        end_ms: start_ms + length_ms,
        seconds: trace.duration_seconds(),
        procs: trace.procs(),
        heap_cycles: of(Trigger::Heap),
        forced_cycles: of(Trigger::Forced) - measured,
        measured_cycles: measured,
        periodic_cycles: of(Trigger::Periodic),
        assist_running_seconds: cycles.iter().map(CycleRow::assist_marking_seconds).sum(),
        pause_seconds: trace.pauses().iter().filter(|pause| pause.is_gc).filter_map(|pause| pause.seconds).collect(),
        goal_bytes: median(&mut goals),
        callers: callers(&cycles).into_iter().map(|(place, count)| told(&place, count as f64)).collect(),
        assisted: lines_of(&trace.assists()).iter().map(|(place, seconds)| told(place, *seconds)).collect(),
    }
}

/// Who asked for GC cycles, but to measure: the most often first.
pub(crate) fn callers(cycles: &[CycleRow]) -> Vec<(Place, u64)> {
    let mut counts: HashMap<Place, u64> = HashMap::default();
    for cycle in cycles.iter().filter(|cycle| cycle.is_forced() && !is_measured(cycle)) {
        if let Some(place) = cycle.caller.as_ref().and_then(Place::from_trace) {
            *counts.entry(place).or_default() += 1;
        }
    }
    let mut counts: Vec<(Place, u64)> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

/// Whether whoever measures asked for a cycle: a profile, or a benchmark before it runs.
fn is_measured(cycle: &CycleRow) -> bool {
    let measures = |frame: &Frame| MEASURING.iter().any(|prefix| frame.function.starts_with(prefix));
    cycle.is_forced() && cycle.stack.iter().any(measures)
}

/// Where goroutines helped the garbage collector, and for how many seconds: the longest first.
pub(crate) fn lines_of<'a>(assists: impl IntoIterator<Item = &'a AssistRow>) -> Vec<(Place, f64)> {
    let mut lines: HashMap<Place, f64> = HashMap::default();
    for row in assists {
        if let (Some(place), Some(wall)) = (row.charged.place.as_ref().and_then(Place::from_trace), row.wall_seconds) {
            *lines.entry(place).or_default() += wall;
        }
    }
    let mut lines: Vec<(Place, f64)> = lines.into_iter().collect();
    lines.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    lines
}

fn told(place: &Place, amount: f64) -> TracedPlace {
    TracedPlace { place: format!("{} {}", place.short_function(), place.short()), amount }
}

const MEASURING: [&str; 3] = ["net/http/pprof.", "runtime/pprof.", "testing."];
