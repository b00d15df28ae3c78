//! What fails a comparison of benchmarks.

use std::fmt;

use gomem_bench::{Comparison, ComparisonRow, Gate, Threshold, ThresholdError};

/// What fails a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FailOn {
    Threshold(Threshold),
    NewEscape,
}

impl FailOn {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "new-escape" => Ok(Self::NewEscape),
            text => text.parse().map(Self::Threshold).map_err(|problem: ThresholdError| problem.to_string()),
        }
    }

    pub(crate) fn is_exceeded(&self, comparison: &Comparison, has_new_escapes: bool) -> bool {
        match self {
            Self::Threshold(_) => !self.too_much(comparison).is_empty(),
            Self::NewEscape => has_new_escapes,
        }
    }

    /// The benchmarks that fail it.
    pub(crate) fn too_much<'c>(&self, comparison: &'c Comparison) -> Vec<&'c ComparisonRow> {
        match self {
            Self::Threshold(threshold) => Gate::new(threshold, comparison).exceeded,
            Self::NewEscape => Vec::new(),
        }
    }

    /// What it asks for and nothing tells.
    pub(crate) fn insufficient(&self, comparison: &Comparison) -> Option<String> {
        let Self::Threshold(threshold) = self else { return None };
        let gate = Gate::new(threshold, comparison);
        let is_count = gate.too_few.iter().any(|row| row.is_count());
        let fewest = |row: &&ComparisonRow| if is_count { row.fewest_runs() } else { row.fewest_starts() };
        let what = if is_count { "runs" } else { "starts of the test program" };
        let fewest = gate.too_few.iter().map(fewest).min().unwrap_or(0);
        let needed = format!("with too few {what} to tell: {fewest}, where {} are needed", gate.needed);
        let counted = [
            (gate.unsure.len(), "with too few runs to tell"),
            (gate.too_few.len(), &needed),
            (gate.noisy.len(), "worse by more, and too noisy for so few runs to show it"),
            (gate.undirected.len(), "changed, and no line `Unit` says which way is better"),
            (gate.gone.len(), "without a run after"),
        ];
        let mut missing: Vec<String> = counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, problem)| format!("{count} {problem}"))
            .collect();
        if !comparison.rows().iter().any(|row| *row.unit == *threshold.unit) {
            missing.push("no benchmark has this unit".to_owned());
        }
        (!missing.is_empty()).then(|| format!("{threshold}: {}", missing.join(", ")))
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threshold(threshold) => threshold.fmt(f),
            Self::NewEscape => f.write_str("new-escape"),
        }
    }
}
