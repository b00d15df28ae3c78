//! Whether the build went through.

use crate::text::BuildError;

/// What of the log says that the build failed.
#[derive(Debug, Default)]
pub(crate) struct Build {
    errors: Vec<BuildError>,
    /// In a package's section: whether the optimiser said something, and the first line that was not understood.
    is_section: bool,
    is_optimised: bool,
    suspect: Option<BuildError>,
}

impl Build {
    pub(crate) fn error(&mut self, log_line: u64, text: &str) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(BuildError { log_line, text: text.chars().take(LONGEST_ERROR).collect() });
        }
    }

    /// A line with a position that says nothing known.
    pub(crate) fn suspect(&mut self, log_line: u64, text: &str) {
        if self.is_section && self.suspect.is_none() {
            self.suspect = Some(BuildError { log_line, text: text.chars().take(LONGEST_ERROR).collect() });
        }
    }

    pub(crate) fn optimised(&mut self) {
        self.is_optimised = true;
    }

    /// Code that is not compiled is not optimised either: what the compiler says of it then is why.
    pub(crate) fn end_package(&mut self, next_is_section: bool) {
        if let Some(suspect) = self.suspect.take().filter(|_| !self.is_optimised)
            && self.errors.len() < MOST_ERRORS
        {
            self.errors.push(suspect);
        }
        (self.is_section, self.is_optimised) = (next_is_section, false);
    }

    pub(crate) fn errors(self) -> Vec<BuildError> {
        let mut errors = self.errors;
        errors.sort_by_key(|error| error.log_line);
        errors
    }

    pub(crate) fn first(&self) -> Option<&BuildError> {
        self.errors.iter().min_by_key(|error| error.log_line)
    }
}

const MOST_ERRORS: usize = 100;
const LONGEST_ERROR: usize = 400;
