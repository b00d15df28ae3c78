//! What an execution trace tells: whose time the garbage collector took, and who stops the world by measuring.

use std::collections::{BTreeMap, HashMap, HashSet};

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::Rule;
use gomem_table::{Unit, percent};
use gomem_trace::{AssistRow, PauseRow, TaskRow, Trace};

use crate::{
    bundle::Bundle,
    findings::{
        finding::{Finding, FindingKind},
        gc::traced_gc::{callers, lines_of},
    },
};

/// What the bundle's execution trace tells.
pub(crate) fn find(bundle: &Bundle) -> Vec<Finding> {
    let Some(trace) = bundle.execution_trace() else { return Vec::new() };
    assist_latency(trace).into_iter().chain(stw_by_measuring(trace)).collect()
}

/// The kind of task whose slowest lost the most of their time to helping the garbage collector.
fn assist_latency(trace: &Trace) -> Option<Finding> {
    let (assists, tasks) = (trace.assists(), trace.tasks());
    let parents: HashMap<u64, u64> = tasks.iter().filter_map(|task| Some((task.task, task.parent?))).collect();
    let lost = slowest_tasks(&tasks).into_iter().filter_map(|(name, slowest)| {
        let ids: HashSet<u64> = slowest.iter().map(|task| task.task).collect();
        let is_part = |row: &&AssistRow| row.charged.task.is_some_and(|task| is_within(task, &ids, &parents));
        let own: Vec<&AssistRow> = assists.iter().filter(is_part).collect();
        let seconds: f64 = slowest.iter().filter_map(|task| task.seconds).sum();
        let assist: f64 = own.iter().filter_map(|row| row.wall_seconds).sum();
        // Goroutines of one task can help at the same time.
        let fraction = (assist / seconds).min(1.0);
        (seconds > 0.0 && fraction >= MUCH).then_some((name, slowest.len(), own, assist, fraction))
    });
    let (name, slowest, own, assist, fraction) = lost.max_by(|one, other| one.3.total_cmp(&other.3))?;
    let worst = own.iter().filter_map(|row| row.wall_seconds).fold(0.0, f64::max);
    let severity = if worst >= LONG_SECONDS { Severity::Warning } else { Severity::Info };
    let title = format!("the slowest `{name}` tasks spend {} of their time helping the GC", percent(fraction, 0));
    let mut finding = Finding::new(FindingKind::AssistLatency, severity, title);
    let shown = |seconds: f64| Unit::Seconds.humanize(seconds);
    let line = lines_of(own.iter().copied()).into_iter().next().map(|(place, _)| place);
    let where_ = line.as_ref().map_or_else(String::new, |place| format!(", most at {}", place.short()));
    finding.summary = format!(
        "Of the slowest hundredth of `{name}` ({} tasks), goroutines stood still for {} because they allocated while the \
         garbage collector marked{where_}; {} at worst.",
        slowest,
        shown(assist),
        shown(worst)
    );
    finding.action =
        "Allocate less there, so that it need not help; a higher GOGC, where memory allows, makes the cycles \
                      rarer."
            .to_owned();
    finding.place = line;
    finding.evidence = vec![
        Evidence::new("time of the slowest tasks in assists", fraction, Unit::Fraction).with_source(SOURCE),
        Evidence::new("the longest assist", worst, Unit::Seconds).with_source(SOURCE),
    ];
    let is_guess = own.iter().any(|row| !row.charged.is_task_of_region());
    if is_guess {
        finding.confidence = Confidence::Medium;
        finding
            .confounders
            .push("tasks without regions: that an assist is a task's is told by its goroutine".to_owned());
    }
    finding.confounders.push("an oversubscribed host makes assists longer".to_owned());
    Some(finding)
}

/// Whether a task is one of these, or a part of one.
fn is_within(task: u64, ids: &HashSet<u64>, parents: &HashMap<u64, u64>) -> bool {
    let mut task = Some(task);
    for _ in 0..DEEPEST {
        match task {
            Some(id) if ids.contains(&id) => return true,
            Some(id) => task = parents.get(&id).copied(),
            None => return false,
        }
    }
    false
}

