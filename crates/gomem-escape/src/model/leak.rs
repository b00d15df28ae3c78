//! Parameters that leak.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{
    decide::Step,
    model::columns::{COPIES, FIRST_LINE, LogPosition, NO_FUNCTION},
    text::Variant,
};

/// A parameter that outlives its function's call: what is passed for it goes to the heap, or where the result goes.
///
/// ```
/// use gomem_escape::EscapeLog;
///
/// let log = EscapeLog::decode(b"# p\n./a.go:3:8: leaking param: p to result ~r0 level=0\n")?;
/// let leak = &log.leaks()[0];
/// assert_eq!((&*leak.param, leak.is_content), ("p", false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leak {
    /// The package being compiled.
    pub package: Arc<str>,
    /// Why that package was compiled.
    pub variant: Variant,
    /// The file, cleaned.
    pub file: Arc<str>,
    /// The line of the parameter.
    pub line: Option<u32>,
    /// Its column in bytes.
    pub column: Option<u32>,
    /// The function, without its package; as for a heap decision.
    pub function: Option<Arc<str>>,
    /// The parameter; `arg#1` when it has no name.
    pub param: Arc<str>,
    /// Where it goes: `{heap}`, or a result.
    pub to: Arc<str>,
    /// Whether what it points to leaks, and not itself.
    pub is_content: bool,
    /// How often it is dereferenced on the way: 0 is the pointer itself.
    pub derefs: Option<i64>,
    /// The call by which it reaches the heap, when it is passed on.
    pub callee: Option<Arc<str>>,
    /// The statement that stores the parameter itself in what is on the heap: a field, an element, a map, a channel, a variable
    /// of a package.
    pub store: Option<Step>,
    /// How many times the log says it.
    pub copies: u32,
}

impl Leak {
    fn position(&self) -> LogPosition<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        LogPosition { package, variant: *variant, file, line: *line, column: *column }
    }
}

impl Row for Leak {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("leaks", FIRST_LINE)
            .about("parameters that leak")
            .embed(LogPosition::columns("the line of the parameter"), |row: &&'a Self| row.position())
            .optional_shared_text("function", NO_FUNCTION, "the function, without its package", |row| {
                row.function.as_ref()
            })
            .shared_text("param", "the parameter", |row| &row.param)
            .shared_text("to", "where it goes: {heap}, or a result", |row| &row.to)
            .bool("is_content", "whether only what it points to leaks", |row| row.is_content)
            .optional_int64("derefs", Unit::Count, "without -m=2", "how often it is dereferenced on the way", |row| {
                row.derefs
            })
            .optional_text(
                "callee",
                "it is stored in the function itself",
                "the call by which it reaches the heap",
                |row| row.callee.as_deref(),
            )
            .int64("copies", Unit::Count, COPIES, |row| i64::from(row.copies))
    }
}

gomem_table::serialize_rows!(Leak);
