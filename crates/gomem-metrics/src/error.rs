//! What goes wrong with metrics and traces, and where.

use std::{borrow::Cow, fmt, ops::RangeInclusive};

/// Input that cannot be read at all.
///
/// ```
/// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
/// #             0 MB stacks, 0 MB globals, 2 P\n";
/// let error = gomem_metrics::GcTrace::decode(b"no trace in here\n").unwrap_err();
/// assert!(!error.is_limit());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct Error {
    kind: Box<ErrorKind>,
    line: Option<u64>,
}

/// What is wrong.
///
/// ```
/// use gomem_metrics::{ErrorKind, GcTrace};
///
/// let error = GcTrace::decode(b"nothing of the kind\n").unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::NothingFound { lines: 1, .. }));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input holds none of what it should.
    #[error("no {expected} found in {lines} lines")]
    NothingFound {
        /// What was looked for.
        expected: &'static str,
        /// Lines read.
        lines: u64,
    },
    /// The input is not what its format prescribes.
    #[error("column {column}: {problem}")]
    Malformed {
        /// The column in bytes, from 1.
        column: u32,
        /// What is wrong.
        problem: Cow<'static, str>,
    },
    /// The input is JSON of a kind that holds no metrics, or damaged JSON.
    #[error("{0}")]
    Json(String),
    /// The input is the answer of a server that refused the query.
    #[error("the server answered {kind}: {message}")]
    Refused {
        /// Prometheus' word for the kind of error.
        kind: String,
        /// Its message.
        message: String,
    },
    /// A time that no date has.
    #[error("{time_ms} milliseconds since 1970 is no time of the years 1 to 9999")]
    Time {
        /// The time.
        time_ms: i64,
    },
    /// A limit was reached.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// A line that was skipped, or read with a reservation.
///
/// ```
/// use gomem_metrics::Exposition;
///
/// let scrape = Exposition::decode(b"go_goroutines 7\ngo_threads seven\n");
/// let diagnostic = &scrape.diagnostics()[0];
/// assert!(diagnostic.line == 2 && diagnostic.skipped);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, from 1.
    pub line: u64,
    /// The column in bytes, from 1.
    pub column: u32,
    /// What is wrong with it.
    pub problem: Cow<'static, str>,
    /// Whether it was skipped; otherwise it was read as the problem says.
    pub skipped: bool,
}

impl Diagnostic {
    /// `column` counts from 0.
    pub(crate) fn skipped(line: u64, column: usize, problem: impl Into<Cow<'static, str>>) -> Self {
        let column = u32::try_from(column.saturating_add(1)).unwrap_or(u32::MAX);
        Self { line, column, problem: problem.into(), skipped: true }
    }

    /// Something that was read nevertheless.
    pub(crate) fn remark(line: u64, column: usize, problem: impl Into<Cow<'static, str>>) -> Self {
        Self { skipped: false, ..Self::skipped(line, column, problem) }
    }
}

/// How much input is accepted.
///
/// ```
/// use gomem_metrics::{Limits, Metrics, MetricsOptions};
///
/// let mut limits = Limits::default();
/// limits.series = 1;
/// let mut metrics = Metrics::with_options(MetricsOptions::default().with_limits(limits));
/// assert!(metrics.push_scrape(0, b"a 1\nb 2\n").unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Distinct series (metric and labels) of a [`Metrics`](crate::Metrics).
    pub series: u64,
    /// Samples over all series.
    pub samples: u64,
    /// Bytes that all of it takes.
    pub bytes: u64,
    /// GC cycles of one trace.
    pub cycles: u64,
    /// Diagnostics that are kept; further ones are counted only.
    pub diagnostics: u64,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind), line: None }
    }

    pub(crate) fn at(kind: ErrorKind, line: u64) -> Self {
        Self { kind: Box::new(kind), line: Some(line) }
    }

    /// A text that does not conform, strictly read.
    pub(crate) fn malformed(flaw: Diagnostic) -> Self {
        Self::at(ErrorKind::Malformed { column: flaw.column, problem: flaw.problem }, flaw.line)
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The line, from 1, where it is known.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// Whether a limit was reached, rather than the input being wrong.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(*self.kind, ErrorKind::Limit { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { series: 1_000_000, samples: 200_000_000, bytes: 4 << 30, cycles: 20_000_000, diagnostics: 10_000 }
    }
}

/// The years 1 to 9999, in milliseconds since 1970: what a `datetime` of Python can hold, and a date of RFC 3339.
pub(crate) const TIMES_MS: RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;
