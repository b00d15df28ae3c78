//! What did not come in the order of time, and waits for its place.

/// Values and scrapes that are earlier than what came before them.
#[derive(Debug, Clone, Default)]
pub(super) struct Late {
    pub(super) values: Vec<LateValue>,
    pub(super) scrape_times_ms: Vec<i64>,
}

/// A value of a series, and the time of the scrape that it came in.
#[derive(Debug, Clone, Copy)]
pub(super) struct LateValue {
    pub(super) series: usize,
    pub(super) time_ms: i64,
    pub(super) value: f64,
    pub(super) scrape_ms: i64,
}

impl Late {
    pub(super) fn len(&self) -> usize {
        self.values.len() + self.scrape_times_ms.len()
    }
}
