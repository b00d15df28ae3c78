//! GC cycles.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use gomem_table::{Definition, Row, Unit};

use crate::{
    model::{Cycle, GcMark, Goal, MARK_TERMINATION, SWEEP_TERMINATION, Sample, Trigger, WorkerMode, last_before},
    tables::{number::signed, place::Place},
    trace::{Trace, seconds},
};

/// A GC cycle.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let cycle = &trace.cycles(None)[1];
/// assert_eq!((cycle.heap_live_bytes, cycle.goal_bytes), (Some(18_472_616), Some(16_794_754)));
/// // The goal of the program's GOGC, and what is beyond it: stacks and globals.
/// assert!(trace.cycles(Some(100))[1].roots_bytes.is_some());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CycleRow {
    /// Its number in the trace, from 1; not the runtime's.
    pub cycle: u64,
    /// When it began.
    pub start_seconds: Option<f64>,
    /// When it ended, within its last stop.
    pub end_seconds: Option<f64>,
    /// Why it began.
    pub trigger: Trigger,
    /// The line that began it: an allocation, or the caller of `runtime.GC`.
    pub place: Option<Place>,
    /// The first of the stack that is not of the runtime or of a package that speaks for it.
    pub caller: Option<Place>,
    /// The whole stack, leaf first.
    pub stack: Arc<[Place]>,
    /// The pacer's live heap at the begin.
    pub heap_start_bytes: Option<u64>,
    /// The pacer's live heap at the end of marking.
    pub heap_end_bytes: Option<u64>,
    /// What was marked.
    pub heap_live_bytes: Option<u64>,
    /// The goal it was to keep to.
    pub goal_bytes: Option<u64>,
    /// The goal of the next cycle.
    pub next_goal_bytes: Option<u64>,
    /// Stacks and globals that are scanned, where GOGC is known.
    pub roots_bytes: Option<u64>,
    /// From the end of the first stop to the begin of the last.
    pub mark_seconds: Option<f64>,
    /// The first stop.
    pub stw_sweep_seconds: Option<f64>,
    /// The last stop, or all of them where marking was taken up again.
    pub stw_mark_term_seconds: Option<f64>,
    /// What its assists took.
    pub assist_seconds: f64,
    /// How long their goroutines ran.
    pub assist_running_seconds: f64,
    /// How long they stopped the world meanwhile.
    pub assist_stw_seconds: f64,
    /// By mode of workers (dedicated, fractional, idle), how long they ran while it marked.
    pub worker_seconds: [f64; 3],
    /// `GOMAXPROCS` at its begin.
    pub procs: Option<u64>,
    /// Whether the trace has its begin and its end.
    pub is_complete: bool,
}

impl Trace {
    /// The GC cycles, in order. `gogc` tells how many bytes of stacks and globals are scanned: it is not in the trace.
    #[must_use]
    pub fn cycles(&self, gogc: Option<u64>) -> Vec<CycleRow> {
        let recording = &self.recording;
        let mut goals: HashMap<u64, Vec<&Goal>, RandomState> = HashMap::default();
        recording.goals.iter().for_each(|goal| goals.entry(goal.thread).or_default().push(goal));
        // A cycle's end sets the next goal on its own thread.
        let next_goal = |end: &GcMark| {
            let own = goals.get(&end.thread)?;
            own.get(own.partition_point(|goal| goal.time < end.time))?.bytes()
        };
        let heap_ends = self.heap_ends();
        let row = |(cycle, number): (&Cycle, u64)| CycleRow {
            heap_end_bytes: live(cycle).and_then(|live| heap_ends.get(&live).copied()),
            ..self.cycle_row(cycle, number, cycle.end.as_ref().and_then(next_goal), gogc)
        };
        let mut rows: Vec<CycleRow> = self.cycles.iter().zip(1..).map(row).collect();
        for assist in &recording.assists {
            let Some(place) = assist.stretch.begin().and_then(|begin| self.cycles.during(begin)) else { continue };
            rows[place].assist_seconds += assist.wall().map_or(0.0, seconds);
            rows[place].assist_running_seconds += seconds(assist.running);
            rows[place].assist_stw_seconds += seconds(assist.stopping);
        }
        for worker in &recording.workers {
            let Some(place) = self.cycles.during(worker.begin) else { continue };
            let marking = self.cycles.get(place).marking(worker.begin, worker.end);
            rows[place].worker_seconds[worker.mode as usize] += seconds(marking);
        }
        for pause in &recording.pauses {
            let Some(place) = pause.stretch.begin().and_then(|begin| self.cycles.during(begin)) else { continue };
            let sum = match pause.reason.map(|reason| &**recording.names.text(reason)) {
                Some(SWEEP_TERMINATION) => &mut rows[place].stw_sweep_seconds,
                Some(MARK_TERMINATION) => &mut rows[place].stw_mark_term_seconds,
                _ => continue,
            };
            if let Some(wall) = pause.wall() {
                *sum = Some(sum.unwrap_or(0.0) + seconds(wall));
            }
        }
        rows
    }

