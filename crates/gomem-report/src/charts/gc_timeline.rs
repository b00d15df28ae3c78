//! GC cycle by cycle: the heap around each, and the CPU time it takes; out of the GC trace, or for want of it of metrics.

use gomem_metrics::{GcRun, GcTraceLine, GoState, Quantity};
use gomem_postmortem::{Contents, Report};
use gomem_table::{MIB, Unit};

use crate::{
    charts::{
        axis::Axis,
        chart::{Chart, Ink, Line, Span},
    },
    words::{files, scrape_at},
};

/// The charts of one run of the program, and what they are made of.
#[derive(Debug, Clone)]
pub(crate) struct GcTimeline {
    /// The heap at the start and the end of marking, what lives on, and the goal.
    pub(crate) heap: String,
    /// The share of the available CPU; `None` where it is not known.
    pub(crate) cpu: Option<String>,
    pub(crate) source: String,
}

impl GcTimeline {
    /// `None` with fewer than two cycles.
    pub(crate) fn new(report: &Report) -> Option<Self> {
        let trace = report.gctrace().and_then(GcRun::longest).map(|run| run.lines);
        match trace.filter(|run| run.len() > 1) {
            Some(run) => {
                let files = files(report, Contents::GcTrace);
                let source = format!("{} cycles of the GC trace in {files}; it counts whole MiB.", run.len());
                Self::drawn(Cycles::of_trace(run), source)
            }
            None => {
                let cycles = Cycles::of_metrics(report.state());
                let files = files(report, Contents::Metrics);
                let source = format!(
                    "{} scrapes after which a cycle had ended, of the metrics in {files}; what lies between two is not seen.",
                    cycles.groups.len()
                );
                Self::drawn(cycles, source)
            }
        }
    }

    fn drawn(cycles: Cycles, source: String) -> Option<Self> {
        let (first, last) = (cycles.groups.first()?, cycles.groups.last()?);
        let seconds = last.to;
        let top = cycles.heap.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
        if seconds <= first.from || top <= 0.0 || !top.is_finite() || !seconds.is_finite() {
            return None;
        }
        let x = Axis::of_time(cycles.begin_ms, seconds);
        let heap = Chart::new("The heap around each GC cycle", 240, x, Axis::from_zero(top, Unit::Bytes))
            .with_spans(cycles.spans())
            .with_lines(cycles.heap.iter().cloned())
            .to_html()?;
        let stairs = |label, ink, of: fn(&Group) -> Option<f64>| {
            let stair = |group: &Group| of(group).map(|share| [(group.from, share), (group.to, share)]);
            Line { label, ink, points: cycles.groups.iter().filter_map(stair).flatten().collect() }
        };
        let lines = [
            stairs("GC CPU, of all available", Ink::GcCpu, |group| group.cpu_fraction),
            stairs("of it, assists by allocating goroutines", Ink::Assists, |group| group.assist_fraction),
        ];
        let most = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
        let cpu = Chart::new("CPU time of the GC", 140, x, Axis::from_zero(most.min(1.0), Unit::Fraction))
            .with_spans(cycles.spans())
            .with_lines(lines);
        Some(Self { heap, cpu: (most > 0.0).then(|| cpu.to_html()).flatten(), source })
    }
}

/// What is drawn: lines with a point a cycle, and groups of cycles that follow each other.
struct Cycles {
    /// When the time begins, in milliseconds since the Unix epoch; 0 where a trace counts it from its process's begin.
    begin_ms: i64,
    heap: Vec<Line>,
    groups: Vec<Group>,
}

/// Some cycles, and the time from the start of the first to the start of the one after the last.
struct Group {
    from: f64,
    to: f64,
    /// Without marking on processors that had nothing else to do.
    cpu_fraction: Option<f64>,
    assist_fraction: Option<f64>,
    text: String,
}

