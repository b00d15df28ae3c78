//! What goes wrong with an escape log, and where.

use std::fmt;

/// A log that cannot be read.
///
/// ```
/// use gomem_escape::EscapeLog;
///
/// let error = EscapeLog::decode(b"# example.com/app\n./a.go:3:1: syntax error: unexpected name\n").unwrap_err();
/// assert_eq!(error.line(), Some(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: Box<ErrorKind>,
    line: Option<u64>,
}

/// What is wrong.
///
/// ```
/// use gomem_escape::{ErrorKind, EscapeLog};
///
/// let error = EscapeLog::decode(b"# example.com/app\n./a.go:3:1: syntax error: unexpected name\n").unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::FailedBuild { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No line is the compiler's.
    #[error("no compiler diagnostics in {lines} lines; build with -gcflags=-m=2 and keep its standard error")]
    NothingFound {
        /// Lines read.
        lines: u64,
    },
    /// The build failed before anything was optimised.
    #[error("the build failed: {error}")]
    FailedBuild {
        /// The first line that says why.
        error: String,
    },
    /// The log cannot be read on.
    #[error("the log cannot be read: {problem}")]
    Read {
        /// What the system says.
        problem: String,
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

/// How much input is accepted.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// use gomem_escape::{EscapeLog, Limits};
///
/// let mut limits = Limits::default();
/// limits.log_bytes = 16;
/// assert!(EscapeLog::decode_with(log, &limits).unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Distinct heap decisions.
    pub decisions: u64,
    /// Steps of one decision; further ones are left out.
    pub steps: usize,
    /// Distinct records of other kinds: leaking parameters, inlined functions.
    pub records: u64,
    /// Bytes of one source.
    pub log_bytes: u64,
    /// Bytes of one line. An event of `go build -json` holds the log of a package in one line.
    pub line_bytes: usize,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, line: Option<u64>) -> Self {
        Self { kind: Box::new(kind), line }
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

impl Default for Limits {
    fn default() -> Self {
        Self { decisions: 5_000_000, steps: 256, records: 20_000_000, log_bytes: 32 << 30, line_bytes: 256 << 20 }
    }
}
