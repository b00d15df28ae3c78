//! A line of a function.

use std::sync::Arc;

use gomem_pprof::Line;
use gomem_symbol::{Symbol, package_name};

/// A line of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Place {
    /// The function, as the profile names it.
    pub function: Arc<str>,
    /// Its file.
    pub file: Arc<str>,
    /// The line.
    pub line: i64,
}

impl Place {
    /// What names the function in other builds too; lines move when code changes.
    pub(crate) fn key(&self) -> String {
        Symbol::decode(&self.function).key()
    }

    /// The place of a frame.
    #[must_use]
    pub fn from_frame(line: Line<'_>) -> Self {
        match line.function() {
            Some(function) => {
                Self { function: function.name().into(), file: function.path().as_str().into(), line: line.line() }
            }
            None => Self { function: "<unknown>".into(), file: "".into(), line: 0 },
        }
    }

    /// `api/handler.go:58`: enough of the path to know it. The folder goes by the package's name, without versions.
    #[must_use]
    pub fn short(&self) -> String {
        match self.file.rsplit_once('/') {
            Some((folder, file)) => match package_name(folder) {
                "" => format!("{file}:{}", self.line),
                package => format!("{package}/{file}:{}", self.line),
            },
            None => format!("{}:{}", self.file, self.line),
        }
    }

    /// `api.(*Handler).postEvents`.
    #[must_use]
    pub fn short_function(&self) -> String {
        Symbol::decode(&self.function).short()
    }
}
