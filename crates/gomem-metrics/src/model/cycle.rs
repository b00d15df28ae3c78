//! The GC cycles that can be seen between scrapes.

use std::sync::Arc;

use gomem_table::{Definition, MIB, Row, Unit, named};

use super::{quantity::Quantity, state::GoState};

/// What one scrape shows of the GC cycles since the one before. Live heap, goal and GC CPU time only move when a cycle
/// ends, so scrapes between two cycles say nothing new about them.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..4_u8 {
/// #     let bytes = 4_000_000 + 1_000_000 * u32::from(second);
/// #     let text = format!("go_memstats_heap_alloc_bytes {bytes}\ngo_memstats_next_gc_bytes 8e6\ngo_goroutines 7\n");
/// #     metrics.push_scrape(1_700_000_000_000 + 1_000 * i64::from(second), text.as_bytes())?;
/// # }
/// // Each change of the goal is a cycle; here it never changes.
/// let cycles = metrics.state().cycles();
/// assert!(cycles.len() <= 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ObservedCycle {
    /// The program, as [`GoState::targets`] names it.
    pub target: Arc<str>,
    /// The run of the program.
    pub run: u32,
    /// The row of the [`GoState`].
    pub row: usize,
    /// When the scrape was taken, in milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// GC cycles since the start of the program.
    pub cycle: u64,
    /// How many cycles ended since the scrape before; only the last of them can be seen.
    pub cycles: u64,
    /// What it marked live.
    pub live_bytes: Option<f64>,
    /// Whether `live_bytes` was computed from the goal, for want of `/gc/heap/live:bytes`.
    pub live_is_estimate: bool,
    /// What sets the goal, and so what the goal says about the live heap.
    pub regime: Regime,
    /// The goal it set for the next one.
    pub goal_bytes: Option<f64>,
    /// Bytes allocated since the scrape that shows the cycle before this one; of the first cycle since the first scrape.
    pub alloc_bytes: Option<f64>,
}

/// What sets the heap's goal.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..4_u8 {
/// #     let bytes = 4_000_000 + 1_000_000 * u32::from(second);
/// #     let text = format!("go_memstats_heap_alloc_bytes {bytes}\ngo_memstats_next_gc_bytes 8e6\ngo_goroutines 7\n");
/// #     metrics.push_scrape(1_700_000_000_000 + 1_000 * i64::from(second), text.as_bytes())?;
/// # }
/// use gomem_metrics::Regime;
///
/// // No memory limit is known here, and the goal is above the smallest heap.
/// assert_eq!(metrics.state().regime_at(0), Regime::Gogc);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Regime {
    /// `GOGC`: the goal is the live heap and its headroom.
    Gogc,
    /// The least heap that the runtime collects, 4 MiB at `GOGC=100`: the live heap is somewhere below.
    MinimumHeap,
    /// `GOMEMLIMIT`: the goal is what the limit leaves, the live heap somewhere below.
    MemoryLimit,
    /// The live heap is beyond what `GOMEMLIMIT` leaves, and the goal is the live heap.
    BeyondLimit,
    /// `GOGC=off` without a limit: there is no goal.
    Off,
    /// Stacks are a large part of what the goal counts in, and how much of them was scanned is not exported.
    Stacks,
    /// The goal, or what it depends on, is not exported.
    #[default]
    Unknown,
}

named!(Regime {
    Gogc "gogc",
    MinimumHeap "minimum_heap",
    MemoryLimit "memory_limit",
    BeyondLimit "beyond_limit",
    Off "off",
    Stacks "stacks",
    Unknown "unknown",
});

impl GoState {
    /// The GC cycles that can be seen, in the order of the rows.
    #[must_use]
    pub fn cycles(&self) -> Vec<ObservedCycle> {
        self.segments().into_iter().flat_map(|rows| self.cycles_in(rows)).collect()
    }

    /// The GC cycles that can be seen within `rows`, which are of one run.
    pub(crate) fn cycles_in(&self, rows: std::ops::Range<usize>) -> Vec<ObservedCycle> {
        let counts = self.values(Quantity::GcCyclesTotal);
        if counts.get(rows.clone()).is_none_or(|counts| counts.iter().all(Option::is_none)) {
            return self.goal_changes_in(rows);
        }
        let mut before: Option<(usize, f64)> = None;
        let mut cycles = Vec::new();
        for row in rows {
            let Some(count) = counts[row] else { continue };
            match before {
                Some((row_before, count_before)) if count > count_before => {
                    cycles.push(self.cycle_between(row_before, row, count_before, count));
                    before = Some((row, count));
                }
                Some(_) => {}
                None => before = Some((row, count)),
            }
        }
        cycles
    }