    /// The heaps at the ends of marking, by what lived then: what was written before the size was set to what lives. Each time is
    /// looked through once, however many sizes have it.
    fn heap_ends(&self) -> HashMap<Sample, u64, RandomState> {
        let heap = &self.recording.heap;
        let mut times: Vec<u64> = self.cycles.iter().filter_map(live).map(|live| live.time).collect();
        times.sort_unstable();
        times.dedup();
        let mut ends = HashMap::default();
        for time in times {
            let first = heap.partition_point(|sample| sample.time < time);
            let mut before = first.checked_sub(1).and_then(|place| heap.get(place));
            for sample in heap.from(first).take_while(|sample| sample.time == time) {
                if let Some(before) = before {
                    ends.entry(*sample).or_insert(before.value);
                }
                before = Some(sample);
            }
        }
        ends
    }

    fn cycle_row(&self, cycle: &Cycle, number: u64, next_goal: Option<u64>, gogc: Option<u64>) -> CycleRow {
        let recording = &self.recording;
        let goal = cycle.begin.and_then(|begin| {
            let place = recording.goals.partition_point(|goal| goal.time <= begin).checked_sub(1)?;
            recording.goals.get(place)?.bytes()
        });
        let live = live(cycle).map(|live| live.value);
        let marked = cycle.marking_begin.zip(cycle.marking_end);
        CycleRow {
            cycle: number,
            start_seconds: cycle.begin.map(|begin| self.since_start(begin)),
            end_seconds: cycle.end.as_ref().map(|end| self.since_start(end.time)),
            trigger: Trigger::from_stack(cycle.stack, &recording.names),
            place: Place::of_site(cycle.stack, &recording.names),
            caller: Place::of_caller(cycle.stack, &recording.names),
            stack: Place::of_stack(cycle.stack, &recording.names),
            heap_start_bytes: cycle.begin.and_then(|begin| last_before(&recording.heap, begin)),
            heap_end_bytes: None,
            heap_live_bytes: live,
            goal_bytes: goal,
            next_goal_bytes: next_goal,
            roots_bytes: gogc.and_then(|gogc| roots(live?, next_goal?, gogc)),
            mark_seconds: marked.map(|(begin, end)| seconds(end.saturating_sub(begin))),
            stw_sweep_seconds: None,
            stw_mark_term_seconds: None,
            assist_seconds: 0.0,
            assist_running_seconds: 0.0,
            assist_stw_seconds: 0.0,
            worker_seconds: [0.0; 3],
            procs: cycle.begin.and_then(|begin| last_before(&recording.procs, begin)).or_else(|| self.procs()),
            is_complete: cycle.is_complete(),
        }
    }
}

/// What lives when a cycle ends.
fn live(cycle: &Cycle) -> Option<Sample> {
    cycle.end.as_ref().and_then(|end| end.heap)
}

impl CycleRow {
    /// Whether the program asked for it.
    #[must_use]
    pub fn is_forced(&self) -> bool {
        self.trigger == Trigger::Forced
    }

    /// How long its assists ran, but for the world's stops: whoever ends a cycle stops the world within its assist.
    #[must_use]
    pub fn assist_marking_seconds(&self) -> f64 {
        (self.assist_running_seconds - self.assist_stw_seconds).max(0.0)
    }
}

/// What the pacer scans besides the heap, by its formula for the goal (`commit` in `mgcpacer.go`). The goal never falls below the
/// smallest heap, and then says nothing.
fn roots(live: u64, goal: u64, gogc: u64) -> Option<u64> {
    let smallest = SMALLEST_HEAP.checked_mul(gogc)? / 100;
    if gogc == 0 || goal <= smallest {
        return None;
    }
    let scanned = u128::from(goal.checked_sub(live)?) * 100;
    let gogc = u128::from(gogc);
    // The formula rounds down, so the scanned bytes are the least that give the goal.
    let all = u64::try_from(scanned.div_ceil(gogc)).ok()?;
    all.checked_sub(live)
}

/// `defaultHeapMinimum` of `mgcpacer.go`.
const SMALLEST_HEAP: u64 = 4 << 20;