/// By name, the slowest hundredth of complete tasks; only where that is a task at all.
fn slowest_tasks(tasks: &[TaskRow]) -> BTreeMap<String, Vec<TaskRow>> {
    let mut names: HashMap<&str, Vec<&TaskRow>> = HashMap::new();
    for task in tasks.iter().filter(|task| task.seconds.is_some()) {
        if let Some(name) = &task.name {
            names.entry(name).or_default().push(task);
        }
    }
    let many = names.into_iter().filter(|(_, tasks)| tasks.len() >= ENOUGH_TASKS);
    many.map(|(name, mut tasks)| {
        tasks.sort_by(|one, other| other.seconds.unwrap_or(0.0).total_cmp(&one.seconds.unwrap_or(0.0)));
        let slowest = tasks.len().div_ceil(100);
        (name.to_owned(), tasks.into_iter().take(slowest).cloned().collect())
    })
    .collect()
}

/// Says who asked for GC cycles, where a rule says that somebody does.
pub(crate) fn place_forced_gc(bundle: &Bundle, findings: &mut [Finding]) {
    let Some(trace) = bundle.execution_trace() else { return };
    let Some((caller, _)) = callers(&trace.cycles(None)).into_iter().next() else { return };
    for finding in findings.iter_mut().filter(|finding| finding.rules.contains(&Rule::ForcedGc)) {
        finding.place.get_or_insert_with(|| caller.clone());
    }
}

/// Stops of the world that only measuring asked for.
fn stw_by_measuring(trace: &Trace) -> Option<Finding> {
    let pauses = trace.pauses();
    let measuring: Vec<&PauseRow> = pauses.iter().filter(|pause| is_measuring(pause)).collect();
    let walls = || measuring.iter().filter_map(|pause| pause.seconds);
    let (sum, worst) = (walls().sum::<f64>(), walls().fold(0.0, f64::max));
    let fraction = sum / trace.duration_seconds();
    if !(fraction >= SOME || worst >= LONG_SECONDS) {
        return None;
    }
    let shown = |seconds: f64| Unit::Seconds.humanize(seconds);
    let severity = if fraction >= WORRYING { Severity::Warning } else { Severity::Info };
    let title = format!("measuring stops the world: {} times, {} at worst", measuring.len(), shown(worst));
    let mut finding = Finding::new(FindingKind::StwByMeasuring, severity, title);
    let mut callers: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    for pause in &measuring {
        let reason = pause.reason.as_deref().unwrap_or_default();
        let caller = pause.caller.as_ref().map_or_else(String::new, |place| format!(" by {place}"));
        let (count, seconds) = callers.entry(format!("{reason}{caller}")).or_default();
        *count += 1;
        *seconds += pause.seconds.unwrap_or(0.0);
    }
    let mut callers: Vec<_> = callers.into_iter().collect();
    callers.sort_by(|one, other| other.1.1.total_cmp(&one.1.1));
    let told: Vec<String> = callers
        .iter()
        .take(3)
        .map(|(who, (count, seconds))| format!("{count} × {who} ({})", shown(*seconds)))
        .collect();
    finding.summary =
        format!("No goroutine ran for {} of {}: {}.", shown(sum), shown(trace.duration_seconds()), told.join(", "));
    finding.action =
        "Measure less often; instead of runtime.ReadMemStats read runtime/metrics, which does not stop the \
                      world, and take goroutine dumps of many goroutines rarely."
            .to_owned();
    finding.evidence = vec![
        Evidence::new("time that measuring stopped the world", fraction, Unit::Fraction).with_source(SOURCE),
        Evidence::new("the longest such stop", worst, Unit::Seconds).with_source(SOURCE),
    ];
    Some(finding)
}

/// Reasons as `stwReasonStrings` in `runtime/proc.go` has them. That the trace itself was started is no finding.
fn is_measuring(pause: &PauseRow) -> bool {
    pause.reason.as_deref().is_some_and(|reason| MEASURING.contains(&reason))
}

const MEASURING: [&str; 5] = [
    "read mem stats",
    "goroutine profile",
    "goroutine profile cleanup",
    "all goroutines stack trace",
    "write heap dump",
];
/// A task's share of time from which assists are what makes it slow.
const MUCH: f64 = 0.2;
/// So many tasks have a slowest hundredth.
const ENOUGH_TASKS: usize = 100;
/// Tasks have no more parents; what a trace says may go round in a circle.
const DEEPEST: usize = 64;
/// A stall that people notice.
const LONG_SECONDS: f64 = 0.01;
/// Shares of time in which measuring stops the world: worth telling, worth a change.
const SOME: f64 = 0.001;
const WORRYING: f64 = 0.01;
const SOURCE: &str = "execution trace";
