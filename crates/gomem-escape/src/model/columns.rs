//! The columns that the tables of a log begin with, and how their schemas are written.

use gomem_table::{Column, ColumnSpec, Kind, Unit};

use crate::text::Variant;

/// Where the compiler says something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) package: &'a str,
    pub(crate) variant: Variant,
    pub(crate) file: &'a str,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

/// The columns of [`PACKAGE`] to [`COLUMN`], and the others behind them.
pub(crate) fn behind_places<'a>(
    places: impl Iterator<Item = Place<'a>> + Clone,
    others: impl IntoIterator<Item = Column>,
) -> Vec<Column> {
    let places = || places.clone();
    let number = |value: Option<u32>| value.map(i64::from);
    let mut columns = vec![
        Column::strings("package", places().map(|place| place.package)),
        Column::category("variant", places().map(|place| place.variant as u32).collect(), Variant::NAMES),
        Column::strings("file", places().map(|place| place.file)),
        Column::optional_int64("line", Unit::None, places().map(|place| number(place.line))),
        Column::optional_int64("column", Unit::None, places().map(|place| number(place.column))),
    ];
    columns.extend(others);
    columns
}

pub(crate) const PACKAGE: ColumnSpec = spec("package", Kind::Text, None, "the package being compiled");
pub(crate) const VARIANT: ColumnSpec = spec("variant", Kind::Category, None, "why it was compiled");
pub(crate) const FILE: ColumnSpec = spec("file", Kind::Text, None, "the file, cleaned");
pub(crate) const COLUMN: ColumnSpec =
    spec("column", Kind::Int64, Some("the compiler gave none: beyond 254"), "the column in bytes");
pub(crate) const COPIES: ColumnSpec = count("copies", None, "how many times the log says it");

pub(crate) const fn line(doc: &'static str) -> ColumnSpec {
    spec("line", Kind::Int64, Some("the compiler gave none"), doc)
}

pub(crate) const fn spec(name: &'static str, kind: Kind, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null, doc }
}

pub(crate) const fn count(name: &'static str, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::Int64, unit: Unit::Count, null, doc }
}
