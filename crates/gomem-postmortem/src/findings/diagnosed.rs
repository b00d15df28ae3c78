//! What the rules say of the bundle's metrics and GC traces.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Confidence as Sureness, DiagnoseOptions, Diagnosis, GoState, Rule, Severity as Told, Verdict};
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// A rule that could not judge, and what would let it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unjudged {
    /// The rule.
    pub rule: Rule,
    /// [`Verdict::Insufficient`] or [`Verdict::NotEvaluable`].
    pub verdict: Verdict,
    /// What there is too little of.
    pub reason: String,
    /// Metrics to enable.
    pub missing: Vec<&'static str>,
}

/// A rule that fired without being worth a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aside {
    /// The rule.
    pub rule: Rule,
    /// What it saw, as a sentence.
    pub summary: String,
}

/// Asks all rules; `None` when there are neither metrics nor GC traces.
pub(crate) fn diagnose(bundle: &Bundle, state: &GoState) -> Option<Diagnosis> {
    let is_one_program = state.targets().windows(2).all(|pair| pair[0] == pair[1]);
    let state = match bundle.gctrace() {
        Some(trace) if state.rows() == 0 => GoState::of_trace(trace, 0),
        Some(trace) if is_one_program => state.clone().with_trace(trace),
        _ => state.clone(),
    };
    (state.rows() > 0).then(|| Diagnosis::of(&state, DiagnoseOptions::default()))
}

/// Whether the rules say that the live heap leaks.
pub(crate) fn is_leaking(diagnosis: &Diagnosis) -> bool {
    diagnosis.fired().any(|told| told.rule == Rule::LiveHeapLeak)
}

/// The rules that fired, as findings. What another finding tells already becomes a part of that one.
pub(crate) fn tell(fired: &[&gomem_metrics::Finding], findings: &mut Vec<Finding>) {
    for told in fired.iter().filter(|told| told.severity >= Told::Warning) {
        let same = findings.iter_mut().find(|finding| match told.rule {
            Rule::LiveHeapLeak => finding.kind == FindingKind::Leak && finding.place.is_some(),
            Rule::LowGogc | Rule::MinHeapChurn => finding.kind == FindingKind::Gogc,
            _ => false,
        });
        match same {
            Some(finding) => {
                if finding.kind == FindingKind::Gogc {
                    finding.summary += &format!(" {}", sentence(&told.summary));
                    finding.action.clone_from(&told.action);
                }
                finding.support(told);
            }
            None => findings.push(Finding::of_rule(told)),
        }
    }
}

/// The rules that could not judge.
pub(crate) fn unjudged(diagnosis: &Diagnosis) -> Vec<Unjudged> {
    let told = diagnosis.findings().iter();
    told.filter(|told| matches!(told.verdict, Verdict::Insufficient | Verdict::NotEvaluable))
        .map(|told| Unjudged {
            rule: told.rule,
            verdict: told.verdict,
            reason: told.summary.clone(),
            missing: told.missing.clone(),
        })
        .collect()
}

/// Rules that fired without being worth a finding.
pub(crate) fn asides(diagnosis: &Diagnosis) -> Vec<Aside> {
    let fired = diagnosis.findings().iter();
    fired
        .filter(|told| told.verdict == Verdict::Fired && told.severity == Told::Info)
        .map(|told| Aside { rule: told.rule, summary: sentence(&told.summary) })
        .collect()
}

impl Finding {
    fn of_rule(told: &gomem_metrics::Finding) -> Self {
        let kind = match told.rule {
            Rule::LiveHeapLeak | Rule::GoroutineLeak | Rule::OffheapGrowth | Rule::FinalizerBacklog => {
                FindingKind::Leak
            }
            _ => FindingKind::Runtime,
        };
        let title = told.rule.finds().trim_end_matches('.').to_owned();
        let mut finding = Self::new(kind, Severity::Info, title);
        finding.summary = sentence(&told.summary);
        finding.action = told.action.clone();
        finding.confidence = Confidence::Low;
        finding.support(told);
        finding
    }

    /// A rule says the same: its numbers speak for the finding too.
    fn support(&mut self, told: &gomem_metrics::Finding) {
        let severity = match told.severity {
            Told::Critical => Severity::Critical,
            Told::Warning => Severity::Warning,
            _ => Severity::Info,
        };
        self.severity = self.severity.max(severity);
        let confidence = match told.confidence {
            Sureness::High => Confidence::High,
            Sureness::Medium => Confidence::Medium,
            _ => Confidence::Low,
        };
        // Of the place of a leak a rule knows nothing.
        let is_place = self.kind == FindingKind::Leak && self.place.is_some();
        if !is_place {
            self.confidence = self.confidence.max(confidence);
        }
        self.evidence.extend(told.evidence.iter().map(|found| {
            let evidence = Evidence::new(found.quantity, found.value, unit(found.unit)).with_source(told.rule.name());
            match found.threshold {
                Some(threshold) => evidence.with_threshold(threshold),
                None => evidence,
            }
        }));
        self.confounders.extend((!told.confounders.is_empty()).then(|| told.confounders.clone()));
        self.missing.extend(&told.missing);
        self.rules.push(told.rule);
    }
}

fn unit(name: &str) -> Unit {
    match name {
        "bytes" => Unit::Bytes,
        "bytes_per_second" => Unit::BytesPerSecond,
        "count" => Unit::Count,
        "fraction" => Unit::Fraction,
        "per_second" => Unit::PerSecond,
        "percent" => Unit::Percent,
        "seconds" => Unit::Seconds,
        _ => Unit::None,
    }
}

/// With a capital letter and a full stop. The name of a metric keeps its letter.
fn sentence(text: &str) -> String {
    if text.split(' ').next().is_some_and(|word| word.contains('_')) {
        return format!("{}.", text.trim_end_matches('.'));
    }
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
