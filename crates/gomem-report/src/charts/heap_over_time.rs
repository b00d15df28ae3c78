//! Heap and resident memory over time, out of metrics.

use gomem_metrics::{GoState, Quantity};
use gomem_table::Unit;

use crate::charts::{
    axis::Axis,
    chart::{Chart, Ink, Line},
};

/// The chart of the longest-observed process; `None` without metrics.
pub(crate) fn heap_over_time(state: &GoState) -> Option<String> {
    let rows = state.longest_segment().filter(|rows| rows.len() >= 2)?;
    let times = state.times_ms().get(rows.clone())?;
    let (begin, end) = (*times.first()?, *times.last()?);
    let seconds = |time: i64| (time - begin) as f64 / 1e3;
    let exported = |quantity| {
        let values = state.values(quantity).get(rows.clone()).unwrap_or_default();
        times.iter().zip(values).filter_map(|(&time, &value)| Some((seconds(time), value?))).collect::<Vec<_>>()
    };
    let live: Vec<(f64, f64)> =
        rows.clone().filter_map(|row| Some((seconds(state.times_ms()[row]), state.live_bytes_at(row)?.0))).collect();
    let lines = [
        Line { label: "RSS", ink: Ink::Resident, points: exported(Quantity::ResidentBytes) },
        Line { label: "heap goal", ink: Ink::Goal, points: exported(Quantity::HeapGoalBytes) },
        Line { label: "heap objects, with garbage", ink: Ink::Objects, points: exported(Quantity::HeapObjectsBytes) },
        Line { label: "live after GC", ink: Ink::Live, points: live },
    ];
    let top = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    let span = seconds(end);
    if top <= 0.0 || span <= 0.0 || !top.is_finite() {
        return None;
    }
    let axes = (Axis::of_time(begin, span), Axis::from_zero(top, Unit::Bytes));
    Chart::new("Heap over time", 260, axes.0, axes.1).with_lines(lines).to_html()
}
