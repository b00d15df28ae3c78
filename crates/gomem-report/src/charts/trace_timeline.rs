//! An execution trace over time: the heap and its goal, and how long goroutines stood still; the worst stalls have their number.

use gomem_table::Unit;
use gomem_trace::{CycleRow, Trace};

use crate::{
    charts::{
        axis::Axis,
        chart::{Chart, Ink, Line, Point, Span},
    },
    words::Stall,
};

/// The charts of a trace.
#[derive(Debug, Clone)]
pub(crate) struct TraceTimeline {
    /// The pacer's heap and its goal.
    pub(crate) heap: Option<String>,
    /// The longest assist and the longest stop of the world, moment by moment; `None` where there were none.
    pub(crate) stalls: Option<String>,
}

impl TraceTimeline {
    /// The charts, with a number at each of the worst stalls.
    pub(crate) fn new(trace: &Trace, worst: &[Stall]) -> Self {
        let seconds = trace.duration_seconds();
        if !(seconds > 0.0 && seconds.is_finite()) {
            return Self { heap: None, stalls: None };
        }
        let x = Axis::up_to(seconds, Unit::Seconds);
        Self { heap: heap(trace, x, seconds), stalls: stalls(trace, x, seconds, worst) }
    }
}

fn heap(trace: &Trace, x: Axis, seconds: f64) -> Option<String> {
    let heap = trace.heap(Some(seconds / MOMENTS as f64));
    let heap: Vec<(f64, f64)> = heap.iter().map(|row| (row.seconds, row.heap_live_bytes as f64)).collect();
    let goal = stairs(trace, seconds);
    let top = heap.iter().chain(&goal).map(|point| point.1).fold(0.0, f64::max);
    if top <= 0.0 {
        return None;
    }
    let lines = [
        Line { label: "goal", ink: Ink::Goal, points: goal },
        Line { label: "heap, as the pacer counts it", ink: Ink::Objects, points: heap },
    ];
    Chart::new("The heap and its goal", 240, x, Axis::from_zero(top, Unit::Bytes))
        .with_spans(cycles(trace, seconds))
        .with_lines(lines)
        .to_html()
}

/// A goal holds until the next is set.
fn stairs(trace: &Trace, seconds: f64) -> Vec<(f64, f64)> {
    let goals: Vec<(f64, f64)> =
        trace.goals().iter().filter_map(|goal| Some((goal.seconds, goal.goal_bytes? as f64))).collect();
    let ends = goals.iter().skip(1).map(|next| next.0).chain([seconds]);
    goals.iter().zip(ends).flat_map(|(&(from, goal), to)| [(from, goal), (to, goal)]).collect()
}

/// What a pointer shows over each GC cycle; of many, over the first.
fn cycles(trace: &Trace, seconds: f64) -> Vec<Span> {
    let span = |cycle: &CycleRow| {
        let from = cycle.start_seconds?;
        let bytes = |bytes: Option<u64>| bytes.map_or("unknown".to_owned(), |bytes| Unit::Bytes.humanize(bytes as f64));
        let place = cycle.place.as_ref().map_or_else(String::new, |place| format!(" by {place}"));
        let text = format!(
            "cycle {} at {}: {}{place}; live {}, goal {}, assists {}",
            cycle.cycle,
            Unit::Seconds.humanize(from),
            cycle.trigger,
            bytes(cycle.heap_live_bytes),
            bytes(cycle.goal_bytes),
            Unit::Seconds.humanize(cycle.assist_seconds)
        );
        Some(Span { from, to: cycle.end_seconds.unwrap_or(seconds), text })
    };
    trace.cycles(None).iter().filter_map(span).take(MOST_SPANS).collect()
}

fn stalls(trace: &Trace, x: Axis, seconds: f64, worst: &[Stall]) -> Option<String> {
    let assists = trace.assists();
    let assists = longest(assists.iter().filter_map(|row| Some((row.start_seconds?, row.wall_seconds?))), seconds);
    let pauses = trace.pauses();
    let pauses = longest(pauses.iter().filter_map(|row| Some((row.start_seconds?, row.seconds?))), seconds);
    let top = assists.iter().chain(&pauses).map(|point| point.1).fold(0.0, f64::max);
    if top <= 0.0 {
        return None;
    }
    let lines = [
        Line { label: "a goroutine that helps the GC, at worst", ink: Ink::Assists, points: assists },
        Line { label: "the world stands still, at worst", ink: Ink::GcCpu, points: pauses },
    ];
    let point = |(stall, number): (&Stall, usize)| Point {
        label: number.to_string(),
        x: [stall.start_seconds; 3],
        y: [stall.seconds; 3],
        is_marked: false,
    };
    Chart::new("How long goroutines stood still", 200, x, Axis::from_zero(top, Unit::Seconds))
        .with_lines(lines)
        .with_points(worst.iter().zip(1..).map(point).collect())
        .to_html()
}

/// The longest of each moment, drawn as a needle.
fn longest(times: impl Iterator<Item = (f64, f64)>, seconds: f64) -> Vec<(f64, f64)> {
    let mut most = vec![0.0_f64; MOMENTS / 3];
    for (start, length) in times {
        let at = ((start / seconds * most.len() as f64) as usize).min(most.len() - 1);
        most[at] = most[at].max(length);
    }
    if most.iter().all(|length| *length <= 0.0) {
        return Vec::new();
    }
    let width = seconds / most.len() as f64;
    most.into_iter().enumerate().map(|(at, length)| ((at as f64 + 0.5) * width, length)).collect()
}

/// As many as are drawn beside each other.
const MOMENTS: usize = 900;
/// As many as one can point at.
const MOST_SPANS: usize = 400;
