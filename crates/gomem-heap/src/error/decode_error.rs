//! A dump or core that is not read.

/// A dump or core that is not read, and where that shows.
///
/// ```
/// use gomem_heap::Heap;
///
/// let error = Heap::decode(b"<html>".to_vec()).unwrap_err();
/// assert_eq!((error.kind().name(), error.offset()), ("not_a_heap_dump", 0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", self.place())]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// What is wrong.
///
/// ```
/// # let core = std::io::Cursor::new(gomem_testkit::inflated("testdata/heap/holders-go1.27.3.core.gz"));
/// use gomem_heap::{ErrorKind, Heap, HeapOptions};
///
/// let error = Heap::read_with(core, HeapOptions::default()).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::NoBinary { .. }));
/// ```
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
    /// It is no core, or one of words that no reader here knows.
    #[error("not a core of a process with words of eight bytes")]
    NotACore,
    /// A core of a processor that is not read.
    #[error("a core of ELF machine {found}, where amd64 (62) and arm64 (183) are read")]
    CoreMachine {
        /// The machine's number.
        found: u16,
    },
    /// A core without the program's file, which says where the runtime keeps what.
    #[error(
        "a core is read with the program's file beside it, and there is none{}",
        path.as_ref().map_or_else(String::new, |path| format!(": it ran from {path}"))
    )]
    NoBinary {
        /// Where the program's file was when it ran.
        path: Option<String>,
    },
    /// The file beside a core is another program's.
    #[error("the binary is not the one that ran ({reason}){}", path.as_ref().map_or_else(String::new, |path| format!("; that was {path}")))]
    BinaryMismatch {
        /// What tells.
        reason: &'static str,
        /// Where the program's file was when it ran.
        path: Option<String>,
    },
    /// The program's file is not read.
    #[error("the binary cannot be read: {problem}")]
    Binary {
        /// What is wrong with it.
        problem: String,
    },
    /// Nothing says where the runtime's structures lie.
    #[error(
        "nothing says where {go_version} keeps its structures: the binary has no debug information, and the version is not known"
    )]
    NoLayouts {
        /// The version of Go.
        go_version: String,
    },
    /// The core does not have the runtime's own list of memory.
    #[error("the core lacks {what}")]
    CoreLacks {
        /// What is not in it.
        what: &'static str,
    },
    /// The file cannot be read.
    #[error("it cannot be read: {problem}")]
    Unreadable {
        /// What the system says.
        problem: String,
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
            Self::NotACore => "not_a_core",
            Self::CoreMachine { .. } => "core_machine",
            Self::NoBinary { .. } => "no_binary",
            Self::BinaryMismatch { .. } => "binary_mismatch",
            Self::Binary { .. } => "binary",
            Self::NoLayouts { .. } => "no_layouts",
            Self::CoreLacks { .. } => "core_lacks",
            Self::Unreadable { .. } => "unreadable",
            Self::Limit { .. } => "limit",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset: offset as u64 }
    }

    /// Of a core without something.
    pub(crate) fn lacks(what: &'static str) -> Self {
        Self::new(ErrorKind::CoreLacks { what }, 0)
    }

    /// The byte, where there is one: a core as a whole lacks something.
    fn place(&self) -> String {
        match self.kind {
            ErrorKind::NoBinary { .. }
            | ErrorKind::BinaryMismatch { .. }
            | ErrorKind::Binary { .. }
            | ErrorKind::NoLayouts { .. }
            | ErrorKind::CoreLacks { .. }
            | ErrorKind::Unreadable { .. } => String::new(),
            _ => format!(" (byte {})", self.offset),
        }
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

    /// Whether more was needed than was given, rather than something wrong with what was given.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self.kind, ErrorKind::NoBinary { .. })
    }

    /// Whether a limit was hit, rather than a flaw found.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.kind, ErrorKind::Limit { .. })
    }
}