impl Cycles {
    fn of_trace(run: &[GcTraceLine]) -> Self {
        let line = |label, ink, of: fn(&GcTraceLine) -> u64| {
            let points = run.iter().map(|cycle| (cycle.start_seconds, of(cycle) as f64 * MIB)).collect();
            Line { label, ink, points }
        };
        let heap = vec![
            line("goal", Ink::Goal, |cycle| cycle.goal_mb),
            line("when marking ends", Ink::Objects, |cycle| cycle.heap_end_mb),
            line("when marking starts", Ink::Start, |cycle| cycle.heap_start_mb),
            line("marked live", Ink::Live, |cycle| cycle.heap_live_mb),
        ];
        let size = run.len().div_ceil(MOST_GROUPS);
        let groups = run.chunks(size).enumerate().filter_map(|(index, chunk)| {
            let first = chunk.first()?;
            // How long the last cycle's share of time is, nothing tells: it ends the chart.
            let next = run.get((index + 1) * size)?;
            let seconds = next.start_seconds - first.start_seconds;
            let available = seconds * f64::from(first.procs) * 1e3;
            let of_available = |cpu_ms: f64| (available > 0.0).then(|| cpu_ms / available);
            let sum = |of: fn(&GcTraceLine) -> f64| chunk.iter().map(of).sum::<f64>();
            let assist_ms = sum(|cycle| cycle.assist_cpu_ms);
            let cpu_ms =
                assist_ms + sum(|cycle| cycle.background_cpu_ms + cycle.stw_sweep_cpu_ms + cycle.stw_mark_term_cpu_ms);
            Some(Group {
                from: first.start_seconds,
                to: next.start_seconds,
                cpu_fraction: of_available(cpu_ms),
                assist_fraction: of_available(assist_ms),
                text: told(chunk, of_available(cpu_ms)),
            })
        });
        Self { begin_ms: 0, heap, groups: groups.collect() }
    }

    fn of_metrics(state: &GoState) -> Self {
        let rows = state.longest_segment().unwrap_or_default();
        let begin = state.times_ms().get(rows.start).copied().unwrap_or(0);
        let cycles: Vec<_> = state.cycles().into_iter().filter(|cycle| rows.contains(&cycle.row)).collect();
        let seconds = |time_ms: i64| (time_ms - begin) as f64 / 1e3;
        let line = |label, ink, of: fn(&gomem_metrics::ObservedCycle) -> Option<f64>| Line {
            label,
            ink,
            points: cycles.iter().filter_map(|cycle| Some((seconds(cycle.time_ms), of(cycle)?))).collect(),
        };
        let heap = vec![
            line("goal of the next cycle", Ink::Goal, |cycle| cycle.goal_bytes),
            line("marked live", Ink::Live, |cycle| cycle.live_bytes),
        ];
        let grown = |quantity, from: usize, to: usize| {
            let at = |row: usize| state.values(quantity).get(row).copied().flatten();
            Some(at(to)? - at(from)?)
        };
        let groups = cycles.windows(2).filter_map(|pair| {
            let [before, cycle] = pair else { return None };
            let of = |quantity| grown(quantity, before.row, cycle.row);
            let total = of(Quantity::TotalCpuSeconds).filter(|&total| total > 0.0);
            let gc = of(Quantity::GcCpuSeconds).map(|gc| gc - of(Quantity::GcIdleCpuSeconds).unwrap_or(0.0));
            let share = |cpu: Option<f64>| Some((cpu? / total?).clamp(0.0, 1.0));
            let bytes = |bytes: Option<f64>| bytes.map_or("unknown".to_owned(), |bytes| Unit::Bytes.humanize(bytes));
            Some(Group {
                from: seconds(before.time_ms),
                to: seconds(cycle.time_ms),
                cpu_fraction: share(gc),
                assist_fraction: share(of(Quantity::GcAssistCpuSeconds)),
                text: format!(
                    "cycle {} ({} since the scrape before), {}: live {}, next goal {}{}",
                    cycle.cycle,
                    cycle.cycles,
                    scrape_at(cycle.time_ms),
                    bytes(cycle.live_bytes),
                    bytes(cycle.goal_bytes),
                    of_cpu(share(gc))
                ),
            })
        });
        Self { begin_ms: begin, heap, groups: groups.collect() }
    }

    fn spans(&self) -> Vec<Span> {
        let span = |group: &Group| Span { from: group.from, to: group.to, text: group.text.clone() };
        self.groups.iter().map(span).collect()
    }
}

