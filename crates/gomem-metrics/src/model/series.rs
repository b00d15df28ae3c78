//! One metric with one set of labels, over time; and the native histograms.

/// One metric with one set of labels.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// The metric's name.
    pub metric: String,
    /// Its labels, sorted by name.
    pub labels: Vec<(String, String)>,
    /// When each value was observed: milliseconds since the Unix epoch, ascending.
    pub times_ms: Vec<i64>,
    /// The values.
    pub values: Vec<f64>,
}

/// A native histogram: kept as it stands, for nothing in gomem looks into it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NativeHistogram {
    /// The metric's name.
    pub metric: String,
    /// Its labels, sorted by name.
    pub labels: Vec<(String, String)>,
    /// When it was observed: milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The histogram, as the source writes it.
    pub text: String,
}

impl Series {
    /// The label called `name`.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value at exactly `time_ms`.
    #[must_use]
    pub fn at(&self, time_ms: i64) -> Option<f64> {
        self.times_ms.binary_search(&time_ms).ok().map(|index| self.values[index])
    }

    /// Scrapes nearly always come in order; one that does not is put in its place. Of two values at the same time, as
    /// two Prometheus replicas give them, the first is kept; false when the second one was another.
    pub(super) fn insert(&mut self, time_ms: i64, value: f64) -> bool {
        if self.times_ms.last().is_none_or(|&last| last < time_ms) {
            self.times_ms.push(time_ms);
            self.values.push(value);
            return true;
        }
        match self.times_ms.binary_search(&time_ms) {
            Ok(place) => self.values[place].to_bits() == value.to_bits(),
            Err(place) => {
                self.times_ms.insert(place, time_ms);
                self.values.insert(place, value);
                true
            }
        }
    }
}
