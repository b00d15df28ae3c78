//! Peak heap against what the GC costs, over `GOGC`.

use gomem_gogc::Prediction;
use gomem_table::Unit;

use crate::charts::{
    axis::Axis,
    chart::{Chart, Ink, Line, Point},
};

/// Peak heap to the right and what the GC costs upwards, a point a setting with its intervals, the recorded one as a ring;
/// none when every setting is refused.
pub(crate) fn what_if(predictions: &[Prediction], today: &Prediction) -> Option<String> {
    let is_new = |prediction: &&Prediction| prediction.setting.gogc != today.setting.gogc;
    let mut points: Vec<Point> =
        predictions.iter().filter(is_new).filter_map(|prediction| point(prediction, false)).collect();
    points.extend(point(today, true));
    points.sort_by(|a, b| a.x[1].total_cmp(&b.x[1]));
    let least = points.iter().map(|point| point.x[0]).fold(f64::INFINITY, f64::min).max(1.0);
    let most = points.iter().map(|point| point.x[2]).fold(0.0, f64::max);
    let dearest = points.iter().map(|point| point.y[2]).fold(0.0, f64::max);
    if points.is_empty() || most <= least || dearest <= 0.0 || !most.is_finite() || !dearest.is_finite() {
        return None;
    }
    let is_share = predictions.iter().chain([today]).any(|prediction| prediction.gc_cpu_fraction.is_some());
    let unit = if is_share { Unit::Fraction } else { Unit::Count };
    let curve = points.iter().map(|point| (point.x[1], point.y[1])).collect();
    let axes = (Axis::logarithmic(least / 1.02, most * 1.02, Unit::Bytes), Axis::from_zero(dearest, unit));
    Chart::new("Peak heap against what the GC costs", 420, axes.0, axes.1)
        .with_lines([Line { label: "", ink: Ink::Curve, points: curve }])
        .with_points(points)
        .to_html()
}

/// Peak heap and cost, each with its interval.
fn point(prediction: &Prediction, is_marked: bool) -> Option<Point> {
    let peak = prediction.peak_heap_bytes?;
    let cost = prediction.gc_cpu_fraction.or(prediction.gc_cycles)?;
    let today = if is_marked { " today" } else { "" };
    Some(Point {
        label: format!("{}{today}", prediction.setting.gogc),
        x: [peak.low, peak.value, peak.high],
        y: [cost.low, cost.value, cost.high],
        is_marked,
    })
}
