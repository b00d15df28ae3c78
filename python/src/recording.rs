//! What a model learns from, out of GC traces, frames of them, and metrics. Nothing here knows Python.

use gomem_gogc::{Cycle, Gogc, Recording};
use gomem_metrics::{GcTraceLine, GoState, Metrics, ObservedCycle, Quantity};

use crate::error::Error;

/// A recording, and what to know about how it was made.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) recording: Recording,
    /// Whether the GC's CPU time is known; without it, it reads zero.
    pub(crate) knows_cpu: bool,
    pub(crate) remarks: Vec<String>,
}

/// What the caller says about the program, for want of a measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) gogc: Gogc,
    pub(crate) memory_limit_bytes: Option<u64>,
    pub(crate) procs: Option<u32>,
}

/// The longest run of a trace, with what `metrics` of the same program add to it.
pub(crate) fn from_trace(lines: &[GcTraceLine], metrics: Option<&Metrics>, said: Said) -> Recorded {
    let runs: Vec<&[GcTraceLine]> = lines.chunk_by(|a, b| b.cycle > a.cycle).collect();
    let longest = runs.iter().copied().max_by_key(|run| run.len()).unwrap_or_default();
    let mut remarks = Vec::new();
    if runs.len() > 1 {
        remarks.push(format!("the trace spans {} runs of the program; only the longest is learnt from", runs.len()));
    }
    let procs = |line: &GcTraceLine| said.procs.unwrap_or(line.procs);
    let cycles = longest.iter().map(|line| Cycle { procs: procs(line), ..traced_cycle(line) });
    let state = metrics.map(Metrics::state);
    let setting = Setting::of(state.as_ref(), said, &mut remarks);
    let mut recording =
        Recording::new(cycles.collect(), setting.gogc).with_rounding(MIB).with_memory_limit(setting.memory_limit_bytes);
    if let Some(rows) = state.as_ref().and_then(longest_segment) {
        recording = with_totals(recording, state.as_ref(), rows);
    }
    Recorded { recording, knows_cpu: true, remarks }
}

/// The longest run that `metrics` tell of. Scrapes show the live heap and the goal of a cycle, and what was allocated
/// since the last one; the cycles in between are spread evenly.
pub(crate) fn from_metrics(metrics: &Metrics, said: Said) -> Result<Recorded, Error> {
    let state = metrics.state();
    let mut remarks = Vec::new();
    let setting = Setting::of(Some(&state), said, &mut remarks);
    let rows = longest_segment(&state).unwrap_or(0..0);
    let seen: Vec<ObservedCycle> = state.cycles().into_iter().filter(|cycle| rows.contains(&cycle.row)).collect();
    if state.increase(Quantity::GcCyclesTotal, rows.clone()).is_some_and(|cycles| cycles > MOST_CYCLES) {
        return Err(Error::Limit(format!("the metrics count more than {MOST_CYCLES} GC cycles; give a shorter time")));
    }
    let cpu = Cpu::of(&state, &rows, said.procs);
    if cpu.is_none() {
        remarks.push("the metrics hold no GC CPU time (/cpu/classes); GC CPU is not predicted".to_owned());
    }
    if seen.iter().any(|cycle| cycle.live_is_estimate) {
        remarks.push("the live heap is computed from the goal; /gc/heap/live would be exact".to_owned());
    }
    let mut cycles = Vec::new();
    let mut before = Before { row: rows.start, live_bytes: None };
    for seen in &seen {
        let Some(live_bytes) = seen.live_bytes else { continue };
        push_cycles(&mut cycles, &state, seen, &before, setting.gogc, cpu.as_ref());
        before = Before { row: seen.row, live_bytes: Some(live_bytes) };
    }
    let recording = Recording::new(cycles, setting.gogc).with_memory_limit(setting.memory_limit_bytes);
    Ok(Recorded { recording: with_totals(recording, Some(&state), rows), knows_cpu: cpu.is_some(), remarks })
}

/// The cycle seen before, or the first row.
struct Before {
    row: usize,
    live_bytes: Option<f64>,
}

/// Which metrics tell what the GC costs.
struct Cpu {
    procs: u32,
    assist: bool,
    idle: bool,
}

/// What the program ran with: measured where it is exported, else as the caller says.
struct Setting {
    gogc: Gogc,
    memory_limit_bytes: Option<u64>,
}

