//! What resident memory is made of over time, out of metrics: the waterfall at every scrape.

use foldhash::HashMap;
use gomem_metrics::{Component, GoState, Waterfall};
use gomem_table::Unit;

use crate::{
    charts::{
        axis::Axis,
        chart::{Area, Chart, Ink, Span},
    },
    words::scrape_at,
};

/// The parts of a moment.
type Moment = (i64, HashMap<Component, f64>);

/// The chart of the longest-observed process, parts upon each other; `None` without metrics.
pub(crate) fn memory_over_time(state: &GoState, waterfall: &Waterfall) -> Option<String> {
    let rows = state.longest_segment().filter(|rows| rows.len() >= 2)?;
    let target = state.targets().get(rows.start)?;
    if state.targets().iter().any(|other| other != target) {
        return None;
    }
    let times = state.times_ms().get(rows)?;
    let (begin, end) = (*times.first()?, *times.last()?);
    let seconds = |time_ms: i64| (time_ms - begin) as f64 / 1e3;
    let moments = moments(waterfall, begin, end);
    // A part that was never exported is no part of any moment.
    let known: Vec<Component> = Component::ALL
        .iter()
        .copied()
        .filter(|component| !component.is_in_others() && moments.iter().any(|moment| moment.1.contains_key(component)))
        .collect();
    let mut sums = vec![0.0; moments.len()];
    let mut areas = Vec::new();
    for &component in &known {
        let points = moments.iter().zip(&mut sums).map(|((time_ms, parts), sum)| {
            let from = *sum;
            *sum += parts.get(&component).copied().unwrap_or(0.0);
            (seconds(*time_ms), from, *sum)
        });
        areas.push(Area {
            label: component.title_among(known.iter().copied()),
            ink: Ink::Part(component),
            points: points.collect(),
        });
    }
    let top = sums.iter().copied().fold(0.0, f64::max);
    if top <= 0.0 || !top.is_finite() || end <= begin {
        return None;
    }
    let spans =
        moments.windows(2).map(|pair| Span { from: seconds(pair[0].0), to: seconds(pair[1].0), text: told(&pair[0]) });
    let axes = (Axis::of_time(begin, seconds(end)), Axis::from_zero(top, Unit::Bytes));
    Chart::new("Where the memory is, over time", 240, axes.0, axes.1)
        .with_areas(areas)
        .with_spans(spans.collect())
        .to_html()
}

/// Of many scrapes, some: the first of each run of equal length.
fn moments(waterfall: &Waterfall, begin: i64, end: i64) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for part in waterfall.parts().iter().filter(|part| (begin..=end).contains(&part.time_ms)) {
        if moments.last().is_none_or(|last| last.0 != part.time_ms) {
            moments.push((part.time_ms, HashMap::default()));
        }
        if let Some(last) = moments.last_mut() {
            last.1.insert(part.component, part.bytes);
        }
    }
    let every = moments.len().div_ceil(MOST_MOMENTS).max(1);
    moments.into_iter().step_by(every).collect()
}

fn told((time_ms, parts): &Moment) -> String {
    let part = |component: &&Component| Some((component.title_among(parts.keys().copied()), *parts.get(component)?));
    let words = Component::ALL
        .iter()
        .filter_map(|component| part(&component))
        .map(|(title, bytes)| format!("{title} {}", Unit::Bytes.humanize(bytes)));
    format!("{}: {}", scrape_at(*time_ms), words.collect::<Vec<_>>().join(", "))
}

const MOST_MOMENTS: usize = 200;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    #[test]
    fn parts_lie_upon_each_other() {
        let mut metrics = Metrics::new();
        for second in 0..1000_i64 {
            let objects = 30 << 20;
            let text = format!(
                "go_memstats_heap_alloc_bytes {objects}\ngo_memstats_heap_inuse_bytes {}\ngo_gc_heap_live_bytes {}\n\
                 go_memstats_heap_idle_bytes 0\ngo_memstats_heap_released_bytes 0\ngo_memstats_stack_sys_bytes 1048576\n",
                40 << 20,
                20 << 20
            );
            metrics.push(1_700_000_000_000 + second * 1000, text.as_bytes()).unwrap();
        }
        let state = metrics.state();
        let html = memory_over_time(&state, &state.waterfall()).unwrap();
        let text =
            "scrape at 22:13:20 UTC: live objects 20.0 MiB, garbage and new objects 10.0 MiB, free slots in used spans";
        assert!(html.contains(text), "{html}");
        assert!(html.matches("<title>").count() < MOST_MOMENTS && html.matches("<polygon").count() == 2 * 5, "{html}");
        assert!(!html.contains("outside of Go"));
    }
}
