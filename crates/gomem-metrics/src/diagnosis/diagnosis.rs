//! All rules over all programs in the metrics.

use std::ops::Range;

use gomem_finding::{Confidence, Severity};
use gomem_table::{Table, ToTable};

use super::{judgement::Judgement, present::Present};
use crate::{
    analysis::Window,
    model::{GoState, Quantity},
    rules::{Opinion, Rule, Scope, Verdict},
};

/// What the rules say; every rule says something.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    pub(super) judgements: Vec<Judgement>,
}

/// What the caller knows besides the metrics.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..4_u8 {
/// #     let bytes = 4_000_000 + 1_000_000 * u32::from(second);
/// #     let text = format!("go_memstats_heap_alloc_bytes {bytes}\ngo_memstats_next_gc_bytes 8e6\ngo_goroutines 7\n");
/// #     metrics.push_scrape(1_700_000_000_000 + 1_000 * i64::from(second), text.as_bytes())?;
/// # }
/// use gomem_metrics::{DiagnoseOptions, Diagnosis};
///
/// let options = DiagnoseOptions::default().with_memory_limit_bytes(Some(16 << 20));
/// assert!(!Diagnosis::from_state(&metrics.state(), options).judgements().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct DiagnoseOptions {
    /// The memory that the program's container may use.
    pub memory_limit_bytes: Option<u64>,
}

impl DiagnoseOptions {
    /// Tells the memory that the program's container may use.
    #[must_use]
    pub fn with_memory_limit_bytes(self, memory_limit_bytes: Option<u64>) -> Self {
        Self { memory_limit_bytes }
    }
}

impl Diagnosis {
    /// Asks every rule. With more than one program, a rule has a row for each.
    ///
    /// ```
    /// # let mut metrics = gomem_metrics::Metrics::new();
    /// # for second in 0..5 {
    /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
    /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
    /// # }
    /// # let state = metrics.state();
    /// use gomem_metrics::{DiagnoseOptions, Diagnosis};
    ///
    /// let diagnosis = Diagnosis::from_state(&state, DiagnoseOptions::default());
    /// assert_eq!(diagnosis.fired().count(), 0, "five seconds are no evidence");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_state(state: &GoState, options: DiagnoseOptions) -> Self {
        let limit = options.memory_limit_bytes.map(|bytes| bytes as f64);
        let container = |rows: &Range<usize>| {
            let limits = state.values(Quantity::ContainerLimitBytes).get(rows.clone())?;
            limits.iter().rev().find_map(|&limit| limit)
        };
        let windows: Vec<Window<'_>> = state
            .segments()
            .into_iter()
            .map(|rows| Window::new(state, rows.clone(), limit.or_else(|| container(&rows))))
            .collect();
        let target = |window: &Window<'_>| &*state.targets()[window.rows.start];
        let programs: Vec<&[Window<'_>]> = windows.chunk_by(|a, b| target(a) == target(b)).collect();
        let mut judgements = Vec::new();
        for &rule in Rule::ALL {
            let mut of_rule: Vec<Judgement> = Vec::new();
            for runs in &programs {
                let mut judgement = judge(rule, runs);
                if programs.len() > 1 {
                    judgement.summary = format!("{}: {}", target(&runs[0]), judgement.summary);
                }
                of_rule.push(judgement);
            }
            if of_rule.is_empty() {
                let opinion = Opinion::not_evaluable(&["go_gc_duration_seconds", "go_memstats_next_gc_bytes"]);
                of_rule.push(Judgement::new(rule, opinion, (0, 0)));
            }
            judgements.extend(of_rule);
        }
        Self { judgements }.sorted()
    }

    /// What fired first, the most severe before all.
    pub(super) fn sorted(mut self) -> Self {
        self.judgements
            .sort_by_key(|judgement| (judgement.verdict != Verdict::Fired, std::cmp::Reverse(judgement.severity)));
        self
    }

    /// What the rules say: what fired first, the most severe before all.
    #[must_use]
    pub fn judgements(&self) -> &[Judgement] {
        &self.judgements
    }

    /// What fired.
    pub fn fired(&self) -> impl Iterator<Item = &Judgement> {
        self.judgements.iter().filter(|judgement| judgement.verdict == Verdict::Fired)
    }

    /// The severity of the worst that fired.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.fired().map(|judgement| judgement.severity).max()
    }
}

impl ToTable for Diagnosis {
    fn to_table(&self) -> Table {
        self.judgements.to_table()
    }
}

/// One rule over all runs of one program.
fn judge(rule: Rule, runs: &[Window<'_>]) -> Judgement {
    match rule.scope() {
        Scope::Program(find) => of_all(rule, runs, find(runs)),
        Scope::Runs(between, find) => match between(runs) {
            Some(opinion) => of_all(rule, runs, opinion),
            None => latest(rule, runs, |run| Present::of_course(run, find)),
        },
        Scope::Course(find) => latest(rule, runs, |run| Present::of_course(run, find)),
        Scope::State(find) => latest(rule, runs, |run| Present::of_state(run, find)),
    }
}

fn of_all(rule: Rule, runs: &[Window<'_>], opinion: Opinion) -> Judgement {
    let is_exported = |metric: &str| runs.iter().any(|run| run.exports(metric));
    let name_of = |metric| runs.first().map_or(metric, |run| run.exporter().name_of(metric));
    let first = runs.first().map_or(0, |run| run.time_ms(run.rows.start));
    let last = runs.last().map_or(0, |run| run.time_ms(run.rows.end - 1));
    Judgement::new(rule, opinion.known(is_exported).named_by(name_of), (first, last))
}

/// The latest run of which there is enough to judge counts. What held before a restart is told: where too little is known since,
/// it stands; where it does not hold any more, it is over.
fn latest(rule: Rule, runs: &[Window<'_>], judge: impl Fn(&Window<'_>) -> Present) -> Judgement {
    let mut judged: Vec<(Present, &Window<'_>)> = runs.iter().map(|run| (judge(run), run)).collect();
    let Some((present, run)) = judged.pop() else {
        return Judgement::new(rule, Opinion::insufficient("there is nothing to look at"), (0, 0));
    };
    let before = judged.into_iter().rev().find(|(present, _)| present.opinion.is_judged());
    let before = before.filter(|(before, _)| before.opinion.verdict == Verdict::Fired);
    let (present, run) = match before {
        Some((before, _)) if present.opinion.verdict == Verdict::Clear => {
            let more = format!("; before the last restart it was otherwise: {}", before.opinion.summary);
            (Present { opinion: present.opinion.adding(&more), ..present }, run)
        }
        Some((before, earlier)) if !present.opinion.is_judged() => {
            let more = format!("; so it was until the last restart, and since then {}", present.opinion.summary);
            let opinion = before.opinion.adding(&more).sure(Confidence::Low);
            (Present { opinion, ..before }, earlier)
        }
        _ => (present, run),
    };
    let opinion = present.opinion.known(|metric| run.exports(metric)).named_by(|metric| run.exporter().name_of(metric));
    Judgement::new(rule, opinion, (run.time_ms(present.rows.start), run.time_ms(present.rows.end - 1)))
}
