//! Heap over time, as SVG.

use std::fmt::Write as _;

use gomem_metrics::{GoState, Quantity};
use gomem_table::Unit;

/// The chart of the longest-observed process; `None` without metrics.
pub(crate) fn heap_over_time(state: &GoState) -> Option<String> {
    let rows = state.segments().into_iter().max_by_key(ExactSizeIterator::len).filter(|rows| rows.len() >= 2)?;
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
        ("RSS", "rss", exported(Quantity::ResidentBytes)),
        ("heap goal", "goal", exported(Quantity::HeapGoalBytes)),
        ("heap objects, with garbage", "objects", exported(Quantity::HeapObjectsBytes)),
        ("live after GC", "live", live),
    ];
    let top = lines.iter().flat_map(|line| &line.2).map(|point| point.1).fold(0.0, f64::max);
    let span = seconds(end);
    if top <= 0.0 || span <= 0.0 {
        return None;
    }
    let step = nice_step(top / 4.0);
    let top = (top / step).ceil() * step;
    let x = |seconds: f64| LEFT + seconds / span * (WIDTH - LEFT - RIGHT);
    let y = |bytes: f64| TOP + (1.0 - bytes / top) * (HEIGHT - TOP - BOTTOM);
    let mut svg =
        format!("<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Heap over time\">\n");
    let mut bytes = 0.0;
    while bytes <= top * 1.0001 {
        let at = y(bytes);
        let label = Unit::Bytes.humanize(bytes);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
            WIDTH - RIGHT
        );
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>", LEFT - 6.0, at + 4.0);
        bytes += step;
    }
    for quarter in 0..=4 {
        let at = span * f64::from(quarter) / 4.0;
        let label = Unit::Seconds.humanize(at);
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>", x(at), HEIGHT - 8.0);
    }
    let mut legend = LEFT + 8.0;
    for (label, class, points) in lines.iter().filter(|line| !line.2.is_empty()) {
        let path: Vec<String> =
            thin(points).iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        let _ = writeln!(svg, "<polyline class=\"{class}\" points=\"{}\"/>", path.join(" "));
        let _ = writeln!(svg, "<line class=\"{class}\" x1=\"{legend}\" x2=\"{}\" y1=\"12\" y2=\"12\"/>", legend + 18.0);
        let _ = writeln!(svg, "<text x=\"{}\" y=\"16\">{label}</text>", legend + 24.0);
        legend += 48.0 + 6.6 * label.len() as f64;
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// At most one point a pixel: of each run, the highest, since peaks are what kills.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let run = points.len().div_ceil(WIDTH as usize).max(1);
    points.chunks(run).filter_map(|run| run.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))).collect()
}

/// 1, 2 or 5 times a power of two-to-the-ten, so that labels are round.
fn nice_step(rough: f64) -> f64 {
    let mut unit = 1.0;
    while rough / unit >= 1024.0 {
        unit *= 1024.0;
    }
    let scaled = rough / unit;
    let power = 10_f64.powf(scaled.max(1.0).log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= scaled).unwrap_or(10.0);
    factor * power * unit
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 28.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (rough, step) in [(3.0, 5.0), (90.0, 100.0), (1500.0, 2048.0), (18.0 * 1_048_576.0, 20.0 * 1_048_576.0)] {
            assert_eq!(nice_step(rough), step);
        }
    }

    #[test]
    fn peaks_survive_thinning() {
        let points: Vec<_> = (0..9000).map(|at| (f64::from(at), if at == 777 { 9.0 } else { 1.0 })).collect();
        let thinned = thin(&points);
        assert!(thinned.len() <= 900 && thinned.contains(&(777.0, 9.0)));
    }
}
