//! A profile that cannot be read.

use std::fmt;

use super::diagnostic::Flaw;

/// A profile that cannot be read.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let error = gomem_pprof::Profile::decode(b"\x0b").unwrap_err();
/// assert_eq!(error.offset(), Some(0));
/// assert!(error.is_foreign());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```
/// use gomem_pprof::Profile;
///
/// let error = Profile::decode(b"\x0a\x05ab").unwrap_err();
/// assert_eq!(error.offset(), Some(0));
/// assert!(!error.is_limit());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// In one box, so that results are returned in registers: fields are read by the million.
    inner: Box<Inner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    offset: Option<u64>,
    line: Option<u64>,
}

/// What is wrong.
///
/// ```
/// use gomem_pprof::{ErrorKind, Profile};
///
/// assert!(matches!(Profile::decode(b"").unwrap_err().kind(), ErrorKind::Empty));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There are no bytes.
    #[error("the input is empty")]
    Empty,
    /// The gzip stream is damaged.
    #[error("damaged gzip stream: {problem}")]
    Gzip {
        /// What the inflater says.
        problem: String,
    },
    /// The protobuf ends inside a field.
    #[error("the input ends inside field {field} of a {message}")]
    Truncated {
        /// The kind of message.
        message: &'static str,
        /// The field's number, by `profile.proto`.
        field: u64,
    },
    /// A field whose wire type is not that of `profile.proto`.
    #[error("not a pprof profile: field {field} of a {message} has another type")]
    WireType {
        /// The kind of message.
        message: &'static str,
        /// The field's number, by `profile.proto`.
        field: u64,
    },
    /// A byte that is no protobuf.
    #[error("not a pprof profile: {problem}")]
    Wire {
        /// What does not fit.
        problem: &'static str,
    },
    /// A line, or a word, of one of the older forms that does not read as what it should be.
    #[error("{problem}")]
    Text {
        /// What does not fit.
        problem: &'static str,
    },
    /// Well-formed protobuf, but no profile.
    #[error("not a pprof profile: it has no sample types")]
    NoSampleTypes,
    /// Another format of profiles, by its first bytes.
    #[error("{format} is not read here; {instead}")]
    Unsupported {
        /// The format.
        format: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// What a lenient reading repairs is an error in a strict one.
    #[error("{0}")]
    Strict(Flaw),
    /// A limit was reached.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

impl Error {
    fn from_parts(kind: ErrorKind, offset: Option<u64>, line: Option<u64>) -> Self {
        Self { inner: Box::new(Inner { kind, offset, line }) }
    }

    pub(crate) fn at(kind: ErrorKind, offset: usize) -> Self {
        Self::from_parts(kind, Some(offset as u64), None)
    }

    pub(crate) fn in_line(kind: ErrorKind, offset: usize, line: u64) -> Self {
        Self::from_parts(kind, Some(offset as u64), Some(line))
    }

    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self::from_parts(kind, None, None)
    }

    pub(crate) fn limit(what: &'static str, limit: u64) -> Self {
        Self::new(ErrorKind::Limit { what, limit })
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The byte: of the input when the gzip stream is damaged, of the inflated profile otherwise.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.inner.offset
    }

    /// The line, from 1, for forms that are text.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.inner.line
    }

    /// Whether the input is a file of another kind, rather than a damaged profile: its first bytes are those of no profile.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let at_start = || self.inner.offset.is_some_and(|offset| offset < FIRST_BYTES);
        match self.inner.kind {
            ErrorKind::NoSampleTypes | ErrorKind::Unsupported { .. } => true,
            ErrorKind::Wire { .. } | ErrorKind::WireType { .. } => at_start(),
            _ => false,
        }
    }

    /// Whether a limit was reached, rather than the input being wrong.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.inner.kind, ErrorKind::Limit { .. })
    }
}

/// A profile begins with its sample types; so many bytes of them no other format has.
const FIRST_BYTES: u64 = 64;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, offset, line } = &*self.inner;
        match (line, offset) {
            (Some(line), _) => write!(f, "line {line}: {kind}"),
            (None, Some(offset)) => write!(f, "byte {offset}: {kind}"),
            (None, None) => kind.fmt(f),
        }
    }
}