impl Row for CycleRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_cycles", "in order")
            .about("GC cycles of an execution trace")
            .int64("cycle", Unit::None, "its number in the trace, from 1; not the runtime's", |row: &&'a Self| {
                signed(row.cycle)
            })
            .optional_float64(
                "start_seconds",
                Unit::Seconds,
                EARLIER,
                "when it began, since the trace's first event",
                |row| row.start_seconds,
            )
            .optional_float64("end_seconds", Unit::Seconds, LATER, "when it ended, within its last stop", |row| {
                row.end_seconds
            })
            .category("trigger", Trigger::NAMES, "why it began", |row| row.trigger as u32)
            .embed(Place::columns("trigger_"), |row| row.place.as_ref())
            .optional_int64("heap_start_bytes", Unit::Bytes, EARLIER, "the pacer's live heap when it began", |row| {
                row.heap_start_bytes.map(signed)
            })
            .optional_int64("heap_end_bytes", Unit::Bytes, LATER, "the pacer's live heap when marking ended", |row| {
                row.heap_end_bytes.map(signed)
            })
            .optional_int64("heap_live_bytes", Unit::Bytes, LATER, "what was marked, to the byte", |row| {
                row.heap_live_bytes.map(signed)
            })
            .optional_int64("goal_bytes", Unit::Bytes, NO_GOAL, "the heap it was to keep to", |row| {
                row.goal_bytes.map(signed)
            })
            .optional_int64("next_goal_bytes", Unit::Bytes, NO_GOAL, "the goal that it set for the next", |row| {
                row.next_goal_bytes.map(signed)
            })
            .optional_int64(
                "roots_bytes",
                Unit::Bytes,
                "GOGC was not given, or the goal is the smallest there is",
                "stacks and globals that are scanned, by the formula of the goal; wrong where a memory limit binds",
                |row| row.roots_bytes.map(signed),
            )
            .optional_float64("mark_seconds", Unit::Seconds, PART, "from its first stop to its last", |row| {
                row.mark_seconds
            })
            .optional_float64(
                "stw_sweep_seconds",
                Unit::Seconds,
                PART,
                "its first stop, as the program felt it",
                |row| row.stw_sweep_seconds,
            )
            .optional_float64(
                "stw_mark_term_seconds",
                Unit::Seconds,
                PART,
                "its last stop, as the program felt it; all of them where marking was taken up again",
                |row| row.stw_mark_term_seconds,
            )
            .float64(
                "assist_seconds",
                Unit::Seconds,
                "what goroutines that allocated lost to it, waiting included",
                |row| row.assist_seconds,
            )
            .float64("assist_running_seconds", Unit::Seconds, "how long they ran meanwhile", |row| {
                row.assist_running_seconds
            })
            .float64("dedicated_seconds", Unit::Seconds, "marking by dedicated workers", |row| {
                row.worker_seconds[WorkerMode::Dedicated as usize]
            })
            .float64("fractional_seconds", Unit::Seconds, "marking by fractional workers", |row| {
                row.worker_seconds[WorkerMode::Fractional as usize]
            })
            .float64("idle_seconds", Unit::Seconds, "marking by workers on idle processors", |row| {
                row.worker_seconds[WorkerMode::Idle as usize]
            })
            .optional_int64("procs", Unit::Count, "the trace does not say", "GOMAXPROCS", |row| row.procs.map(signed))
            .bool("forced", "whether the program asked for it (`runtime.GC`, `debug.FreeOSMemory`)", |row| {
                row.is_forced()
            })
            .bool("complete", "whether the trace has its begin and its end", |row| row.is_complete)
    }
}

const EARLIER: &str = "it began before the trace";
const LATER: &str = "it had not ended when the trace did";
const PART: &str = "the trace does not have all of it";
const NO_GOAL: &str = "the trace has no goal here: GOGC=off, also under a memory limit since Go 1.25";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_give_the_goal_back() {
        for (live, scanned, gogc) in
            [(10_000_001_u64, 12_345_u64, 100_u64), (9_999_999, 54_321, 37), (50_000_000, 7, 250)]
        {
            let goal = live + (live + scanned) * gogc / 100;
            let found = roots(live, goal, gogc).expect("a goal above the smallest");
            assert!(found.abs_diff(scanned) <= 100 / gogc + 1, "{found} {scanned}");
            assert_eq!(live + (live + found) * gogc / 100, goal);
        }
    }

    #[test]
    fn the_smallest_goal_says_nothing() {
        assert_eq!(roots(1 << 20, 4 << 20, 100), None);
        assert_eq!(roots(10 << 20, 9 << 20, 100), None);
        assert_eq!(roots(1, 1 << 40, 0), None);
    }
}
