//! Why a question has no answer.

use gomem_pprof::UsageError;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Of HTTP.
    pub(crate) status: u16,
    /// The parameter that is wrong, where it is one.
    pub(crate) parameter: Option<String>,
    /// What is wrong, and what would be right.
    pub(crate) message: String,
}

impl Refusal {
    /// There is no such page, profile or function.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self { status: 404, parameter: None, message: message.into() }
    }

    /// A parameter that cannot be understood.
    pub(crate) fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self { status: 400, parameter: Some(name.to_owned()), message: message.into() }
    }

    /// A question that makes no sense.
    pub(crate) fn question(message: impl Into<String>) -> Self {
        Self { status: 400, parameter: None, message: message.into() }
    }
}

impl From<UsageError> for Refusal {
    fn from(problem: UsageError) -> Self {
        match problem {
            UsageError::Pattern { option, pattern, problem } => {
                Self::parameter(option, format!("`{pattern}`: {problem}"))
            }
            problem => Self::question(problem.to_string()),
        }
    }
}
