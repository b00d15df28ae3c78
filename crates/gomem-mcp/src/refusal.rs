//! Why a request is not answered, in words for who asked.

/// Why a request is not answered: what, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{parameter}: {problem}")]
    Argument { parameter: String, problem: String },
    #[error("{path}: {problem}")]
    Path { path: String, problem: String },
    #[error("cursor: {0}")]
    Cursor(&'static str),
    /// The command failed, and said so.
    #[error("{said}")]
    Command { code: u8, said: String },
    #[error("the request was cancelled")]
    Cancelled,
    #[error("the answer has more than {} MiB: narrow it by `where`, or by fewer files", .bytes >> 20)]
    Large { bytes: usize },
    #[error("a mistake of gomem's own: {0}; please report it, with the input if you may pass it on")]
    Panic(String),
}

impl Refusal {
    pub(crate) fn argument(parameter: &str, problem: impl Into<String>) -> Self {
        Self::Argument { parameter: parameter.to_owned(), problem: problem.into() }
    }

    pub(crate) fn path(path: &str, problem: impl Into<String>) -> Self {
        Self::Path { path: path.to_owned(), problem: problem.into() }
    }
}
