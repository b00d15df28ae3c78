//! What metrics add to a recording: totals, memory outside the heap, and whether CPU time is what it says it is.

use std::ops::Range;

use gomem_gogc::Recording;
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
