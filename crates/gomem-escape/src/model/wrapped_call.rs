//! A call that `go` or `defer` puts into a function of its own.

use std::sync::Arc;

use gomem_symbol::Wrapper;

/// A call that `go` or `defer` puts into a function of its own, `go f(x)`: what that keeps of the arguments is allocated, and
/// no line says that it escapes.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:79:6: cannot inline start: unhandled op GO\n\
/// #             ./a.go:79:28: can inline start.gowrap1 with cost 5 as: func() { .autotmp_1(.autotmp_2) }\n\
/// #             ./a.go:79:31: start capturing by value: .autotmp_1 (addr=false assign=false width=8)\n\
/// #             ./a.go:79:28: start capturing by value: .autotmp_2 (addr=false assign=false width=8)\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// use gomem_symbol::Wrapper;
///
/// // `go func(n int) { … }(n)` keeps the function and its argument.
/// let call = &log.wrapped_calls()[0];
/// assert_eq!((call.line, call.wrapper, call.kept_bytes), (79, Some(Wrapper::Go), Some(16)));
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
