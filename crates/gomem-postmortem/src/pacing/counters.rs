//! The counters of one run, between scrapes.

use std::ops::Range;

use gomem_gogc::{Cycle, Gogc, heap_goal, trigger};
use gomem_metrics::{GoState, Quantity};

/// The counters of one run of a program.
pub(crate) struct Counters<'a> {
    state: &'a GoState,
    /// The row they are counted from; none when the run is seen from its start, where all of them are 0.
    pub(crate) begin: Option<usize>,
    /// When counting begins, in milliseconds since the Unix epoch.
    begin_ms: f64,
    end: usize,
    pub(crate) cpu: Option<Cpu>,
}

/// Two rows, or the start of the program and a row, and the cycles that ended between them.
pub(crate) struct Span {
    pub(crate) before: Option<usize>,
    pub(crate) row: usize,
    pub(crate) cycles: u32,
    pub(crate) live_before: f64,
    pub(crate) live: f64,
    /// Bytes allocated in each of the cycles.
    pub(crate) allocated: f64,
}

impl Span {
    /// The live heap after so many of the cycles.
    fn live_after(&self, cycles: u32) -> f64 {
        self.live_before + (self.live - self.live_before) * f64::from(cycles) / f64::from(self.cycles)
    }
}

/// The metrics tell what the GC costs, on so many processors.
pub(crate) struct Cpu {
    procs: u32,
}

/// CPU seconds of one cycle.
struct Cost {
    assist: f64,
    idle: f64,
    background: f64,
    procs: f64,
}

impl<'a> Counters<'a> {
    pub(crate) fn new(state: &'a GoState, rows: Range<usize>, procs: Option<u32>) -> Self {
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
    pub(crate) fn between(&self, quantity: Quantity, before: Option<usize>, row: usize) -> Option<f64> {
        let at = |row: usize| self.state.values(quantity)[row];
        let start = match before {
            Some(before) => at(before)?,
            None => 0.0,
        };
        Some(at(row)? - start)
    }

    pub(crate) fn total(&self, quantity: Quantity) -> Option<f64> {
        let last = self.end.checked_sub(1)?;
        self.between(quantity, self.begin, last)
    }

    pub(crate) fn seconds(&self, before: Option<usize>, row: usize) -> f64 {
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
    pub(crate) fn live_bytes_at(&self, row: usize, gogc: Gogc) -> Option<(f64, bool)> {
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
    pub(crate) fn allocated_at_end(&self, span: &Span, allocated_before: f64, gogc: Gogc) -> f64 {
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

    pub(crate) fn push_cycles(&self, cycles: &mut Vec<Cycle>, span: &Span, gogc: Gogc) {
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

/// The part of goroutine stacks that holds frames.
const STACK_IN_USE: f64 = 0.7;
/// How much of the room between the live heap and the goal is allocated, on average, when a cycle ends.
const REACHED: f64 = 0.95;
/// A run whose counters were below this share of their last value at the first scrape is taken as seen from its start.
const EARLY: f64 = 0.2;
