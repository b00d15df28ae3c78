//! The columns that the tables of a log begin with.

use std::sync::Arc;

use gomem_table::{Definition, Unit};

use crate::text::Variant;

/// Where the compiler says something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogPosition<'a> {
    pub(crate) package: &'a Arc<str>,
    pub(crate) variant: Variant,
    pub(crate) file: &'a Arc<str>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl<'a> LogPosition<'a> {
    /// `package`, `variant`, `file`, `line`, `column`; `line` says which line it is.
    pub(crate) fn columns(line: &'static str) -> Definition<'a, Self> {
        Definition::new("position", "")
            .shared_text("package", "the package being compiled", |at: &Self| at.package)
            .category("variant", Variant::NAMES, "why it was compiled", |at| at.variant as u32)
            .shared_text("file", "the file, cleaned", |at| at.file)
            .optional_int64("line", Unit::None, NO_LINE, line, |at| at.line.map(i64::from))
            .optional_int64("column", Unit::None, NO_COLUMN, "the column in bytes", |at| at.column.map(i64::from))
    }
}

/// When there is no line.
pub(crate) const NO_LINE: &str = "the compiler gave none";
/// When there is no column.
pub(crate) const NO_COLUMN: &str = "the compiler gave none: beyond 254";
/// When a function is not known.
pub(crate) const NO_FUNCTION: &str = "the log does not tell";
/// The order of tables that have one row for each distinct thing.
pub(crate) const FIRST_LINE: &str = "by the first line of the log that says it";
/// What `copies` counts.
pub(crate) const COPIES: &str = "how many times the log says it";
