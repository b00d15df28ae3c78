//! Reading whole logs.

use std::io::Read;

use crate::{
    error::{Error, ErrorKind, Limits},
    log::{escape_log::EscapeLog, finish::finish},
    read::{Coverage, Fold},
};

/// Reads several sources into one [`EscapeLog`]: the text of a build and its `-json` files, or the logs of several builds.
///
/// ```
/// # let log = "# example.com/app\n\
/// #            ./a.go:7:10: buf escapes to heap in put:\n\
/// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
/// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
/// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
/// #            ./a.go:7:10: buf escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
/// # let decision = &log.heap_decisions()[0];
/// let mut reader = gomem_escape::EscapeReader::new(gomem_escape::Limits::default());
/// reader.read(&b"# example.com/app\n./a.go:3:2: moved to heap: x\n"[..])?;
/// assert_eq!(reader.finish()?.heap_decisions().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct EscapeReader {
    fold: Fold,
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
        self.fold.facts().coverage
    }

    /// The whole log.
    ///
    /// # Errors
    /// When no line was of the compiler's optimiser.
    pub fn finish(self) -> Result<EscapeLog, Error> {
        let facts = self.fold.facts();
        let Coverage { lines, parsed, .. } = facts.coverage;
        if parsed == facts.sections {
            if let Some(error) = facts.build.first().filter(|_| facts.sections > 0) {
                return Err(Error::new(ErrorKind::FailedBuild { error: error.text.clone() }, Some(error.log_line)));
            }
            return Err(Error::new(ErrorKind::NothingFound { lines }, facts.unknown.first().copied()));
        }
        Ok(finish(self.fold.into_facts()))
    }
}

#[cfg(test)]
mod tests;
