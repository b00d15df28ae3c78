//! `# package [variant]`: the line that begins a package's part of the log.

use std::fmt;

/// A package's part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Section<'a> {
    /// After `# `.
    text: &'a str,
    /// What a CI system put before it.
    prefix: &'a str,
}

/// Why a package was compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Variant {
    /// For itself.
    #[default]
    Plain,
    /// Together with its tests.
    Test,
    /// Once more, with the profile of a program.
    Pgo,
}

impl<'a> Section<'a> {
    pub(crate) fn new(text: &'a str, prefix: &'a str) -> Self {
        Self { text, prefix }
    }

    /// The package's import path.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.text.split(' ').next().unwrap_or_default()
    }

    /// Why it was compiled: for itself, for its tests, or once more for a program's profile.
    #[must_use]
    pub fn variant(&self) -> Variant {
        match self.text.split_once(" [") {
            Some((_, reason)) if reason.ends_with(".test]") => Variant::Test,
            Some(_) => Variant::Pgo,
            None if self.text.ends_with(".test") => Variant::Test,
            None => Variant::Plain,
        }
    }
}

impl fmt::Display for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}# {}", self.prefix, self.text)
    }
}

gomem_table::named!(Variant { Plain "plain", Test "test", Pgo "pgo" });