    /// Where cycles are not counted, as OpenTelemetry does not: each new goal is the end of one at least, unless `GOGC` was
    /// changed. A memory limit sets the goal anew all the time, so that nothing can be seen of cycles there.
    fn goal_changes_in(&self, rows: std::ops::Range<usize>) -> Vec<ObservedCycle> {
        let goals = self.values(Quantity::HeapGoalBytes);
        let mut goal_before = None;
        // What was allocated counts from the cycle before on, however many scrapes ago that was.
        let mut row_before = rows.start;
        let mut cycles: Vec<ObservedCycle> = Vec::new();
        for row in rows {
            let Some(goal) = goals[row] else { continue };
            let is_new = goal_before.is_some_and(|before: f64| (goal - before).abs() >= 1.0);
            let is_of_gogc = self.gogc_factor(row) == self.gogc_factor(row.saturating_sub(1).max(row_before));
            if is_new && is_of_gogc && !matches!(self.regime_at(row), Regime::MemoryLimit | Regime::Off) {
                let count = cycles.len() as f64;
                cycles.push(self.cycle_between(row_before, row, count, count + 1.0));
                row_before = row;
            }
            goal_before = Some(goal);
        }
        cycles
    }

    /// What the last GC marked live as of `row`: as exported, or computed from the goal. The flag says which.
    ///
    /// The runtime sets `goal = live + (live + stacks + globals) · GOGC/100` (`commit` in `runtime/mgcpacer.go`). In other
    /// [regimes](Regime) than that, and that of a live heap beyond the limit, the goal does not give the live heap.
    #[must_use]
    pub fn live_bytes_at(&self, row: usize) -> Option<(f64, bool)> {
        if let Some(live) = self.values(Quantity::HeapLiveBytes)[row] {
            return Some((live, false));
        }
        let goal = self.values(Quantity::HeapGoalBytes)[row]?;
        match self.regime_at(row) {
            Regime::BeyondLimit => Some((goal, true)),
            Regime::Gogc => {
                let factor = self.gogc_factor(row)?;
                let roots = |quantity| self.values(quantity)[row].unwrap_or(0.0);
                let roots = roots(Quantity::ScanStackBytes) + roots(Quantity::ScanGlobalsBytes);
                Some((((goal - roots * factor) / (1.0 + factor)).max(0.0), true))
            }
            _ => None,
        }
    }

    /// What sets the goal as of `row`.
    #[must_use]
    pub fn regime_at(&self, row: usize) -> Regime {
        let of = |quantity| self.values(quantity)[row];
        let Some(goal) = of(Quantity::HeapGoalBytes) else { return Regime::Unknown };
        if goal >= NO_GOAL_BYTES {
            return Regime::Off;
        }
        if let Some(limit) = of(Quantity::MemoryLimitBytes).filter(|limit| limit.is_finite()) {
            let left = limit - self.outside_heap_bytes(row).unwrap_or(0.0);
            // `memoryLimitHeapGoal` leaves 3 % of the goal, at least 1 MiB, below what there is.
            if goal > left {
                return Regime::BeyondLimit;
            }
            // Where what is outside the heap is not exported, all that is held tells how near the limit is.
            let is_outside_known = self.outside_heap_bytes(row).is_some();
            let is_near = !is_outside_known && of(Quantity::HeldBytes).is_some_and(|held| held > 0.9 * limit);
            if goal > 0.9 * left || is_near {
                return Regime::MemoryLimit;
            }
        }
        let Some(factor) = self.gogc_factor(row) else {
            return if of(Quantity::MemoryLimitBytes).is_some_and(f64::is_finite) {
                Regime::MemoryLimit
            } else {
                Regime::Off
            };
        };
        if goal <= MINIMUM_HEAP_BYTES * factor * 1.05 {
            return Regime::MinimumHeap;
        }
        let stacks = of(Quantity::StackInuseBytes).unwrap_or(0.0);
        if of(Quantity::ScanStackBytes).is_none() && stacks * factor > 0.1 * goal {
            return Regime::Stacks;
        }
        Regime::Gogc
    }

    /// `GOGC/100`; `None` when it is off. Not exported, it is taken for what nearly all programs have.
    pub(crate) fn gogc_factor(&self, row: usize) -> Option<f64> {
        let percent = self.values(Quantity::GogcPercent)[row].unwrap_or(100.0);
        percent.is_finite().then_some(percent / 100.0)
    }

    /// What `memoryLimitHeapGoal` of the runtime counts as outside the heap: all that is mapped and ready, less free spans
    /// and objects.
    #[must_use]
    pub fn outside_heap_bytes(&self, row: usize) -> Option<f64> {
        let of = |quantity| self.values(quantity).get(row).copied().flatten();
        let spans = of(Quantity::HeapIdleBytes)? + of(Quantity::HeapObjectsBytes)?;
        Some((of(Quantity::SysBytes)? - spans).max(0.0))
    }

    fn cycle_between(&self, before: usize, row: usize, count_before: f64, count: f64) -> ObservedCycle {
        let live = self.live_bytes_at(row);
        ObservedCycle {
            target: Arc::clone(&self.targets()[row]),
            run: self.runs()[row],
            row,
            time_ms: self.times_ms()[row],
            cycle: count as u64,
            cycles: (count - count_before) as u64,
            live_bytes: live.map(|live| live.0),
            live_is_estimate: live.is_some_and(|live| live.1),
            regime: self.regime_at(row),
            goal_bytes: self.values(Quantity::HeapGoalBytes)[row],
            alloc_bytes: self.increase(Quantity::AllocTotalBytes, before..row + 1),
        }
    }
}

