//! What a table promises: the names, types, units and meanings of its columns.

use std::borrow::Cow;

use crate::{kind::Kind, unit::Unit};

/// What one column of a [`Definition`](crate::Definition) promises.
///
/// ```
/// use gomem_table::{Definition, Kind, Unit};
///
/// let sites = Definition::new("sites", "as they come");
/// let schema = sites.int64("bytes", Unit::Bytes, "What it allocated.", |row: &i64| *row).schema();
/// assert_eq!((schema.columns[0].kind, schema.columns[0].null), (Kind::Int64, None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnSchema {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The type of its values.
    pub kind: Kind,
    /// The unit of its numbers.
    pub unit: Unit,
    /// What null means; `None` when a row is never null.
    pub null: Option<&'static str>,
    /// What the column says.
    pub doc: Cow<'static, str>,
    /// The names that it chooses from, if it does.
    pub names: &'static [&'static str],
    /// The fields of its records, if it holds lists of records.
    pub fields: Vec<Self>,
}

/// What a table promises: what its [`Definition`](crate::Definition) says.
///
/// ```
/// use gomem_table::{Definition, Unit};
///
/// let sites = Definition::new("sites", "as they come");
/// let schema = sites.int64("bytes", Unit::Bytes, "What it allocated.", |row: &i64| *row).schema();
/// assert!(schema.name == "sites" && schema.column("bytes").is_some() && schema.column("other").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableSchema {
    /// The table's name.
    pub name: Cow<'static, str>,
    /// What it holds, in a phrase; empty where the name says it.
    pub about: Cow<'static, str>,
    /// How the rows are sorted.
    pub order: Cow<'static, str>,
    /// Its columns, in order.
    pub columns: Vec<ColumnSchema>,
}

impl TableSchema {
    /// The column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnSchema> {
        self.columns.iter().find(|column| column.name == name)
    }
}
