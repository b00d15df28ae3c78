//! A GC trace of a few cycles, where nothing else was given: what they say without a rule or a model.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::GcTraceLine;
use gomem_table::{MIB, Unit};

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// The heap at most, what GC cost, and who helped it, of too few cycles for more.
pub(crate) fn few_cycles(bundle: &Bundle) -> Option<Finding> {
    let trace = bundle.gctrace()?;
    let lines = trace.lines();
    let is_alone = bundle.metrics().series().is_empty() && bundle.heaps().is_empty() && bundle.crashes.is_empty();
    let last = lines.last().filter(|_| is_alone && lines.len() < FEWEST_CYCLES)?;
    let bytes = |mebibytes: u64| Unit::Bytes.humanize(mebibytes as f64 * MIB);
    let most = |of: fn(&GcTraceLine) -> u64| lines.iter().map(of).max().unwrap_or(0);
    let (heap, live, goal) = (most(|line| line.heap_end_mb), most(|line| line.heap_live_mb), most(|line| line.goal_mb));
    let cycles = if lines.len() == 1 { "1 GC cycle".to_owned() } else { format!("{} GC cycles", lines.len()) };
    let processes = match trace.runs().count() {
        1 => String::new(),
        several => format!(" of {several} processes"),
    };
    let title = format!("{cycles}{processes}: a heap of {} at most, {} of it live", bytes(heap), bytes(live));
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    let goal = bytes(goal);
    let cost = if trace.resolves_cost() {
        format!("GC took {} % of the CPU until the last", last.gc_percent)
    } else {
        "what GC took of the CPU is not resolved: most phases took 0 ms by the machine's clock".to_owned()
    };
    finding.summary = format!("The goal is {goal} at most; {cost}.");
    let grown = grown(lines).filter(|_| trace.runs().count() == 1);
    if let Some((first, last)) = grown {
        finding.title += &format!(", more after each: {} → {}", bytes(first), bytes(last));
        finding.summary += " What survives is more after each GC: so few do not tell a leak from a start, or from a cache that fills up.";
    }
    let (assist, workers) =
        lines.iter().fold((0.0, 0.0), |sum, line| (sum.0 + line.assist_cpu_ms, sum.1 + line.background_cpu_ms));
    finding.action = if assist >= LEAST_ASSIST_MS && assist > workers {
        finding.summary += &format!(
            " Goroutines that allocate helped for {} of CPU, more than GC's own workers did ({}): whoever allocates meanwhile waits for that.",
            Unit::Seconds.humanize(assist / 1e3),
            Unit::Seconds.humanize(workers / 1e3)
        );
        "Allocate less while it marks, or less that has pointers; a larger GOGC makes cycles rarer, each as long as before. More of the trace \
         says how often they come, an execution trace which lines help."
    } else if grown.is_some() {
        "Trace for as long again: if it is more by as much again, it leaks. Two heap profiles some time apart (/debug/pprof/heap), and `gomem \
         diff`, say what grows."
    } else if heap < SMALL_MB {
        "Such a heap is small: memory that is short beyond it is of another time, of another process, or outside of Go's heap. Trace the \
         whole run, and scrape /metrics or take runtime.MemStats while memory is short."
    } else {
        "So few cycles say neither what grows nor what it costs over time: give the whole trace (GODEBUG=gctrace=1), and a heap profile."
    }
    .to_owned();
    finding.confidence = Confidence::Low;
    finding.evidence = vec![
        Evidence::new("heap, at most", heap as f64 * MIB, Unit::Bytes).with_source("GC trace"),
        Evidence::new("live, at most", live as f64 * MIB, Unit::Bytes).with_source("GC trace"),
    ];
    Some(finding)
}

/// What survived the first GC and the last, where it is more after nearly each: in megabytes, which hide a little.
fn grown(lines: &[GcTraceLine]) -> Option<(u64, u64)> {
    let (first, last) = (lines.first()?.heap_live_mb, lines.last()?.heap_live_mb);
    let rises =
        lines.windows(2).all(|pair| pair[0].heap_live_mb < pair[1].heap_live_mb || pair[1].heap_live_mb < LITTLE_MB);
    (lines.len() >= FEWEST_OF_GROWTH && rises && last >= first.saturating_add(LEAST_MORE_MB)).then_some((first, last))
}

/// The rules judge from so many on.
const FEWEST_CYCLES: usize = 8;
const FEWEST_OF_GROWTH: usize = 4;
const LEAST_MORE_MB: u64 = 16;
const LITTLE_MB: u64 = 4;
const LEAST_ASSIST_MS: f64 = 100.0;
const SMALL_MB: u64 = 64;
