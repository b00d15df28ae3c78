//! What a table promises: the names, types, units and meanings of its columns.

use std::borrow::Cow;

use crate::{
    kind::Kind,
    table::{Table, TableError},
    unit::Unit,
};

/// What one column promises.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// The unit of its numbers.
    pub unit: Unit,
    /// What null means; `None` when a row is never null.
    pub null: Option<&'static str>,
    /// What the column says.
    pub doc: &'static str,
}

/// What a table promises.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The table's name.
    pub name: &'static str,
    /// How the rows are sorted.
    pub order: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ColumnSpec],
}

impl Schema {
    /// Holds `table` against this promise.
    ///
    /// # Errors
    /// [`TableError::Schema`] names the first column that differs in name, place, type, unit, or that holds a null
    /// where none is allowed.
    pub fn check(&self, table: &Table) -> Result<(), TableError> {
        let wrong = |column: &str, problem: String| TableError::Schema {
            table: self.name.to_owned(),
            column: column.to_owned(),
            problem,
        };
        for (index, spec) in self.columns.iter().enumerate() {
            let Some(column) = table.columns().get(index) else {
                return Err(wrong(spec.name, "is missing".to_owned()));
            };
            if column.name() != spec.name {
                return Err(wrong(spec.name, format!("has {} in its place", column.name())));
            }
            if column.kind() != spec.kind || column.unit() != spec.unit {
                let found = (column.kind(), column.unit());
                return Err(wrong(spec.name, format!("is {found:?}, not {:?}", (spec.kind, spec.unit))));
            }
            if spec.null.is_none() && column.validity().is_some() {
                return Err(wrong(spec.name, "holds a null, which it never should".to_owned()));
            }
        }
        match table.columns().get(self.columns.len()) {
            Some(extra) => Err(wrong(extra.name(), "is not in the schema".to_owned())),
            None => Ok(()),
        }
    }
}

/// What one column of a [`Definition`](crate::Definition) promises.
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
