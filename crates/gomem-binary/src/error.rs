//! What goes wrong with a program's file.

/// A file that is not read.
///
/// ```
/// use gomem_binary::Binary;
///
/// assert!(Binary::decode(b"<html>").unwrap_err().to_string().contains("program"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
}

/// What is wrong.
///
/// ```
/// use gomem_binary::{Binary, ErrorKind};
///
/// assert!(matches!(Binary::decode(b"<html>").unwrap_err().kind(), ErrorKind::NotAProgram { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is no ELF, Mach-O or PE file, or a damaged one.
    #[error("not a program: {problem}")]
    NotAProgram {
        /// What the file's reader says.
        problem: String,
    },
    /// It is a program, and not one of Go.
    #[error("a program that Go did not build: it has no build info")]
    NotGo,
    /// It is one of Go, and what names its functions is not there, or of a version that is not known.
    #[error("a program of Go in which the table of its functions is not found")]
    NoFunctions,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}