impl Row for ObservedCycle {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let absent = "not exported";
        Definition::new("cycles", "target, then time")
            .about("GC cycles, one row a scrape before which one ended")
            .shared_text("target", "the program", |cycle: &&'a Self| &cycle.target)
            .int64("run", Unit::None, "counts up, from 0 for each target, when the process was restarted", |cycle| {
                i64::from(cycle.run)
            })
            .timestamp("time", "when the scrape was taken that shows it", |cycle| cycle.time_ms)
            .int64("cycle", Unit::Count, "GC cycles since the start of the program", move |cycle| count(cycle.cycle))
            .int64("cycles", Unit::Count, "how many ended since the scrape before", move |cycle| count(cycle.cycles))
            .optional_float64(
                "live_bytes",
                Unit::Bytes,
                "neither exported nor told by the goal",
                "what it marked live",
                |cycle| cycle.live_bytes,
            )
            .bool("live_is_estimate", "whether live_bytes was computed from the goal", |cycle| cycle.live_is_estimate)
            .category("regime", Regime::NAMES, "what sets the goal", |cycle| cycle.regime as u32)
            .optional_float64("goal_bytes", Unit::Bytes, absent, "the goal it set for the next one", |cycle| {
                cycle.goal_bytes
            })
            .optional_float64("alloc_bytes", Unit::Bytes, absent, "bytes allocated since the cycle before", |cycle| {
                cycle.alloc_bytes
            })
    }
}

gomem_table::serialize_rows!(ObservedCycle);

/// Without a goal the runtime says what is left of 2⁶³ bytes, the memory limit that is none.
pub(crate) const NO_GOAL_BYTES: f64 = (1_u64 << 60) as f64;
/// `defaultHeapMinimum` of `runtime/mgcpacer.go`, for GOGC=100.
pub(crate) const MINIMUM_HEAP_BYTES: f64 = 4.0 * MIB;

#[cfg(test)]
mod tests {
    use gomem_table::ToTable;

    use crate::Metrics;

    #[test]
    fn cycles_are_seen_when_the_counter_moves_and_live_is_computed_from_the_goal() {
        let mut metrics = Metrics::new();
        let scrapes = [(0, 5, 40_000_000, 100), (1, 5, 40_000_000, 150), (2, 8, 60_000_000, 400)];
        for (time, cycles, goal, alloc) in scrapes {
            let text = format!(
                "go_gc_duration_seconds_count {cycles}\ngo_memstats_next_gc_bytes {goal}\n\
                 go_memstats_alloc_bytes_total {alloc}\ngo_gc_gogc_percent 100\n"
            );
            metrics.push_scrape(time * 1000, text.as_bytes()).unwrap();
        }
        let state = metrics.state();
        let cycles = state.cycles();
        assert_eq!(cycles.len(), 1);
        let cycle = &cycles[0];
        assert_eq!((cycle.time_ms, cycle.cycle, cycle.cycles), (2000, 8, 3));
        assert_eq!((cycle.live_bytes, cycle.live_is_estimate), (Some(30_000_000.0), true));
        assert_eq!(cycle.alloc_bytes, Some(300.0));
        assert_eq!(cycles.to_table().rows(), 1);
    }

    #[test]
    fn without_a_count_each_new_goal_is_a_cycle() {
        let mut metrics = Metrics::new();
        for (time, goal) in [(0, 4e7), (1, 4e7), (2, 5e7), (3, 5e7), (4, 4.5e7)] {
            let text = format!("go_memory_gc_goal_bytes {goal}\ngo_config_gogc_percent 100\n");
            metrics.push_scrape(time * 1000, text.as_bytes()).unwrap();
        }
        let cycles = metrics.state().cycles();
        let seen: Vec<_> = cycles.iter().map(|cycle| (cycle.row, cycle.cycle, cycle.live_bytes)).collect();
        assert_eq!(seen, [(2, 1, Some(2.5e7)), (4, 2, Some(2.25e7))]);
    }

    #[test]
    fn no_live_heap_from_a_goal_that_a_limit_or_the_minimum_sets() {
        for text in [
            "go_memstats_next_gc_bytes 9.5e7\ngo_gc_gogc_percent 100\ngo_gc_gomemlimit_bytes 1e8\n",
            "go_memstats_next_gc_bytes 4194304\ngo_gc_gogc_percent 100\n",
            "go_memstats_next_gc_bytes 9e7\ngo_gc_gogc_percent 1.8446744073709552e+19\n",
        ] {
            let mut metrics = Metrics::new();
            metrics.push_scrape(0, text.as_bytes()).unwrap();
            assert_eq!(metrics.state().live_bytes_at(0), None, "{text}");
        }
    }
}
