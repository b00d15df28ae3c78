//! A call that `go` or `defer` puts into a function of its own.

use std::sync::Arc;

use gomem_symbol::Wrapper;

/// A call that `go` or `defer` puts into a function of its own, `go f(x)`: what that keeps of the arguments is allocated, and
/// no line says that it escapes.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// assert!(log.wrapped_calls().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrappedCall {
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// Which of the two; `None` where neither the function's name (Go 1.22) nor what keeps the caller from being inlined tells.
    pub wrapper: Option<Wrapper>,
    /// The bytes of the arguments that it keeps, each rounded up to a word; `None` where the widths are not known.
    pub kept_bytes: Option<u64>,
}
