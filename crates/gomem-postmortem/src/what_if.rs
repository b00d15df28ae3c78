//! The what-if page: peak heap against GC CPU over `GOGC`, as one HTML file.

use std::fmt::Write as _;

use gomem_gogc::{GcModel, Gogc, Prediction, Setting};
use gomem_table::Unit;
use minijinja::{Environment, Value, context};

/// Peak heap against GC CPU (GC cycles, where CPU is not known) over `GOGC`, under `memory_limit_bytes`, with intervals and
/// the recorded setting; as one HTML file that loads nothing.
#[must_use]
pub fn what_if_html(model: &GcModel, name: &str, memory_limit_bytes: Option<u64>) -> String {
    let predict = |gogc: Gogc, limit: Option<u64>| model.predict(&Setting::new(gogc).with_memory_limit(limit));
    let predictions: Vec<Prediction> =
        GRID.iter().map(|&percent| predict(Gogc::Percent(percent), memory_limit_bytes)).collect();
    let today = predict(model.base().gogc, model.base().memory_limit_bytes);
    let shares = model.observed_shares().map(|shares| {
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        [
            ("assists", percent(shares.assist)),
            ("background workers", percent(shares.background)),
            ("idle processors", percent(shares.idle)),
            ("pauses", percent(shares.pause)),
            ("of the time is spent marking", percent(shares.mark_wall)),
            ("of the time the program is stopped", format!("{:.3}", shares.pause_wall * 100.0)),
        ]
        .map(|(label, percent)| context! { label, percent })
    });
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let values = context! {
        name,
        version => env!("CARGO_PKG_VERSION"),
        chart => chart(&predictions, &today).map(Value::from_safe_string),
        rows => predictions.iter().map(row).collect::<Vec<_>>(),
        shares,
        remarks => model.quality().remarks.clone(),
        limit => memory_limit_bytes.map(|limit| Unit::Bytes.humanize(limit as f64)),
    };
    environment.render_str(TEMPLATE, values).unwrap_or_else(|err| format!("<!DOCTYPE html><title>gomem</title>{err}"))
}

/// One point: peak heap and cost, each with its interval.
struct Point {
    label: String,
    peak: [f64; 3],
    cost: [f64; 3],
    is_today: bool,
}

impl Point {
    fn of(prediction: &Prediction, is_today: bool) -> Option<Self> {
        let peak = prediction.peak_heap_bytes?;
        let cost = prediction.gc_cpu_fraction.or(prediction.gc_cycles)?;
        Some(Self {
            label: prediction.setting.gogc.to_string(),
            peak: [peak.low, peak.value, peak.high],
            cost: [cost.low, cost.value, cost.high],
            is_today,
        })
    }
}

/// The chart; none when every setting is refused.
fn chart(predictions: &[Prediction], today: &Prediction) -> Option<String> {
    let mut points: Vec<Point> = predictions.iter().filter_map(|prediction| Point::of(prediction, false)).collect();
    points.extend(Point::of(today, true));
    let least = points.iter().map(|point| point.peak[0]).fold(f64::INFINITY, f64::min).max(1.0);
    let most = points.iter().map(|point| point.peak[2]).fold(0.0, f64::max);
    let dearest = points.iter().map(|point| point.cost[2]).fold(0.0, f64::max);
    if points.is_empty() || most <= least || dearest <= 0.0 {
        return None;
    }
    let is_share = predictions.iter().chain([today]).any(|prediction| prediction.gc_cpu_fraction.is_some());
    let x = |peak: f64| LEFT + (peak.max(least) / least).ln() / (most / least).ln() * (WIDTH - LEFT - RIGHT);
    let y = |cost: f64| TOP + (1.0 - cost / dearest) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Peak heap against what the GC costs\">\n"
    );
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        let cost = dearest * share;
        let label = if is_share { format!("{:.1} %", cost * 100.0) } else { format!("{cost:.0}") };
        let (at, left, right) = (y(cost), LEFT, WIDTH - RIGHT);
        let _ = writeln!(svg, "<line class=\"grid\" x1=\"{left}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>");
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>", LEFT - 6.0, at + 4.0);
        let peak = least * (most / least).powf(share);
        let label = Unit::Bytes.humanize(peak);
        let _ =
            writeln!(svg, "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>", x(peak), HEIGHT - 8.0);
    }
    let line: Vec<String> = points
        .iter()
        .filter(|point| !point.is_today)
        .map(|point| format!("{:.1},{:.1}", x(point.peak[1]), y(point.cost[1])))
        .collect();
    let _ = writeln!(svg, "<polyline class=\"curve\" points=\"{}\"/>", line.join(" "));
    for point in &points {
        let ([left, peak, right], [low, cost, high]) = (point.peak.map(x), point.cost.map(y));
        let class = if point.is_today { "today" } else { "setting" };
        let _ = writeln!(
            svg,
            "<g class=\"{class}\"><line x1=\"{left:.1}\" x2=\"{right:.1}\" y1=\"{cost:.1}\" y2=\"{cost:.1}\"/>\
             <line x1=\"{peak:.1}\" x2=\"{peak:.1}\" y1=\"{low:.1}\" y2=\"{high:.1}\"/>\
             <circle cx=\"{peak:.1}\" cy=\"{cost:.1}\" r=\"4\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}{}</text></g>",
            peak + 7.0,
            cost - 7.0,
            point.label,
            if point.is_today { " today" } else { "" }
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn row(prediction: &Prediction) -> Value {
    let range = |low: String, value: String, high: String| context! { low, value, high };
    context! {
        gogc => prediction.setting.gogc.to_string(),
        cycles => prediction.gc_cycles.map(|cycles| {
            range(format!("{:.0}", cycles.low), format!("{:.0}", cycles.value), format!("{:.0}", cycles.high))
        }),
        peak => prediction.peak_heap_bytes.map(|peak| {
            let bytes = |bytes: f64| Unit::Bytes.humanize(bytes);
            range(bytes(peak.low), bytes(peak.value), bytes(peak.high))
        }),
        cpu => prediction.gc_cpu_fraction.map(|cpu| {
            let percent = |share: f64| format!("{:.1} %", share * 100.0);
            range(percent(cpu.low), percent(cpu.value), percent(cpu.high))
        }),
        refusal => prediction.refusal.map(|refusal| refusal.to_string()),
        warning => prediction.warning.map(|warning| warning.to_string()),
    }
}

const TEMPLATE: &str = include_str!("../assets/what_if.html");
/// What is asked about: from what nobody should set to where the heap is mostly garbage.
const GRID: [u32; 11] = [25, 35, 50, 75, 100, 150, 200, 300, 400, 600, 800];
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 36.0;
