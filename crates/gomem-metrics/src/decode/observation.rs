//! What a file of any format but the text ones holds: values with their times.

use std::sync::Arc;

use crate::error::{Diagnostic, Limits, TIMES_MS};

/// What a file of one format holds.
#[derive(Debug, Default)]
pub(crate) struct Observations {
    pub(crate) values: Vec<Observation>,
    /// Of formats that have the values of a series together.
    pub(crate) series: Vec<ObservedSeries>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What is only counted: there are more.
    pub(crate) suppressed_diagnostics: u64,
}

impl Observations {
    /// Keeps what is wrong, of very much of it the first.
    pub(crate) fn tell(&mut self, diagnostic: Diagnostic) {
        if (self.diagnostics.len() as u64) < Limits::default().diagnostics {
            self.diagnostics.push(diagnostic);
        } else {
            self.suppressed_diagnostics += 1;
        }
    }

    /// Values at times that no date has are left out, and told by number: these formats have no lines to point at.
    pub(crate) fn leave_out_impossible_times(&mut self) {
        let before = self.count();
        self.values.retain(|value| value.time_ms.is_none_or(|time| TIMES_MS.contains(&time)));
        self.series.iter_mut().for_each(|series| series.points.retain(|point| TIMES_MS.contains(&point.0)));
        let left_out = before - self.count();
        if left_out > 0 {
            let problem = format!("{left_out} samples have a time outside of the years 1 to 9999");
            self.tell(Diagnostic::skipped(0, 0, problem));
        }
    }

    /// How many values there are.
    pub(crate) fn count(&self) -> usize {
        self.values.len() + self.series.iter().map(|series| series.points.len()).sum::<usize>()
    }

    /// When the last GC cycle ended that a snapshot remembers: it was taken then or later.
    pub(crate) fn last_cycle_ms(&self) -> Option<i64> {
        let past = self.values.iter().filter(|seen| &*seen.metric == PAST_CYCLES);
        past.filter_map(|seen| seen.time_ms).max()
    }

    pub(crate) fn value(&self, metric: &str) -> Option<f64> {
        self.values.iter().find(|seen| &*seen.metric == metric).map(|seen| seen.value)
    }
}

/// The labels that all values of a series have.
pub(crate) type SharedLabels = Arc<Vec<(String, String)>>;

/// Values of one series, each with its time in milliseconds: sixteen bytes a value, where an [`Observation`] takes a hundred.
#[derive(Debug)]
pub(crate) struct ObservedSeries {
    pub(crate) metric: Arc<str>,
    pub(crate) labels: SharedLabels,
    pub(crate) points: Vec<(i64, f64)>,
}

/// One value of one series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Observation {
    /// Shared by all values of a series, as the labels are: a file may have one series with a million values.
    pub(crate) metric: Arc<str>,
    pub(crate) labels: SharedLabels,
    /// A label of this value alone: the bound of a bucket.
    pub(crate) bound: Option<(&'static str, String)>,
    /// When; `None`: at the time of the file.
    pub(crate) time_ms: Option<i64>,
    pub(crate) value: f64,
    /// A native histogram in place of the value.
    pub(crate) histogram: Option<String>,
}

impl Observation {
    pub(crate) fn new(metric: impl Into<Arc<str>>, value: f64) -> Self {
        Self { metric: metric.into(), labels: Arc::default(), bound: None, time_ms: None, value, histogram: None }
    }

    /// All labels, sorted by name.
    pub(crate) fn sorted_labels(&self) -> Vec<(String, String)> {
        let bound = self.bound.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut labels: Vec<_> = self.labels.iter().cloned().chain(bound).collect();
        labels.sort();
        labels
    }

    /// With these labels.
    pub(crate) fn with_labels(self, labels: Vec<(String, String)>) -> Self {
        Self { labels: Arc::new(labels), ..self }
    }

    pub(crate) fn at(self, time_ms: i64) -> Self {
        Self { time_ms: Some(time_ms), ..self }
    }
}

/// Milliseconds, out of Prometheus' seconds.
pub(super) fn milliseconds(seconds: f64) -> Option<i64> {
    (seconds.is_finite() && seconds.abs() < 9e15).then(|| (seconds * 1e3).round() as i64)
}

/// When each of the last cycles ended, as a snapshot remembers it: another series than the count that it has.
pub(crate) const PAST_CYCLES: &str = "memstats.PauseEnd";
