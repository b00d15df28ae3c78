//! Parameters that leak.

use std::sync::Arc;

use gomem_table::{Column, Kind, Schema, Table, TableError, Unit};

use crate::{
    model::columns::{COLUMN, COPIES, FILE, PACKAGE, Place, VARIANT, behind_places, count, line, spec},
    text::Variant,
};

/// A parameter that outlives its function's call: what is passed for it goes to the heap, or where the result goes.
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
    /// How many times the log says it.
    pub copies: u32,
}

impl Leak {
    /// One row a leak: [`LEAKS_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn table_of(leaks: &[Self]) -> Result<Table, TableError> {
        let all = || leaks.iter();
        Table::new(
            LEAKS_SCHEMA.name,
            behind_places(
                all().map(Self::place),
                [
                    Column::optional_strings("function", all().map(|leak| leak.function.as_ref())),
                    Column::strings("param", all().map(|leak| &leak.param)),
                    Column::strings("to", all().map(|leak| &leak.to)),
                    Column::bool("is_content", all().map(|leak| leak.is_content).collect()),
                    Column::optional_int64("derefs", Unit::Count, all().map(|leak| leak.derefs)),
                    Column::optional_strings("callee", all().map(|leak| leak.callee.as_ref())),
                    Column::int64("copies", Unit::Count, all().map(|leak| i64::from(leak.copies)).collect()),
                ],
            ),
        )
    }

    fn place(&self) -> Place<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        Place { package, variant: *variant, file, line: *line, column: *column }
    }
}

/// The table of [`Leak::table_of`].
pub const LEAKS_SCHEMA: Schema = Schema {
    name: "leaks",
    order: "by the first line of the log that says it",
    columns: &[
        PACKAGE,
        VARIANT,
        FILE,
        line("the line of the parameter"),
        COLUMN,
        spec("function", Kind::Text, Some("the log does not tell"), "the function, without its package"),
        spec("param", Kind::Text, None, "the parameter"),
        spec("to", Kind::Text, None, "where it goes: {heap}, or a result"),
        spec("is_content", Kind::Bool, None, "whether only what it points to leaks"),
        count("derefs", Some("without -m=2"), "how often it is dereferenced on the way"),
        spec(
            "callee",
            Kind::Text,
            Some("it is stored in the function itself"),
            "the call by which it reaches the heap",
        ),
        COPIES,
    ],
};
