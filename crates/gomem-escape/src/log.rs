//! The whole log, folded.

use std::{io::Read, sync::Arc};

use gomem_table::{Table, TableError};

use crate::{
    decision::HeapDecision,
    error::{Error, ErrorKind, Limits},
    finish,
    fold::Fold,
    inlining::Inlining,
    leak::Leak,
    stay::Stay,
    version::GoVersions,
};

/// What the compiler decided, one entry per place.
#[derive(Debug, Clone, Default)]
pub struct EscapeLog {
    pub(crate) decisions: Vec<HeapDecision>,
    pub(crate) stays: Vec<Stay>,
    pub(crate) wrapped: Vec<(Arc<str>, u32)>,
    pub(crate) additions: Vec<(Arc<str>, u32)>,
    pub(crate) leaks: Vec<Leak>,
    pub(crate) inlining: Vec<Inlining>,
    pub(crate) coverage: Coverage,
    pub(crate) unknown: Vec<u64>,
    pub(crate) versions: GoVersions,
}

/// Reads several sources into one [`EscapeLog`]: the text of a build and its `-json` files, or the logs of several builds.
#[derive(Debug, Default)]
pub struct EscapeReader {
    fold: Fold,
}

/// What became of the log's lines. `parsed + unknown + skipped` is `lines`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Coverage {
    /// All lines.
    pub lines: u64,
    /// Lines that were understood.
    pub parsed: u64,
    /// Diagnostics that were not understood: build errors, or messages not known here.
    pub unknown: u64,
    /// Lines that are no diagnostics.
    pub skipped: u64,
}

impl EscapeLog {
    /// Reads a log: the text of `go build -gcflags=-m` or `-m=2`, the events of `go build -json` and `go test -json` that
    /// carry it, or a file that `-gcflags=-json=0,DIR` wrote. Other output of the build may stand between.
    ///
    /// # Errors
    /// When no line is the compiler's, or a limit is reached.
    pub fn decode(log: &[u8]) -> Result<Self, Error> {
        Self::decode_with(log, &Limits::default())
    }

    /// [`decode`](Self::decode), with other limits.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    pub fn decode_with(log: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut reader = EscapeReader::new(*limits);
        reader.read(log)?;
        reader.finish()
    }

    /// What goes to the heap, in the order of the log.
    #[must_use]
    pub fn heap_decisions(&self) -> &[HeapDecision] {
        &self.decisions
    }

    /// What does not escape and may allocate all the same, since its size is only known at run time.
    #[must_use]
    pub fn stays(&self) -> &[Stay] {
        &self.stays
    }

    /// File and line of the calls that `go` or `defer` puts into a function of its own, `go f(x)`: what they keep of the
    /// arguments is allocated, and no line says that it escapes.
    #[must_use]
    pub fn wrapped_calls(&self) -> &[(Arc<str>, u32)] {
        &self.wrapped
    }

    /// File and line of `text += more`, as far as a flow goes through it: no line says that it allocates.
    #[must_use]
    pub fn text_additions(&self) -> &[(Arc<str>, u32)] {
        &self.additions
    }

    /// Parameters that leak.
    #[must_use]
    pub fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// Functions that can and cannot be inlined.
    #[must_use]
    pub fn inlining(&self) -> &[Inlining] {
        &self.inlining
    }

    /// What became of the lines.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The numbers of the first lines that were not understood.
    #[must_use]
    pub fn unknown_lines(&self) -> &[u64] {
        &self.unknown
    }

    /// The versions of Go that can have printed the log.
    #[must_use]
    pub fn go_versions(&self) -> GoVersions {
        self.versions
    }

    /// [`heap_decisions`](Self::heap_decisions) as a table.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn escapes_table(&self) -> Result<Table, TableError> {
        HeapDecision::table_of(&self.decisions)
    }
}

impl EscapeReader {
    /// A reader under these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { fold: Fold::new(limits) }
    }

    /// Reads one source to its end. Memory grows with what is distinct in it, not with its length.
    ///
    /// # Errors
    /// When a limit is reached, or the source cannot be read.
    pub fn read(&mut self, log: impl Read) -> Result<(), Error> {
        self.fold.read(log)
    }

    /// What became of the lines so far.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.fold.coverage
    }

    /// The whole log.
    ///
    /// # Errors
    /// When no line was the compiler's.
    pub fn finish(self) -> Result<EscapeLog, Error> {
        let coverage = self.fold.coverage;
        if coverage.parsed == 0 {
            let kind = ErrorKind::NothingFound { lines: coverage.lines };
            return Err(Error::new(kind, self.fold.unknown.first().copied()));
        }
        Ok(finish::finish(self.fold))
    }
}

#[cfg(test)]
mod tests;
