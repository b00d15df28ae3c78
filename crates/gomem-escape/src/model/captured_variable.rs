//! A variable that a closure captures.

use std::sync::Arc;

/// A variable that a closure captures: what keeps the closure keeps what the variable refers to. Of several closures in one function
/// the log does not say which it is.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:49:2: (*gateway).serve capturing by value: conn (addr=false assign=false width=8)\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// // The line is the one that declares it.
/// let captured = &log.captured_variables()[0];
/// assert_eq!((&*captured.function, &*captured.variable, captured.line), ("(*gateway).serve", "conn", 49));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct CapturedVariable {
    /// The file.
    pub file: Arc<str>,
    /// The line that declares it.
    pub line: u32,
    /// The function around the closure.
    pub function: Arc<str>,
    /// Its name.
    pub variable: Arc<str>,
}
