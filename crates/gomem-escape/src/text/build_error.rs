//! What the compiler says of code that it cannot compile.

/// A line that says why a build failed.
///
/// ```
/// use gomem_escape::EscapeLog;
///
/// let log = EscapeLog::decode(b"# p\n./a.go:3:9: moved to heap: x\n# q\n./b.go:4:1: undefined: y\n")?;
/// let error = &log.build_errors()[0];
/// assert_eq!(error.log_line, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildError {
    /// The line of the log, from 1.
    pub log_line: u64,
    /// The line.
    pub text: String,
}

/// Whether a message, or a line without a position, is one that only a failed build prints. What is none of these can still
/// be one: then it stands in the section of a package of which the optimiser says nothing.
pub(crate) fn is_build_error(message: &str) -> bool {
    BEGINNINGS.iter().any(|begin| message.starts_with(begin))
        || MIDDLES.iter().any(|middle| message.contains(middle))
        || message.ends_with("[build failed]")
        || message.ends_with("[setup failed]")
}

/// `types2`, the syntax checker, the `go` command and the linker.
const BEGINNINGS: [&str; 20] = [
    "undefined: ",
    "syntax error: ",
    "cannot use ",
    "too many errors",
    "missing return",
    "not enough arguments in ",
    "too many arguments in ",
    "assignment mismatch: ",
    "invalid operation: ",
    "invalid argument: ",
    "cannot assign to ",
    "cannot find package ",
    "could not import ",
    "no required module provides ",
    "missing go.sum entry ",
    "import cycle not allowed",
    "duplicate case ",
    "non-boolean condition ",
    "no new variables on left side of :=",
    "stack frame too large",
];
const MIDDLES: [&str; 9] = [
    " imported and not used",
    "declared and not used: ",
    " declared and not used",
    " redeclared in this block",
    " is not in std",
    " undefined (type ",
    ": relocation target ",
    " does not implement ",
    " is not a type",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_what_the_optimiser_says() {
        for message in
            ["undefined: x", "\"os\" imported and not used", "declared and not used: y", "FAIL\tp [build failed]"]
        {
            assert!(is_build_error(message), "{message}");
        }
        for message in ["x escapes to heap", "can inline f", "", "cannot inline f: unhandled op GO"] {
            assert!(!is_build_error(message), "{message}");
        }
    }
}
