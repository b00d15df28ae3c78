//! What a GC model learns from, out of GC traces and metrics.

use std::ops::Range;

use gomem_gogc::{Cycle, Gogc, Recording, heap_goal, trigger};
use gomem_metrics::{GcTraceLine, GoState, Metrics, Quantity};

use crate::{bundle::Bundle, pacing::unrounded::whole_bytes};

/// What the caller says about the program, for want of a measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// The `GOGC` it ran with.
    pub gogc: Gogc,
    /// The `GOMEMLIMIT` it ran with.
    pub memory_limit_bytes: Option<u64>,
    /// Its `GOMAXPROCS`.
    pub procs: Option<u32>,
}

/// The metrics count more GC cycles than are worth replaying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the metrics count more than {MOST_CYCLES} GC cycles; give a shorter time")]
pub struct TooManyCycles;

impl Default for Said {
    fn default() -> Self {
        Self { gogc: Gogc::Percent(100), memory_limit_bytes: None, procs: None }
    }
}

/// The GC trace of a bundle with what its metrics add, or what its metrics alone tell; `None` when it has neither.
///
/// # Errors
/// As [`record_metrics`].
pub fn record_bundle(bundle: &Bundle, said: &Said) -> Result<Option<Recording>, TooManyCycles> {
    let metrics = bundle.metrics();
    match bundle.gctrace() {
        Some(trace) => Ok(Some(record_trace(trace.lines(), Some(&metrics.state()), said))),
        None if metrics.series().is_empty() => Ok(None),
        None => record_metrics(metrics, said).map(Some),
    }
}

/// The longest run of a GC trace, with what `state`, metrics of the same program, adds to it.
#[must_use]
pub fn record_trace(lines: &[GcTraceLine], state: Option<&GoState>, said: &Said) -> Recording {
    let runs: Vec<&[GcTraceLine]> = lines.chunk_by(|a, b| b.cycle > a.cycle).collect();
    let longest = runs.iter().copied().max_by_key(|run| run.len()).unwrap_or_default();
    let mut remarks = Vec::new();
    if runs.len() > 1 {
        remarks.push(format!("the trace spans {} runs of the program; only the longest is learnt from", runs.len()));
    }
    let setting = Setting::of(state, said, &mut remarks);
    let mut cycles = whole_bytes(longest, state, &setting);
    if let Some(procs) = said.procs {
        cycles.iter_mut().for_each(|cycle| cycle.procs = procs);
    }
    let mut recording =
        Recording::new(cycles, setting.gogc).with_rounding(MIB).with_memory_limit(setting.memory_limit_bytes);
    recording.remarks = remarks;
    let begins_late = longest.first().is_some_and(|line| line.cycle > 1);
    recording.initial_live_bytes = recording.cycles.first().filter(|_| begins_late).map(|cycle| cycle.heap_live_bytes);
    match state.and_then(|state| Some((state, longest_segment(state)?))) {
        Some((state, rows)) => with_totals(recording, state, rows),
        None => recording,
    }
}

