//! What a rule makes of what it looked at: whoever states it is not known here.

use gomem_table::Unit;

/// Whether a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It does.
    Fired,
    /// It does not.
    Clear,
    /// There is too little to say.
    Insufficient,
    /// What it needs is not exported.
    NotEvaluable,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Info,
    /// Costs something, or will.
    Warning,
    /// The program is in danger.
    Critical,
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// Few cycles, or estimates.
    Low,
    /// Enough of them.
    Medium,
    /// Many, and measured.
    High,
}

/// A number behind a verdict.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// What it is a number of.
    pub quantity: &'static str,
    /// The number.
    pub value: f64,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// The unit of both.
    pub unit: &'static str,
}

/// What a rule makes of what it looked at.
#[derive(Debug, Clone)]
pub(crate) struct Opinion {
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) summary: String,
    pub(crate) action: &'static str,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) missing: Vec<&'static str>,
    pub(crate) confounders: Vec<&'static str>,
}

impl Opinion {
    pub(crate) fn fired(severity: Severity, summary: impl Into<String>, action: &'static str) -> Self {
        Self { severity, action, ..Self::new(Verdict::Fired, summary) }
    }

    pub(crate) fn clear(summary: impl Into<String>) -> Self {
        Self::new(Verdict::Clear, summary)
    }

    pub(crate) fn insufficient(summary: impl Into<String>) -> Self {
        Self { confidence: Confidence::Low, ..Self::new(Verdict::Insufficient, summary) }
    }

    pub(crate) fn not_evaluable(missing: &[&'static str]) -> Self {
        let opinion = Self::new(Verdict::NotEvaluable, without(missing));
        Self { confidence: Confidence::Low, missing: missing.to_vec(), ..opinion }
    }

    /// Only what is missing indeed: a rule names all that it wants.
    pub(crate) fn known(mut self, is_exported: impl Fn(&str) -> bool) -> Self {
        let missing: Vec<_> = self.missing.iter().copied().filter(|metric| !is_exported(metric)).collect();
        if !missing.is_empty() && missing != self.missing {
            if self.verdict == Verdict::NotEvaluable {
                self.summary = without(&missing);
            }
            self.missing = missing;
        }
        self
    }

    /// A number that was held against a threshold.
    pub(crate) fn against(self, quantity: &'static str, value: f64, threshold: f64, unit: &'static str) -> Self {
        self.push(Evidence { quantity, value, threshold: Some(threshold), unit })
    }

    /// A number that goes with it.
    pub(crate) fn with(self, quantity: &'static str, value: impl Into<Option<f64>>, unit: &'static str) -> Self {
        match value.into() {
            Some(value) => self.push(Evidence { quantity, value, threshold: None, unit }),
            None => self,
        }
    }

    pub(crate) fn sure(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    pub(crate) fn missing(mut self, metrics: &[&'static str]) -> Self {
        self.missing.extend(metrics);
        self
    }

    pub(crate) fn confounder(mut self, confounder: &'static str) -> Self {
        self.confounders.push(confounder);
        self
    }

    fn new(verdict: Verdict, summary: impl Into<String>) -> Self {
        Self {
            verdict,
            severity: Severity::Info,
            confidence: Confidence::Medium,
            summary: summary.into(),
            action: "",
            evidence: Vec::new(),
            missing: Vec::new(),
            confounders: Vec::new(),
        }
    }

    fn push(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }
}

macro_rules! names {
    ($($kind:ident $names:expr;)+) => {
        $(impl $kind {
            /// Names, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &$names;

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        })+
    };
}

names! {
    Verdict ["fired", "clear", "insufficient", "not_evaluable"];
    Severity ["info", "warning", "critical"];
    Confidence ["low", "medium", "high"];
}

/// Bytes, as a person reads them.
pub(super) fn bytes(value: f64) -> String {
    Unit::Bytes.humanize(value)
}

pub(super) fn percent(fraction: f64) -> String {
    format!("{:.0} %", 100.0 * fraction)
}

pub(super) const MIB: f64 = 1_048_576.0;

fn without(metrics: &[&str]) -> String {
    format!("cannot be judged without {}", metrics.join(", "))
}
