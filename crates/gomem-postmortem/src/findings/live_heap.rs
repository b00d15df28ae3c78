//! What GC marks live, over time.

use gomem_metrics::GoState;
use gomem_statistics::Trend;

/// What GC marked live, over time, and its trend, when metrics tell it.
pub(crate) fn live_heap(state: &GoState) -> Option<(Vec<(f64, f64)>, Trend)> {
    let cycles = state.cycles();
    let begin = cycles.first()?.time_ms;
    let points: Vec<(f64, f64)> =
        cycles.iter().filter_map(|cycle| Some(((cycle.time_ms - begin) as f64 / 1e3, cycle.live_bytes?))).collect();
    let trend = Trend::new(&points)?;
    Some((points, trend))
}

/// Whether the live heap rises, in nearly every GC cycle.
pub(crate) fn rises(trend: &Trend) -> bool {
    trend.tau >= 0.6 && trend.slope > 0.0
}
