//! What a rule says.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{Definition, Row};

use crate::rules::{Opinion, Rule, Verdict};

/// What a rule says of one program.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..4_u8 {
/// #     let bytes = 4_000_000 + 1_000_000 * u32::from(second);
/// #     let text = format!("go_memstats_heap_alloc_bytes {bytes}\ngo_memstats_next_gc_bytes 8e6\ngo_goroutines 7\n");
/// #     metrics.push_scrape(1_700_000_000_000 + 1_000 * i64::from(second), text.as_bytes())?;
/// # }
/// use gomem_metrics::{DiagnoseOptions, Diagnosis, Verdict};
///
/// let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
/// let mut judgements = diagnosis.judgements().iter();
/// let undecided = judgements.find(|judgement| judgement.verdict == Verdict::NotEvaluable).expect("few metrics");
/// assert!(!undecided.missing.is_empty(), "it names the metrics that it would take");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Judgement {
    /// The rule.
    pub rule: Rule,
    /// Whether it applies.
    pub verdict: Verdict,
    /// How much it matters; [`Severity::Info`] unless it fired.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The first and last moment it looked at: milliseconds since the Unix epoch.
    pub start_ms: i64,
    /// See `start_ms`.
    pub end_ms: i64,
    /// What was seen, in a sentence or two.
    pub summary: String,
    /// What to do next; empty unless it fired.
    pub action: String,
    /// The numbers behind it.
    pub evidence: Vec<Evidence>,
    /// Metrics that would let it judge, or judge better.
    pub missing: Vec<&'static str>,
    /// What else could explain it, and what was checked.
    pub confounders: Vec<&'static str>,
}

impl Judgement {
    /// What `rule` says of the time from `start_ms` to `end_ms`.
    pub(super) fn new(rule: Rule, opinion: Opinion, (start_ms, end_ms): (i64, i64)) -> Self {
        Self {
            rule,
            verdict: opinion.verdict,
            severity: opinion.severity,
            confidence: opinion.confidence,
            start_ms,
            end_ms,
            summary: opinion.summary,
            action: opinion.action.to_owned(),
            evidence: opinion.evidence,
            missing: opinion.missing,
            confounders: opinion.confounders,
        }
    }
}

impl Row for Judgement {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let order = "what fired first, the most severe before all; then the order of the rules";
        Definition::new("diagnosis", order)
            .about("what each rule says of each program")
            .category("rule", Rule::NAMES, "the rule's name", |judgement: &&'a Self| judgement.rule as u32)
            .category("verdict", Verdict::NAMES, "whether it applies", |judgement| judgement.verdict as u32)
            .category("severity", Severity::NAMES, "how much it matters; info unless it fired", |judgement| {
                judgement.severity as u32
            })
            .category("confidence", Confidence::NAMES, "how sure it is", |judgement| judgement.confidence as u32)
            .timestamp("start", "the first moment looked at", |judgement| judgement.start_ms)
            .timestamp("end", "the last moment looked at", |judgement| judgement.end_ms)
            .text("summary", "what was seen", |judgement| judgement.summary.as_str())
            .text("action", "what to do next; empty unless it fired", |judgement| judgement.action.as_str())
            .list("evidence", "the numbers behind it", Evidence::numbers(), |judgement| &judgement.evidence)
            .texts("missing", "metrics that would let it judge, or judge better", |judgement| {
                judgement.missing.iter().copied()
            })
            .texts("confounders", "what else could explain it, and what was checked", |judgement| {
                judgement.confounders.iter().copied()
            })
    }
}

gomem_table::serialize_rows!(Judgement);
