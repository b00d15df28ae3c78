//! What metrics add to a recording: totals, memory outside the heap, and whether CPU time is what it says it is.

use std::ops::Range;

use gomem_gogc::{Cycle, Recording};
use gomem_metrics::{GoState, Quantity};
use gomem_statistics::quantile;

/// Total allocation, duration, and memory outside the heap, as far as the rows of a traced program tell.
pub(crate) fn with_totals(recording: Recording, state: &GoState, rows: Range<usize>) -> Recording {
    let Some(last) = rows.end.checked_sub(1) else { return recording };
    let wall = state.values(Quantity::StartTimeSeconds)[last].map(|start| state.times_ms()[last] as f64 / 1e3 - start);
    let recording = recording.with_total_alloc(state.values(Quantity::AllocTotalBytes)[last]).with_wall(wall);
    with_memory_and_cpu(recording, state, rows)
}

/// What a recording of either kind has from metrics: memory outside the heap and between objects, and whether CPU time is
/// what it says it is.
pub(crate) fn with_memory_and_cpu(mut recording: Recording, state: &GoState, rows: Range<usize>) -> Recording {
    let at = |quantity, row: usize| state.values(quantity)[row];
    let unused = |row| {
        let inuse = at(Quantity::HeapInuseBytes, row).filter(|&inuse| inuse > 0.0)?;
        Some(1.0 - at(Quantity::HeapObjectsBytes, row)? / inuse)
    };
    let grown = |quantity| state.increase(quantity, rows.clone());
    recording.fragmentation = quantile(&rows.clone().filter_map(unused).collect::<Vec<_>>(), 0.9);
    recording.cpu_inflation = match (grown(Quantity::TotalCpuSeconds), grown(Quantity::ProcessCpuSeconds)) {
        (Some(total), Some(process)) if process > 0.0 => {
            grown(Quantity::IdleCpuSeconds).map(|idle| (total - idle) / process)
        }
        _ => None,
    };
    recording.limiter_acted = state.last(Quantity::LimiterLastEnabledCycle).is_some_and(|cycle| cycle > 0.0);
    recording.with_non_heap(quantile(&rows.filter_map(|row| state.outside_heap_bytes(row)).collect::<Vec<_>>(), 0.5))
}

/// The CPU time that GC took in all the cycles of a recording, of which the first has this number, as the metrics counted it over those
/// that they saw.
pub(crate) fn counted_gc_cpu(recording: &Recording, first_cycle: u64, state: &GoState) -> Option<f64> {
    let rows = state.longest_segment()?;
    let counted = |quantity| state.increase(quantity, rows.clone());
    let gc = counted(Quantity::GcCpuSeconds)? - counted(Quantity::GcIdleCpuSeconds)?;
    let ended = state.values(Quantity::GcCyclesTotal).get(rows.clone())?.iter().flatten();
    let ended = [ended.clone().next()?, ended.last()?].map(|&cycles| cycles as u64);
    let [begin, end] = ended.map(|cycles| usize::try_from((cycles + 1).checked_sub(first_cycle)?).ok());
    let seen = recording.cycles.get(begin?..end?).filter(|seen| seen.len() >= FEWEST_CYCLES)?;
    let seconds = |cycles: &[Cycle]| cycles.iter().map(Cycle::gc_cpu_seconds).sum::<f64>();
    let by_cycles = seconds(seen);
    (by_cycles > 0.0 && gc > 0.0).then(|| seconds(&recording.cycles) * gc / by_cycles)
}

/// Of fewer, one that ended beside a scrape matters.
const FEWEST_CYCLES: usize = 10;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    /// What GC took in thirty cycles, where metrics count so many cycles in two scrapes, and so much CPU time meanwhile.
    fn counted(first_cycle: u64, ended: [u32; 2], gc_seconds: f64) -> Option<f64> {
        let mut metrics = Metrics::new();
        for (time_ms, cycles, seconds) in [(0, ended[0], 1.0), (10_000, ended[1], 1.0 + gc_seconds)] {
            let text = format!(
                "go_gc_duration_seconds_count {cycles}\ngo_cpu_classes_gc_total_cpu_seconds_total {}\n\
                 go_cpu_classes_gc_mark_idle_cpu_seconds_total 0.5\n",
                0.5 + seconds
            );
            metrics.push_scrape(1_700_000_000_000 + time_ms, text.as_bytes()).unwrap();
        }
        let cycle = Cycle { background_cpu_seconds: 0.01, stw_seconds: 0.005, procs: 2, ..Cycle::default() };
        let recording = Recording::new(vec![cycle; 30], gomem_gogc::Gogc::Percent(100));
        counted_gc_cpu(&recording, first_cycle, &metrics.state())
    }

    #[test]
    fn what_is_counted_over_a_part_is_taken_for_the_whole() {
        assert_eq!(counted(1, [0, 20], 0.2).map(|seconds| (seconds * 1e3).round()), Some(300.0));
        assert_eq!(counted(101, [110, 130], 0.2).map(|seconds| (seconds * 1e3).round()), Some(300.0));
        assert_eq!(counted(101, [90, 130], 0.2), None, "the trace begins later");
        assert_eq!(counted(1, [0, 40], 0.2), None, "and ends earlier");
        assert_eq!(counted(1, [0, 5], 0.05), None, "too few");
    }
}
