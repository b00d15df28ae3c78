//! What does not escape and may allocate all the same.

use std::sync::Arc;

use gomem_table::{Column, ColumnSpec, Kind, Schema, Table, TableError, Unit};

use crate::{certainty::Certainty, decision::Variant, subject::SubjectKind};

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
        let number = |value: Option<u32>| value.map(i64::from);
        Table::new(
            STAYS_SCHEMA.name,
            vec![
                Column::strings("package", all().map(|stay| &stay.package)),
                Column::category("variant", all().map(|stay| stay.variant as u32).collect(), Variant::NAMES),
                Column::strings("file", all().map(|stay| &stay.file)),
                Column::optional_int64("line", Unit::None, all().map(|stay| number(stay.line))),
                Column::optional_int64("column", Unit::None, all().map(|stay| number(stay.column))),
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
        )
    }
}

/// The table of [`Stay::table_of`].
pub const STAYS_SCHEMA: Schema = Schema {
    name: "stays",
    order: "by the first line of the log that says it",
    columns: &[
        spec("package", Kind::Text, None, "the package being compiled"),
        spec("variant", Kind::Category, None, "why it was compiled"),
        spec("file", Kind::Text, None, "the file, cleaned"),
        spec("line", Kind::Int64, Some("the compiler gave none"), "the line"),
        spec("column", Kind::Int64, Some("the compiler gave none: beyond 254"), "the column in bytes"),
        spec("subject", Kind::Text, None, "the expression"),
        spec("subject_kind", Kind::Category, None, "what kind of expression it is"),
        spec("alloc_certainty", Kind::Category, None, "whether it allocates"),
        ColumnSpec {
            name: "copies",
            kind: Kind::Int64,
            unit: Unit::Count,
            null: None,
            doc: "how many times the log says it",
        },
    ],
};

const fn spec(name: &'static str, kind: Kind, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null, doc }
}
