//! What goes wrong with benchmarks.

use std::fmt;

/// Input that cannot be read at all.
///
/// ```
/// use gomem_bench::Benchmarks;
///
/// let error = Benchmarks::parse(b"no benchmark here\n").unwrap_err();
/// assert!(!error.is_limit());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: Box<ErrorKind>,
}

/// What is wrong.
///
/// ```
/// use gomem_bench::{Benchmarks, ErrorKind};
///
/// let error = Benchmarks::parse(b"no benchmark here\n").unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::NothingFound { lines: 1, .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input has no benchmark in it.
    #[error("no benchmark in {lines} lines")]
    NothingFound {
        /// Lines read.
        lines: usize,
    },
    /// A limit was reached.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl Error {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether a limit was hit, rather than the input being wrong.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(*self.kind, ErrorKind::Limit { .. })
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}
