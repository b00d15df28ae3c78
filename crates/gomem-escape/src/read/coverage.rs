//! What became of the lines of a log.

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
