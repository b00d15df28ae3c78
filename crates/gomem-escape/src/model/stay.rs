//! What does not escape and may allocate all the same.

use std::sync::Arc;

use gomem_table::{Column, Kind, Schema, Table, TableError, Unit};

use crate::{
    decide::Certainty,
    model::columns::{COLUMN, COPIES, FILE, PACKAGE, Place, VARIANT, behind_places, line, spec},
    text::{SubjectKind, Variant},
};

/// An expression that does not escape, of a size that is only known at run time: the compiler keeps a small buffer for it
/// on the stack, and when that is too small it allocates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stay {
    /// The package being compiled.
    pub package: Arc<str>,
    /// Why that package was compiled.
    pub variant: Variant,
    /// The file, cleaned.
    pub file: Arc<str>,
    /// The line.
    pub line: Option<u32>,
    /// The column in bytes.
    pub column: Option<u32>,
    /// The expression.
    pub subject: Arc<str>,
    /// What kind of expression it is.
    pub subject_kind: SubjectKind,
    /// Whether it allocates.
    pub alloc_certainty: Certainty,
    /// How many times the log says it.
    pub copies: u32,
    /// The functions whose inlined calls stand at this place, as the log names them: it is of one of them.
    pub inlined_callees: Vec<Arc<str>>,
}

impl Stay {
    /// One row an expression: [`STAYS_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn table_of(stays: &[Self]) -> Result<Table, TableError> {
        let all = || stays.iter();
        Table::new(
            STAYS_SCHEMA.name,
            behind_places(
                all().map(Self::place),
                [
                    Column::strings("subject", all().map(|stay| &stay.subject)),
                    Column::category(
                        "subject_kind",
                        all().map(|stay| stay.subject_kind as u32).collect(),
                        SubjectKind::NAMES,
                    ),
                    Column::category(
                        "alloc_certainty",
                        all().map(|stay| stay.alloc_certainty as u32).collect(),
                        Certainty::NAMES,
                    ),
                    Column::int64("copies", Unit::Count, all().map(|stay| i64::from(stay.copies)).collect()),
                ],
            ),
        )
    }

    fn place(&self) -> Place<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        Place { package, variant: *variant, file, line: *line, column: *column }
    }
}

/// The table of [`Stay::table_of`].
pub const STAYS_SCHEMA: Schema = Schema {
    name: "stays",
    order: "by the first line of the log that says it",
    columns: &[
        PACKAGE,
        VARIANT,
        FILE,
        line("the line"),
        COLUMN,
        spec("subject", Kind::Text, None, "the expression"),
        spec("subject_kind", Kind::Category, None, "what kind of expression it is"),
        spec("alloc_certainty", Kind::Category, None, "whether it allocates"),
        COPIES,
    ],
};
