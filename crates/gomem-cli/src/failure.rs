//! How a command can go wrong.

use std::{fmt, io, path::Path};

use gomem_postmortem::BundleError;

/// How a command can go wrong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// The input cannot be read: one line, with the file.
    Input(String),
    /// What was asked does not make sense.
    Usage(String),
}

impl Failure {
    pub(crate) fn input(path: &Path, problem: impl fmt::Display) -> Self {
        Self::Input(format!("{}: {problem}", path.display()))
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Output(_) | Self::Input(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(problem) => write!(f, "cannot write the output: {problem}"),
            Self::Input(problem) | Self::Usage(problem) => f.write_str(problem),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(problem: io::Error) -> Self {
        Self::Output(problem)
    }
}

impl From<BundleError> for Failure {
    fn from(problem: BundleError) -> Self {
        match std::error::Error::source(&problem) {
            Some(source) => Self::Input(format!("{problem}: {source}")),
            None => Self::Input(problem.to_string()),
        }
    }
}

impl From<gomem_table::TableError> for Failure {
    fn from(problem: gomem_table::TableError) -> Self {
        Self::Input(problem.to_string())
    }
}