/// The longest run that `metrics` tell of. A scrape shows the live heap and the goal that the last cycle left, and what
/// was allocated since the scrape before; cycles that ended between two scrapes are spread evenly between them.
///
/// # Errors
/// When the metrics count over a million cycles.
pub fn record_metrics(metrics: &Metrics, said: &Said) -> Result<Recording, TooManyCycles> {
    let state = metrics.state();
    let mut remarks = Vec::new();
    let setting = Setting::of(Some(&state), said, &mut remarks);
    let rows = longest_segment(&state).unwrap_or(0..0);
    let counters = Counters::of(&state, rows.clone(), said.procs);
    if counters.total(Quantity::GcCyclesTotal).is_some_and(|cycles| cycles > MOST_CYCLES) {
        return Err(TooManyCycles);
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

/// The counters of one run of a program.
struct Counters<'a> {
    state: &'a GoState,
    /// The row they are counted from; none when the run is seen from its start, where all of them are 0.
    begin: Option<usize>,
    /// When counting begins, in milliseconds since the Unix epoch.
    begin_ms: f64,
    end: usize,
    cpu: Option<Cpu>,
}

/// Two rows, or the start of the program and a row, and the cycles that ended between them.
struct Span {
    before: Option<usize>,
    row: usize,
    cycles: u32,
    live_before: f64,
    live: f64,
    /// Bytes allocated in each of the cycles.
    allocated: f64,
}

impl Span {
    /// The live heap after so many of the cycles.
    fn live_after(&self, cycles: u32) -> f64 {
        self.live_before + (self.live - self.live_before) * f64::from(cycles) / f64::from(self.cycles)
    }
}

/// The metrics tell what the GC costs, on so many processors.
struct Cpu {
    procs: u32,
}

/// CPU seconds of one cycle.
struct Cost {
    assist: f64,
    idle: f64,
    background: f64,
    procs: f64,
}

/// What the program ran with: measured where it is exported, else as the caller says.
pub(crate) struct Setting {
    pub(crate) gogc: Gogc,
    pub(crate) memory_limit_bytes: Option<u64>,
}

impl Setting {
    fn of(state: Option<&GoState>, said: &Said, remarks: &mut Vec<String>) -> Self {
        let measured = |quantity| state.and_then(|state| state.last(quantity));
        let gogc = measured(Quantity::GogcPercent)
            .map_or(said.gogc, |percent| if percent.is_finite() { Gogc::Percent(percent as u32) } else { Gogc::Off });
        if gogc != said.gogc {
            remarks.push(format!("the program ran with GOGC={gogc} as its metrics tell, not {}", said.gogc));
        }
        let limit = measured(Quantity::MemoryLimitBytes).filter(|limit| limit.is_finite()).map(|limit| limit as u64);
        Self { gogc, memory_limit_bytes: said.memory_limit_bytes.or(limit) }
    }
}

impl<'a> Counters<'a> {
    fn of(state: &'a GoState, rows: Range<usize>, procs: Option<u32>) -> Self {
        let first = |quantity| state.values(quantity).get(rows.start).copied().flatten();
        let last = |quantity| state.values(quantity)[rows.clone()].iter().rev().find_map(|&value| value);
        let is_early = |quantity| match (first(quantity), last(quantity)) {
            (Some(first), Some(last)) => first < EARLY * last,
            _ => false,
        };
        let from_start = is_early(Quantity::AllocTotalBytes);
        let first_ms = state.times_ms().get(rows.start).map_or(0.0, |&ms| ms as f64);
        let started_ms = first(Quantity::StartTimeSeconds).map(|seconds| seconds * 1e3).filter(|&ms| ms <= first_ms);
        let mut counters = Self {
            state,
            begin: (!from_start && !rows.is_empty()).then_some(rows.start),
            begin_ms: started_ms.filter(|_| from_start).unwrap_or(first_ms),
            end: rows.end,
            cpu: None,
        };
        counters.cpu = counters.cpu(procs);
        counters
    }

    /// What a counter grew by; nothing is known of it without a value at the end.
    fn between(&self, quantity: Quantity, before: Option<usize>, row: usize) -> Option<f64> {
        let at = |row: usize| self.state.values(quantity)[row];
        let start = match before {
            Some(before) => at(before)?,
            None => 0.0,
        };
        Some(at(row)? - start)
    }

    fn total(&self, quantity: Quantity) -> Option<f64> {
        let last = self.end.checked_sub(1)?;
        self.between(quantity, self.begin, last)
    }

    fn seconds(&self, before: Option<usize>, row: usize) -> f64 {
        let at = |row: usize| self.state.times_ms().get(row).map_or(0.0, |&ms| ms as f64);
        ((at(row) - before.map_or(self.begin_ms, at)) / 1e3).max(0.0)
    }

    fn cpu(&self, procs: Option<u32>) -> Option<Cpu> {
        self.total(Quantity::GcCpuSeconds)?;
        let wall = self.seconds(self.begin, self.end.checked_sub(1)?);
        let procs = procs
            .or_else(|| self.state.last(Quantity::Gomaxprocs).map(|procs| procs as u32))
            .or_else(|| self.total(Quantity::TotalCpuSeconds).map(|cpu| (cpu / wall).round() as u32))?;
        Some(Cpu { procs: procs.max(1) })
    }

    /// What the last cycle marked live, and whether that is computed from the goal; then stacks, which the goal counts,
    /// are taken out.
    fn live_bytes_at(&self, row: usize, gogc: Gogc) -> Option<(f64, bool)> {
        let (live, is_estimate) = self.state.live_bytes_at(row)?;
        if !is_estimate || self.state.values(Quantity::ScanStackBytes)[row].is_some() {
            return Some((live, is_estimate));
        }
        let factor = gogc.factor().unwrap_or(0.0);
        let stacks = self.roots(row).0;
        Some(((live - stacks * factor / (1.0 + factor)).max(live * 0.1), true))
    }

    /// Stacks and globals; of stacks that are only known by their size, most is in use.
    fn roots(&self, row: usize) -> (f64, f64) {
        let known = |quantity| self.state.values(quantity)[row];
        let stacks = known(Quantity::ScanStackBytes)
            .or_else(|| known(Quantity::StackInuseBytes).map(|inuse| inuse * STACK_IN_USE))
            .unwrap_or(0.0);
        (stacks, known(Quantity::ScanGlobalsBytes).unwrap_or(0.0))
    }

    /// Bytes allocated until the last cycle of the span ended. It ended between its row and the row before; where in
    /// between, the goals tell.
    fn allocated_at_end(&self, span: &Span, allocated_before: f64, gogc: Gogc) -> f64 {
        let at = |row| self.between(Quantity::AllocTotalBytes, self.begin, row);
        let latest = at(span.row).unwrap_or(allocated_before).max(allocated_before);
        let is_first = span.row == 0 || span.before == Some(span.row) || Some(span.row) == self.begin;
        let earliest = if is_first { None } else { at(span.row - 1) };
        let room = |cycle| (self.goal(span, cycle, gogc) - span.live_after(cycle)).max(0.0);
        let expected = allocated_before + (0..span.cycles).map(room).sum::<f64>() * REACHED;
        expected.clamp(earliest.unwrap_or(0.0).clamp(allocated_before, latest), latest)
    }

    /// The goal of the cycle after so many of the span.
    fn goal(&self, span: &Span, cycles: u32, gogc: Gogc) -> f64 {
        let observed = span.before.and_then(|row| self.state.values(Quantity::HeapGoalBytes)[row]);
        if let (0, Some(goal)) = (cycles, observed) {
            return goal;
        }
        let (stacks, globals) = self.roots(span.row);
        heap_goal(span.live_after(cycles) as u64, (stacks + globals) as u64, gogc) as f64
    }

    fn push_cycles(&self, cycles: &mut Vec<Cycle>, span: &Span, gogc: Gogc) {
        let count = f64::from(span.cycles);
        let share = |quantity| self.between(quantity, span.before, span.row).unwrap_or(0.0).max(0.0) / count;
        let (stacks_bytes, globals_bytes) = self.roots(span.row);
        let start = self.seconds(self.begin, span.row) - self.seconds(span.before, span.row);
        let seconds = self.seconds(span.before, span.row) / count;
        let cost = self.cpu.as_ref().map(|cpu| {
            let (assist, idle) = (share(Quantity::GcAssistCpuSeconds), share(Quantity::GcIdleCpuSeconds));
            let background = (share(Quantity::GcCpuSeconds) - assist - idle).max(0.0);
            Cost { assist, idle, background, procs: f64::from(cpu.procs) }
        });
        for number in 1..=span.cycles {
            let (before, live) = (span.live_after(number - 1), span.live_after(number));
            // What was allocated after the earliest trigger was allocated while marking.
            let goal = self.goal(span, number - 1, gogc);
            let after_trigger = (span.allocated - (trigger(before, goal, f64::INFINITY) - before)).max(0.0);
            let floating = after_trigger * cost.as_ref().map_or(1.0, |cost| cost.marking_weight(seconds));
            let floating = floating.min(0.9 * live);
            let heap_end_bytes = (before + span.allocated).max(live);
            let assumed = Cost { assist: 0.2, idle: 0.0, background: 0.25, procs: 1.0 };
            let cost = cost.as_ref().unwrap_or(&assumed);
            cycles.push(Cycle {
                start_seconds: start + seconds * f64::from(number),
                heap_start_bytes: (heap_end_bytes - floating).max(0.0),
                heap_end_bytes,
                heap_live_bytes: live,
                goal_bytes: self.state.values(Quantity::HeapGoalBytes)[span.row].unwrap_or(0.0),
                stacks_bytes,
                globals_bytes,
                mark_seconds: cost.mark_seconds(),
                stw_seconds: 0.0,
                assist_cpu_seconds: cost.assist,
                background_cpu_seconds: cost.background,
                idle_cpu_seconds: cost.idle,
                procs: cost.procs as u32,
                forced: false,
            });
        }
    }
}

impl Cost {
    /// A quarter of the processors marks, or more when assists or idle processors do.
    fn mark_seconds(&self) -> f64 {
        (self.background / 0.25).max(self.background + self.assist + self.idle) / self.procs
    }

    /// Marking that takes a tenth of the time, or goroutines that assist, start it as early as it may; where it takes
    /// less, it starts later, and less is allocated meanwhile.
    fn marking_weight(&self, seconds: f64) -> f64 {
        let marking = self.mark_seconds() / seconds.max(1e-9);
        (marking / 0.1).min(1.0)
    }
}

/// Total allocation, duration, and memory outside the heap, as far as the rows of a traced program tell.
fn with_totals(recording: Recording, state: &GoState, rows: Range<usize>) -> Recording {
    let Some(last) = rows.end.checked_sub(1) else { return recording };
    let wall = state.values(Quantity::StartTimeSeconds)[last].map(|start| state.times_ms()[last] as f64 / 1e3 - start);
    let recording = recording.with_total_alloc(state.values(Quantity::AllocTotalBytes)[last]).with_wall(wall);
    with_memory_and_cpu(recording, state, rows)
}

/// What a recording of either kind has from metrics: memory outside the heap and between objects, and whether CPU time is
/// what it says it is.
fn with_memory_and_cpu(mut recording: Recording, state: &GoState, rows: Range<usize>) -> Recording {
    let at = |quantity, row: usize| state.values(quantity)[row];
    let unused = |row| {
        let inuse = at(Quantity::HeapInuseBytes, row).filter(|&inuse| inuse > 0.0)?;
        Some(1.0 - at(Quantity::HeapObjectsBytes, row)? / inuse)
    };
    let grown = |quantity| state.increase(quantity, rows.clone());
    recording.fragmentation = quantile(rows.clone().filter_map(unused), 0.9);
    recording.cpu_inflation = match (grown(Quantity::TotalCpuSeconds), grown(Quantity::ProcessCpuSeconds)) {
        (Some(total), Some(process)) if process > 0.0 => {
            grown(Quantity::IdleCpuSeconds).map(|idle| (total - idle) / process)
        }
        _ => None,
    };
    recording.limiter_acted = state.last(Quantity::LimiterLastEnabledCycle).is_some_and(|cycle| cycle > 0.0);
    recording.with_non_heap(quantile(rows.filter_map(|row| non_heap_bytes(state, row)), 0.5))
}

fn quantile(values: impl Iterator<Item = f64>, share: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(((values.len() as f64 - 1.0) * share).round() as usize).copied()
}

/// What `memoryLimitHeapGoal` of the runtime counts as outside the heap: all that is mapped and ready, less free spans
/// and objects.
fn non_heap_bytes(state: &GoState, row: usize) -> Option<f64> {
    let of = |quantity| state.values(quantity)[row];
    let spans = of(Quantity::HeapIdleBytes)? + of(Quantity::HeapObjectsBytes)?;
    Some((of(Quantity::SysBytes)? - spans).max(0.0))
}

fn longest_segment(state: &GoState) -> Option<Range<usize>> {
    state.segments().into_iter().max_by_key(Range::len)
}

const MIB: f64 = 1_048_576.0;
/// A run of more cycles takes too long to replay.
const MOST_CYCLES: f64 = 1e6;
/// The part of goroutine stacks that holds frames.
const STACK_IN_USE: f64 = 0.7;
/// How much of the room between the live heap and the goal is allocated, on average, when a cycle ends.
const REACHED: f64 = 0.95;
/// A run whose counters were below this share of their last value at the first scrape is taken as seen from its start.
const EARLY: f64 = 0.2;
