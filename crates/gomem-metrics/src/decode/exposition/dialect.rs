//! The two text formats that a scrape comes in.

/// Which of the two text formats a scrape is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// The Prometheus text format, version 0.0.4, with the UTF-8 names of Prometheus 3.
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Dialect {
    /// OpenMetrics, if the last line is `# EOF`.
    #[must_use]
    pub fn detect(text: &[u8]) -> Self {
        let text = text.trim_ascii_end();
        match text.strip_suffix(b"# EOF") {
            Some(before) if before.is_empty() || before.ends_with(b"\n") => Self::OpenMetrics,
            _ => Self::Prometheus,
        }
    }
}
