//! The lines of a GC trace as the running totals that metrics have.

use gomem_table::MIB;

use super::{lost_cycles::with_lost_cycles, quantity::Quantity};
use crate::decode::{GcTraceLine, resolves_cost};

/// The state right after one cycle.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RunningTotals {
    pub(crate) cycle: u64,
    pub(crate) since_start_ms: i64,
    line: GcTraceLine,
    next_goal_mb: Option<u64>,
    alloc_bytes: f64,
    forced: f64,
    pause_seconds: f64,
    gc_cpu_seconds: f64,
    assist_cpu_seconds: f64,
    idle_cpu_seconds: f64,
    /// Whether the clock was fine enough for what GC cost.
    is_cost_resolved: bool,
}

/// One row a cycle, those that the log lost included; the lines are of one run.
pub(crate) fn running_totals(lines: &[GcTraceLine]) -> Vec<RunningTotals> {
    let is_cost_resolved = resolves_cost(lines);
    let lines = with_lost_cycles(lines);
    let mut row = RunningTotals::default();
    let next = |(index, line): (usize, &GcTraceLine)| {
        // What is above the live heap of the cycle before was allocated since.
        let allocated = line.heap_end_mb.saturating_sub(row.line.heap_live_mb);
        let pause_ms = line.stw_sweep_ms + line.stw_mark_term_ms;
        let stop_cpu_ms = line.stw_sweep_cpu_ms + line.stw_mark_term_cpu_ms;
        let gc_cpu_ms = stop_cpu_ms + line.assist_cpu_ms + line.background_cpu_ms + line.idle_cpu_ms;
        row = RunningTotals {
            cycle: line.cycle,
            since_start_ms: (line.start_seconds * 1e3 + pause_ms + line.mark_ms) as i64,
            line: *line,
            next_goal_mb: lines.get(index + 1).map(|next| next.goal_mb),
            alloc_bytes: row.alloc_bytes + allocated as f64 * MIB,
            forced: row.forced + f64::from(u8::from(line.forced && !line.leak_check)),
            pause_seconds: row.pause_seconds + pause_ms / 1e3,
            gc_cpu_seconds: row.gc_cpu_seconds + gc_cpu_ms / 1e3,
            assist_cpu_seconds: row.assist_cpu_seconds + line.assist_cpu_ms / 1e3,
            idle_cpu_seconds: row.idle_cpu_seconds + line.idle_cpu_ms / 1e3,
            is_cost_resolved,
        };
        row
    };
    lines.iter().enumerate().map(next).collect()
}

impl RunningTotals {
    pub(crate) fn value(&self, quantity: Quantity) -> Option<f64> {
        let mib = |mb: u64| mb as f64 * MIB;
        let cost = |seconds: f64| self.is_cost_resolved.then_some(seconds);
        Some(match quantity {
            Quantity::HeapLiveBytes => mib(self.line.heap_live_mb),
            Quantity::HeapGoalBytes => mib(self.next_goal_mb?),
            Quantity::AllocTotalBytes => self.alloc_bytes,
            Quantity::GcCyclesTotal => self.cycle as f64,
            Quantity::ForcedGcCyclesTotal => self.forced,
            Quantity::GcPauseTotalSeconds => cost(self.pause_seconds)?,
            Quantity::Gomaxprocs => f64::from(self.line.procs),
            Quantity::GcCpuSeconds => cost(self.gc_cpu_seconds)?,
            Quantity::GcAssistCpuSeconds => cost(self.assist_cpu_seconds)?,
            Quantity::GcIdleCpuSeconds => cost(self.idle_cpu_seconds)?,
            Quantity::TotalCpuSeconds => f64::from(self.line.procs) * self.since_start_ms as f64 / 1e3,
            Quantity::ScanStackBytes => mib(self.line.stacks_mb?),
            Quantity::ScanGlobalsBytes => mib(self.line.globals_mb?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_running_totals() {
        let line = GcTraceLine {
            cycle: 1,
            start_seconds: 2.0,
            stw_sweep_ms: 1.0,
            mark_ms: 8.0,
            stw_mark_term_ms: 1.0,
            assist_cpu_ms: 500.0,
            heap_end_mb: 10,
            heap_live_mb: 4,
            goal_mb: 10,
            procs: 2,
            ..GcTraceLine::default()
        };
        let second = GcTraceLine { cycle: 2, start_seconds: 3.0, goal_mb: 8, forced: true, ..line };
        let rows: Vec<_> = running_totals(&[line, second]);
        assert_eq!(rows[0].since_start_ms, 2010);
        assert_eq!(rows[0].value(Quantity::HeapGoalBytes), Some(8.0 * MIB));
        assert_eq!(rows[1].value(Quantity::AllocTotalBytes), Some(16.0 * MIB));
        assert_eq!(rows[1].value(Quantity::ForcedGcCyclesTotal), Some(1.0));
        assert_eq!(rows[1].value(Quantity::GcAssistCpuSeconds), Some(1.0));
        assert_eq!(rows[1].value(Quantity::Goroutines), None);
        let coarse = GcTraceLine { stw_sweep_ms: 0.0, stw_mark_term_ms: 0.0, ..line };
        let rows = running_totals(&[
            coarse,
            GcTraceLine { cycle: 2, ..second },
            GcTraceLine { cycle: 3, mark_ms: 0.0, ..coarse },
        ]);
        assert_eq!(rows[2].value(Quantity::GcCpuSeconds), None);
        assert_eq!(rows[2].value(Quantity::HeapLiveBytes), Some(4.0 * MIB));
    }
}
