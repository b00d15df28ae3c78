//! What a rule makes of what it looked at: whoever states it is not known here.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{Unit, named, percent as percent_with};

/// Whether a rule applies.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..5 {
/// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
/// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
/// # }
/// # let state = metrics.state();
/// assert_eq!(gomem_metrics::Verdict::Insufficient.name(), "insufficient");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

named!(Verdict {
    Fired "fired",
    Clear "clear",
    Insufficient "insufficient",
    NotEvaluable "not_evaluable",
});

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

    /// What is missing, as the program's exporter calls it.
    pub(crate) fn named_by(mut self, name_of: impl Fn(&'static str) -> &'static str) -> Self {
        let mut missing: Vec<&'static str> = Vec::new();
        for metric in self.missing.iter().map(|metric| name_of(metric)) {
            if !missing.contains(&metric) {
                missing.push(metric);
            }
        }
        if self.verdict == Verdict::NotEvaluable && missing != self.missing {
            self.summary = without(&missing);
        }
        self.missing = missing;
        self
    }

    /// A number that was held against a threshold.
    pub(crate) fn against(self, quantity: &'static str, value: f64, threshold: f64, unit: Unit) -> Self {
        self.push(Evidence::new(quantity, value, unit).with_threshold(threshold))
    }

    /// A number that goes with it.
    pub(crate) fn with(self, quantity: &'static str, value: impl Into<Option<f64>>, unit: Unit) -> Self {
        match value.into() {
            Some(value) => self.push(Evidence::new(quantity, value, unit)),
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

    /// What was seen, with more said of it.
    pub(crate) fn adding(mut self, more: &str) -> Self {
        self.summary.push_str(more);
        self
    }

    /// The same evidence, but of too little to say.
    pub(crate) fn undecided(self, reason: &str) -> Self {
        let summary = format!("{reason}: {}", self.summary);
        let (verdict, confidence, severity) = (Verdict::Insufficient, Confidence::Low, Severity::Info);
        Self { verdict, confidence, severity, summary, action: "", ..self }
    }

    /// Whether there was enough to judge.
    pub(crate) fn is_judged(&self) -> bool {
        matches!(self.verdict, Verdict::Fired | Verdict::Clear)
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

/// Bytes, as a person reads them.
pub(super) fn bytes(value: f64) -> String {
    Unit::Bytes.humanize(value)
}

/// A share in whole percent.
pub(super) fn percent(fraction: f64) -> String {
    percent_with(fraction, 0)
}

/// When it began, if later than what was looked at.
pub(super) fn since_text(seconds: f64) -> String {
    if seconds > 0.0 { format!(", since {seconds:.0} s into the window") } else { String::new() }
}

fn without(metrics: &[&str]) -> String {
    format!("cannot be judged without {}", metrics.join(", "))
}
