//! The GC cycles that can be seen between scrapes.

use gomem_table::{Column, Table, TableError, Unit};

use crate::state::{GoState, Quantity};

/// What one scrape tells of the GC cycles since the one before. Live heap, goal and GC CPU time only move when a cycle
/// ends, so scrapes between two cycles say nothing new about them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ObservedCycle {
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
    /// The goal it set for the next one.
    pub goal_bytes: Option<f64>,
    /// Bytes allocated since the scrape before.
    pub alloc_bytes: Option<f64>,
}

impl GoState {
    /// The GC cycles that can be seen, in the order of the rows.
    #[must_use]
    pub fn cycles(&self) -> Vec<ObservedCycle> {
        self.segments()
            .into_iter()
            .flat_map(|rows| rows.clone().skip(1).filter_map(move |row| self.cycle_at(row)))
            .collect()
    }

    /// What the last GC marked live as of `row`: as exported, or computed from the goal. The flag tells which.
    ///
    /// The runtime sets `goal = live + (live + stacks + globals) · GOGC/100` (`commit` in `runtime/mgcpacer.go`). Under a
    /// memory limit, below the minimum heap, or with `GOGC=off` the goal says nothing about the live heap.
    #[must_use]
    pub fn live_bytes_at(&self, row: usize) -> Option<(f64, bool)> {
        if let Some(live) = self.values(Quantity::HeapLiveBytes)[row] {
            return Some((live, false));
        }
        let goal = self.values(Quantity::HeapGoalBytes)[row]?;
        let factor = self.values(Quantity::GogcPercent)[row].unwrap_or(100.0) / 100.0;
        let limited = self.values(Quantity::MemoryLimitBytes)[row].is_some_and(|limit| goal > 0.8 * limit);
        if !factor.is_finite() || limited || goal <= MINIMUM_HEAP_BYTES * factor * 1.001 {
            return None;
        }
        let roots = |quantity| self.values(quantity)[row].unwrap_or(0.0);
        let roots = roots(Quantity::ScanStackBytes) + roots(Quantity::ScanGlobalsBytes);
        Some((((goal - roots * factor) / (1.0 + factor)).max(0.0), true))
    }

    fn cycle_at(&self, row: usize) -> Option<ObservedCycle> {
        let count = self.values(Quantity::GcCyclesTotal);
        let (before, after) = (count[row - 1]?, count[row]?);
        if after <= before {
            return None;
        }
        let live = self.live_bytes_at(row);
        Some(ObservedCycle {
            row,
            time_ms: self.times_ms()[row],
            cycle: after as u64,
            cycles: (after - before) as u64,
            live_bytes: live.map(|live| live.0),
            live_is_estimate: live.is_some_and(|live| live.1),
            goal_bytes: self.values(Quantity::HeapGoalBytes)[row],
            alloc_bytes: self.increase(Quantity::AllocTotalBytes, row - 1..row + 1),
        })
    }

    /// [`cycles`](Self::cycles) as a table.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn cycles_table(&self) -> Result<Table, TableError> {
        let cycles = self.cycles();
        let all = || cycles.iter();
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        Table::new(
            "cycles",
            vec![
                Column::strings("target", all().map(|cycle| &self.targets()[cycle.row])),
                Column::int64("run", Unit::None, all().map(|cycle| i64::from(self.runs()[cycle.row])).collect()),
                Column::timestamp("time", all().map(|cycle| cycle.time_ms).collect()),
                Column::int64("cycle", Unit::Count, all().map(|cycle| count(cycle.cycle)).collect()),
                Column::int64("cycles", Unit::Count, all().map(|cycle| count(cycle.cycles)).collect()),
                Column::optional_float64("live_bytes", Unit::Bytes, all().map(|cycle| cycle.live_bytes)),
                Column::bool("live_is_estimate", all().map(|cycle| cycle.live_is_estimate).collect()),
                Column::optional_float64("goal_bytes", Unit::Bytes, all().map(|cycle| cycle.goal_bytes)),
                Column::optional_float64("alloc_bytes", Unit::Bytes, all().map(|cycle| cycle.alloc_bytes)),
            ],
        )
    }
}

/// `defaultHeapMinimum` of `runtime/mgcpacer.go`, for GOGC=100.
const MINIMUM_HEAP_BYTES: f64 = 4.0 * 1024.0 * 1024.0;

#[cfg(test)]
mod tests {
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
        assert_eq!(cycle.alloc_bytes, Some(250.0));
        assert_eq!(state.cycles_table().unwrap().rows(), 1);
    }

    #[test]
    fn no_live_heap_from_a_goal_that_a_limit_or_the_minimum_sets() {
        for text in [
            "go_memstats_next_gc_bytes 9e7\ngo_gc_gogc_percent 100\ngo_gc_gomemlimit_bytes 1e8\n",
            "go_memstats_next_gc_bytes 4194304\ngo_gc_gogc_percent 100\n",
            "go_memstats_next_gc_bytes 9e7\ngo_gc_gogc_percent 1.8446744073709552e+19\n",
        ] {
            let mut metrics = Metrics::new();
            metrics.push_scrape(0, text.as_bytes()).unwrap();
            assert_eq!(metrics.state().live_bytes_at(0), None, "{text}");
        }
    }
}
