//! What allocation costs the run as a whole: how much a finding of it can matter.

use std::ops::Range;

use gomem_metrics::{Diagnosis, GoState, Quantity, Rule};
use gomem_table::{MIB, Unit, percent};

/// What allocation costs the run as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Whether a memory limit makes GC run all the time: then what is kept is what it runs for.
    pub(crate) is_limited: bool,
    /// The share of the available CPU that the whole program takes, where that is little.
    idle: Option<f64>,
    /// Bytes allocated a second, where that is next to nothing.
    rate: Option<f64>,
}

impl Cost {
    pub(crate) fn new(state: &GoState, diagnosis: Option<&Diagnosis>) -> Self {
        let fired = |rules: &[Rule]| {
            diagnosis.is_some_and(|diagnosis| diagnosis.fired().any(|told| rules.contains(&told.rule)))
        };
        // Where a rule finds GC costly, one verdict holds.
        let is_costly = fired(&[Rule::GcCpuHigh, Rule::MinHeapChurn, Rule::LowGogc, Rule::AssistPressure]);
        let is_limited = fired(&[Rule::MemlimitThrash, Rule::LimiterActive]);
        let idle = cpu_fraction(state).filter(|&share| share < LITTLE_CPU && !is_costly && !is_limited);
        let rate = allocation_rate(state).filter(|&rate| rate < LITTLE_ALLOCATION && !is_costly && !is_limited);
        Self { is_limited, idle, rate }
    }

    /// What an idle program's allocation costs, in words: at most what the program does.
    pub(crate) fn words(self) -> Option<String> {
        let of_cpu = |share| format!("It costs little here: the whole program takes {} of the CPU.", percent(share, 1));
        let of_rate = |rate| {
            format!("It costs little here: the whole program allocates {}.", Unit::BytesPerSecond.humanize(rate))
        };
        self.idle.map(of_cpu).or_else(|| self.rate.map(of_rate))
    }
}

/// The rows of the longest run, and how long that was seen.
fn longest(state: &GoState) -> Option<(Range<usize>, f64)> {
    let rows = state.longest_segment()?;
    let times = state.times_ms().get(rows.clone())?;
    Some((rows, (times.last()? - times.first()?) as f64 / 1e3))
}

/// Bytes that the program allocates a second.
fn allocation_rate(state: &GoState) -> Option<f64> {
    let (rows, seconds) = longest(state)?;
    let bytes = state.increase(Quantity::AllocTotalBytes, rows)?;
    (seconds >= LEAST_SECONDS).then_some(bytes / seconds)
}

/// The share of the available CPU that the program takes.
fn cpu_fraction(state: &GoState) -> Option<f64> {
    let (rows, seconds) = longest(state)?;
    let procs = state.last(Quantity::Gomaxprocs).filter(|&procs| procs >= 1.0)?;
    let share = state.increase(Quantity::ProcessCpuSeconds, rows)? / (seconds * procs);
    (seconds > 0.0).then_some(share)
}

/// A judgement: of such a program all that it allocates is worth no warning.
const LITTLE_CPU: f64 = 0.05;
/// A judgement: Go allocates some hundred times as much a second on one processor, GC included.
const LITTLE_ALLOCATION: f64 = 4.0 * MIB;
/// A shorter time says little of what is usual.
const LEAST_SECONDS: f64 = 5.0;