/// One cycle with its line of the log; of several, the first, the last and the largest heap.
fn told(chunk: &[GcTraceLine], cpu_fraction: Option<f64>) -> String {
    let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { return String::new() };
    let cpu = of_cpu(cpu_fraction);
    if chunk.len() == 1 {
        let GcTraceLine { heap_start_mb: start, heap_end_mb: end, heap_live_mb: live, goal_mb: goal, .. } = first;
        let forced = if first.forced { ", forced" } else { "" };
        return format!(
            "cycle {} (line {}) at {} s{forced}: {start} → {end} → {live} MiB, goal {goal} MiB, marking {}{cpu}",
            first.cycle,
            first.log_line,
            first.start_seconds,
            Unit::Milliseconds.humanize(first.mark_ms)
        );
    }
    let most = |of: fn(&GcTraceLine) -> u64| chunk.iter().map(of).max().unwrap_or(0);
    format!(
        "cycles {} to {} (lines {} to {}), {} s to {} s: at most {} MiB, {} MiB live{cpu}",
        first.cycle,
        last.cycle,
        first.log_line,
        last.log_line,
        first.start_seconds,
        last.start_seconds,
        most(|cycle| cycle.heap_end_mb),
        most(|cycle| cycle.heap_live_mb)
    )
}

fn of_cpu(fraction: Option<f64>) -> String {
    fraction.map_or_else(String::new, |fraction| format!(", GC CPU {}", Unit::Fraction.humanize(fraction)))
}

/// As many as one can point at.
const MOST_GROUPS: usize = 200;

#[cfg(test)]
mod tests {
    use gomem_metrics::{GcTrace, Metrics};
    use gomem_postmortem::{Artifact, Bundle};

    use super::*;

    fn trace(cycles: u32) -> String {
        let line = |cycle: u32| {
            format!(
                "gc {cycle} @{cycle}.000s 1%: 0.1+2.4+0.1 ms clock, 10+100/70/90+20 ms cpu, 12->15->8 MB, 16 MB goal, \
                 0 MB stacks, 0 MB globals, 2 P\n"
            )
        };
        (1..=cycles).map(line).collect()
    }

    #[test]
    fn a_cycle_has_its_share_of_the_cpu_and_its_line() {
        let trace = GcTrace::decode(trace(3).as_bytes()).unwrap();
        let cycles = Cycles::of_trace(trace.lines());
        // Of the two seconds that two processors have in one: 10 + 100 + 70 + 20 ms; idle marking does not count.
        assert_eq!(cycles.groups.len(), 2);
        assert!((cycles.groups[0].cpu_fraction.unwrap() - 0.1).abs() < 1e-9);
        assert!((cycles.groups[0].assist_fraction.unwrap() - 0.05).abs() < 1e-9);
        let text = "cycle 2 (line 2) at 2 s: 12 → 15 → 8 MiB, goal 16 MiB, marking 2.40 ms, GC CPU 10.0 %";
        assert_eq!(cycles.groups[1].text, text);
        assert_eq!(cycles.heap[3].points[0], (1.0, 8.0 * MIB));
    }

    #[test]
    fn many_cycles_are_told_in_groups() {
        let bytes = trace(5000).into_bytes();
        let bundle =
            Bundle::from_artifacts("b", vec![Artifact { name: "run.log".to_owned(), bytes, modified_ms: None }]);
        let timeline = GcTimeline::new(&Report::from_bundle(&bundle)).unwrap();
        assert!(timeline.heap.matches("<title>").count() <= MOST_GROUPS);
        assert!(timeline.heap.contains("cycles 1 to 25 (lines 1 to 25)"), "{}", timeline.heap);
        assert!(timeline.source.contains("5000 cycles of the GC trace in run.log"), "{}", timeline.source);
        assert!(timeline.cpu.unwrap().contains("10 %"));
    }

    #[test]
    fn metrics_tell_for_want_of_a_trace() {
        let mut metrics = Metrics::new();
        for second in 0..4_i64 {
            let cycles = 3 + second;
            let text = format!(
                "go_gc_cycles_total_gc_cycles_total {cycles}\ngo_gc_heap_live_bytes 4e6\ngo_gc_heap_goal_bytes 8e6\n\
                 go_gc_duration_seconds_count {cycles}\ngo_cpu_classes_gc_total_cpu_seconds_total {second}\n\
                 go_cpu_classes_total_cpu_seconds_total {}\n",
                4 * second
            );
            metrics.push(1_700_000_000_000 + second * 1000, text.as_bytes()).unwrap();
        }
        let cycles = Cycles::of_metrics(&metrics.state());
        let text = cycles.groups[0].text.as_str();
        assert!(text.contains("live 3.8 MiB, next goal 7.6 MiB, GC CPU 25.0 %"), "{text}");
        assert_eq!(cycles.heap[1].points.len(), cycles.groups.len() + 1);
    }
}
