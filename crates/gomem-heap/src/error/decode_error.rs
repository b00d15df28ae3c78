//! A dump that is not read.

/// A dump that is not read, and where that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It does not begin as a heap dump.
    #[error("not a heap dump: it does not begin with `go1.7 heap dump`")]
    NotAHeapDump,
    /// It ends, or is damaged, before it says of what machine it is.
    #[error("a heap dump without its first record")]
    NoParameters,
    /// It says what no machine is.
    #[error("pointers of {found} bytes, where 4 or 8 are known")]
    PointerBytes {
        /// What it says.
        found: u64,
    },
    /// It has more of something than is accepted.
    #[error("more {what} than {limit}")]
    Limit {
        /// Of what there are too many.
        what: &'static str,
        /// How many are accepted.
        limit: u64,
    },
}

impl ErrorKind {
    /// Its name, as exceptions have it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotAHeapDump => "not_a_heap_dump",
            Self::NoParameters => "no_parameters",
            Self::PointerBytes { .. } => "pointer_bytes",
            Self::Limit { .. } => "limit",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset: offset as u64 }
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
