//! Which functions can be inlined.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{
    model::columns::{COPIES, FIRST_LINE, LogPosition},
    text::Variant,
};

/// What the compiler says about inlining a function.
///
/// ```
/// use gomem_escape::EscapeLog;
///
/// let log = EscapeLog::decode(b"# p\n./a.go:3:6: can inline f with cost 4 as: func() { return 1 }\n")?;
/// let inlining = &log.inlining()[0];
/// assert_eq!((&*inlining.function, inlining.can_inline, inlining.cost), ("f", true, Some(4)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inlining {
    /// The package being compiled.
    pub package: Arc<str>,
    /// Why that package was compiled.
    pub variant: Variant,
    /// The file, cleaned.
    pub file: Arc<str>,
    /// The line of the function's name.
    pub line: Option<u32>,
    /// Its column in bytes.
    pub column: Option<u32>,
    /// The function; `F into G` for one call of it.
    pub function: Arc<str>,
    /// Whether it can be inlined.
    pub can_inline: bool,
    /// Its cost, in nodes.
    pub cost: Option<i64>,
    /// What it may cost, when that is said: 80, more for functions that a profile finds hot.
    pub budget: Option<i64>,
    /// Why it cannot be inlined.
    pub reason: Option<Arc<str>>,
    /// How many times the log says it.
    pub copies: u32,
}

impl Inlining {
    fn position(&self) -> LogPosition<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        LogPosition { package, variant: *variant, file, line: *line, column: *column }
    }
}

impl Row for Inlining {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("inlining", FIRST_LINE)
            .about("functions that can and cannot be inlined")
            .embed(LogPosition::columns("the line of the function's name"), |row: &&'a Self| row.position())
            .shared_text("function", "the function, without its package", |row| &row.function)
            .bool("can_inline", "whether it can be inlined", |row| row.can_inline)
            .optional_int64("cost", Unit::Count, "the compiler gave none", "its cost, in nodes", |row| row.cost)
            .optional_int64("budget", Unit::Count, "it does not decide", "what it may cost", |row| row.budget)
            .optional_shared_text("reason", "it can be inlined", "why it cannot be inlined", |row| row.reason.as_ref())
            .int64("copies", Unit::Count, COPIES, |row| i64::from(row.copies))
    }
}

gomem_table::serialize_rows!(Inlining);