impl Setting {
    fn of(state: Option<&GoState>, said: Said, remarks: &mut Vec<String>) -> Self {
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

impl Cpu {
    fn of(state: &GoState, rows: &std::ops::Range<usize>, procs: Option<u32>) -> Option<Self> {
        let grows = |quantity| state.increase(quantity, rows.clone());
        grows(Quantity::GcCpuSeconds)?;
        let wall = seconds_between(state, rows.start, rows.end.checked_sub(1)?);
        let procs = procs
            .or_else(|| state.last(Quantity::Gomaxprocs).map(|procs| procs as u32))
            .or_else(|| grows(Quantity::TotalCpuSeconds).map(|cpu| (cpu / wall).round() as u32))?;
        let known = |quantity| grows(quantity).is_some();
        Some(Self {
            procs: procs.max(1),
            assist: known(Quantity::GcAssistCpuSeconds),
            idle: known(Quantity::GcIdleCpuSeconds),
        })
    }
}

/// The cycle that one line of a trace tells of.
fn traced_cycle(line: &GcTraceLine) -> Cycle {
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

fn push_cycles(
    cycles: &mut Vec<Cycle>,
    state: &GoState,
    seen: &ObservedCycle,
    before: &Before,
    gogc: Gogc,
    cpu: Option<&Cpu>,
) {
    let Some(live) = seen.live_bytes else { return };
    let rows = before.row..seen.row + 1;
    let grown = |quantity| state.increase(quantity, rows.clone());
    let count = grown(Quantity::GcCyclesTotal).map_or(1.0, |cycles| cycles.max(1.0));
    let share = |quantity| grown(quantity).unwrap_or(0.0).max(0.0) / count;
    let first_live = before.live_bytes.unwrap_or(live);
    let (start, end) = (seconds_between(state, 0, before.row), seconds_between(state, 0, seen.row));
    let roots = |quantity| state.values(quantity)[seen.row].unwrap_or(0.0);
    let assist = cpu.filter(|cpu| cpu.assist).map_or(0.0, |_| share(Quantity::GcAssistCpuSeconds));
    let idle = cpu.filter(|cpu| cpu.idle).map_or(0.0, |_| share(Quantity::GcIdleCpuSeconds));
    let background = cpu.map_or(0.0, |_| (share(Quantity::GcCpuSeconds) - assist - idle).max(0.0));
    let procs = cpu.map_or(1, |cpu| cpu.procs);
    // What is allocated while marking floats in the live heap: as much as marking gives time for, and at most the 0.3
    // of the headroom that remain when it starts as early as it may.
    // A quarter of the processors marks.
    let mark_seconds = background / (0.25 * f64::from(procs));
    let marking = cpu.map_or(1.0, |_| mark_seconds * count / (end - start).max(mark_seconds * count).max(1e-9));
    let in_mark = share(Quantity::AllocTotalBytes) * marking;
    let live_at = |step: f64| first_live + (live - first_live) * step / count;
    for number in 1..=(count as u32) {
        let step = f64::from(number);
        let live_bytes = live_at(step);
        let floating = in_mark.min(live_bytes * (0.3 * gogc.factor().unwrap_or(1.0)).min(0.9));
        let heap_end_bytes = (live_at(step - 1.0) + share(Quantity::AllocTotalBytes)).max(live_bytes);
        cycles.push(Cycle {
            start_seconds: start + (end - start) * step / count,
            heap_start_bytes: (heap_end_bytes - floating).max(0.0),
            heap_end_bytes,
            heap_live_bytes: live_bytes,
            goal_bytes: seen.goal_bytes.unwrap_or(0.0),
            stacks_bytes: roots(Quantity::ScanStackBytes),
            globals_bytes: roots(Quantity::ScanGlobalsBytes),
            mark_seconds,
            stw_seconds: 0.0,
            assist_cpu_seconds: assist,
            background_cpu_seconds: background,
            idle_cpu_seconds: idle,
            procs,
            forced: false,
        });
    }
}

/// Total allocation, duration, and memory outside the heap, as far as the rows tell.
fn with_totals(recording: Recording, state: Option<&GoState>, rows: std::ops::Range<usize>) -> Recording {
    let Some(state) = state else { return recording };
    let Some(last) = rows.end.checked_sub(1) else { return recording };
    let from_start = recording.rounding_bytes > 0.0;
    let total = if from_start {
        state.values(Quantity::AllocTotalBytes)[last]
    } else {
        state.increase(Quantity::AllocTotalBytes, rows.clone())
    };
    let wall = if from_start {
        state.values(Quantity::StartTimeSeconds)[last].map(|start| state.times_ms()[last] as f64 / 1e3 - start)
    } else {
        Some(seconds_between(state, rows.start, last))
    };
    let mut non_heap: Vec<f64> = rows.filter_map(|row| non_heap_bytes(state, row)).collect();
    non_heap.sort_by(f64::total_cmp);
    recording.with_total_alloc(total).with_wall(wall).with_non_heap(non_heap.get(non_heap.len() / 2).copied())
}

/// What `memoryLimitHeapGoal` of the runtime counts as outside the heap: all that is mapped and ready, less free spans
/// and objects.
fn non_heap_bytes(state: &GoState, row: usize) -> Option<f64> {
    let of = |quantity| state.values(quantity)[row];
    let spans = of(Quantity::HeapIdleBytes)? + of(Quantity::HeapObjectsBytes)?;
    Some((of(Quantity::SysBytes)? - spans).max(0.0))
}

fn longest_segment(state: &GoState) -> Option<std::ops::Range<usize>> {
    state.segments().into_iter().max_by_key(std::ops::Range::len)
}

fn seconds_between(state: &GoState, from: usize, to: usize) -> f64 {
    match (state.times_ms().get(from), state.times_ms().get(to)) {
        (Some(from), Some(to)) => to.saturating_sub(*from) as f64 / 1e3,
        _ => 0.0,
    }
}

const MIB: f64 = 1_048_576.0;
/// A run of more cycles takes too long to replay.
const MOST_CYCLES: f64 = 1e6;
