//! A trace that is not read.

/// A trace that is not read, and where that shows.
///
/// ```
/// use gomem_trace::Trace;
///
/// let error = Trace::decode(b"<html>").unwrap_err();
/// assert_eq!((error.kind().name(), error.offset()), ("not_a_trace", 0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// What is wrong.
///
/// ```
/// use gomem_trace::{ErrorKind, Trace};
///
/// let error = Trace::decode(b"go 1.21 trace\0\0\0").unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::Unsupported { version } if version == "1.21"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It does not begin as an execution trace.
    #[error("not an execution trace: it does not begin with `go 1.NN trace`")]
    NotATrace,
    /// A trace of a format that is not read.
    #[error(
        "execution traces of format go {version} are not read, only those of Go 1.22 and later (formats 1.22, 1.23, 1.25, 1.26)"
    )]
    Unsupported {
        /// The format that the header names.
        version: String,
    },
    /// It has more of something than is accepted.
    #[error("more {what} than {limit}")]
    Limit {
        /// Of what there are too many.
        what: &'static str,
        /// How many are accepted.
        limit: u64,
    },
    /// The source could not be read.
    #[error("reading failed: {problem}")]
    Read {
        /// What the system said.
        problem: String,
    },
}

impl ErrorKind {
    /// Its name, as exceptions have it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotATrace => "not_a_trace",
            Self::Unsupported { .. } => "unsupported",
            Self::Limit { .. } => "limit",
            Self::Read { .. } => "read",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    pub(crate) fn limit(what: &'static str, limit: u64, offset: u64) -> Self {
        Self::new(ErrorKind::Limit { what, limit }, offset)
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The byte where that shows.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether a limit was hit, rather than a flaw found.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.kind, ErrorKind::Limit { .. })
    }
}
