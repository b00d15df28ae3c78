//! What is said at a line of the code.

use gomem_postmortem::Place;
use serde_json::{Map, Value};

/// What is said at a line of the code, or of the program as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Annotation {
    pub(crate) level: Level,
    /// The name of what was looked for: a cause, a kind of finding, a unit of benchmarks.
    pub(crate) rule: String,
    /// What that means.
    pub(crate) rule_text: String,
    /// Where; empty for what has no place.
    pub(crate) file: String,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
    /// What it is.
    pub(crate) message: String,
    /// Why, or what to do.
    pub(crate) reason: String,
    /// What stays the same when other code changes: not the line.
    pub(crate) identity: String,
    /// How it came to that.
    pub(crate) steps: Vec<Step>,
    /// What else is known.
    pub(crate) properties: Map<String, Value>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Level {
    #[default]
    Note,
    Warning,
    Error,
}

/// A place on the way.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) file: String,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
    pub(crate) text: String,
}

impl Annotation {
    /// At the line of a place, or at none.
    pub(crate) fn at(place: Option<&Place>) -> Self {
        Self {
            file: place.map_or_else(String::new, |place| place.file().to_string()),
            line: place.and_then(|place| u32::try_from(place.line).ok()).filter(|line| *line > 0),
            ..Self::default()
        }
    }

    /// Whether there is a file to show it at: generated code is in none.
    pub(crate) fn has_file(&self) -> bool {
        is_file(&self.file)
    }

    /// `file:line:column`, where they are known.
    pub(crate) fn place(&self) -> String {
        let numbers = [self.line, self.column].into_iter().flatten();
        numbers.fold(self.file.clone(), |place, number| format!("{place}:{number}"))
    }

    /// What it is and why, in one text.
    pub(crate) fn text(&self) -> String {
        match (self.message.as_str(), self.reason.as_str()) {
            (message, "") => message.to_owned(),
            (message, reason) => format!("{message}: {reason}"),
        }
    }
}

impl Level {
    /// As SARIF and GitHub's logs call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whether a path is one of a file.
pub(super) fn is_file(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('<')
}
