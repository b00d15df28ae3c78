//! Which functions can be inlined.

use std::sync::Arc;

use gomem_table::{Column, Kind, Schema, Table, TableError, Unit};

use crate::{
    model::columns::{COLUMN, COPIES, FILE, PACKAGE, Place, VARIANT, behind_places, count, line, spec},
    text::Variant,
};

/// What the compiler says about inlining a function.
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
    /// One row a function: [`INLINING_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn table_of(functions: &[Self]) -> Result<Table, TableError> {
        let all = || functions.iter();
        Table::new(
            INLINING_SCHEMA.name,
            behind_places(
                all().map(Self::place),
                [
                    Column::strings("function", all().map(|row| &row.function)),
                    Column::bool("can_inline", all().map(|row| row.can_inline).collect()),
                    Column::optional_int64("cost", Unit::Count, all().map(|row| row.cost)),
                    Column::optional_int64("budget", Unit::Count, all().map(|row| row.budget)),
                    Column::optional_strings("reason", all().map(|row| row.reason.as_ref())),
                    Column::int64("copies", Unit::Count, all().map(|row| i64::from(row.copies)).collect()),
                ],
            ),
        )
    }

    fn place(&self) -> Place<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        Place { package, variant: *variant, file, line: *line, column: *column }
    }
}

/// The table of [`Inlining::table_of`].
pub const INLINING_SCHEMA: Schema = Schema {
    name: "inlining",
    order: "by the first line of the log that says it",
    columns: &[
        PACKAGE,
        VARIANT,
        FILE,
        line("the line of the function's name"),
        COLUMN,
        spec("function", Kind::Text, None, "the function, without its package"),
        spec("can_inline", Kind::Bool, None, "whether it can be inlined"),
        count("cost", Some("the compiler gave none"), "its cost, in nodes"),
        count("budget", Some("it does not decide"), "what it may cost"),
        spec("reason", Kind::Text, Some("it can be inlined"), "why it cannot be inlined"),
        COPIES,
    ],
};
