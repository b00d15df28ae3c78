//! What became of the lines of a log.

/// What became of the log's lines. `parsed + unknown + skipped` is `lines`.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// let coverage = log.coverage();
/// assert_eq!((coverage.lines, coverage.parsed + coverage.unknown + coverage.skipped), (6, 6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
