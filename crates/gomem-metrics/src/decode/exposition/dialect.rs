//! The two text formats that a scrape comes in.

/// Which of the two text formats a scrape is in.
///
/// ```
/// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
/// #             0 MB stacks, 0 MB globals, 2 P\n";
/// use gomem_metrics::Dialect;
///
/// assert_eq!(Dialect::detect(b"go_goroutines 12\n# EOF\n"), Dialect::OpenMetrics);
/// assert_eq!(Dialect::detect(b"go_goroutines 12\n"), Dialect::Prometheus);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
