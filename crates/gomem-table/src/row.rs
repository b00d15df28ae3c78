//! What is shown as a table.

use crate::{definition::Definition, schema::TableSchema, table::Table};

/// A row of a published table.
pub trait Row: Sized {
    /// The table that such rows make.
    fn definition<'a>() -> Definition<'a, &'a Self>
    where
        Self: 'a;

    /// What that table promises.
    #[must_use]
    fn schema() -> TableSchema {
        Self::definition().schema()
    }
}

/// What can be shown as a table.
pub trait ToTable {
    /// One row each, in order.
    fn to_table(&self) -> Table;
}

impl<R: Row> ToTable for [R] {
    fn to_table(&self) -> Table {
        R::definition().table(self)
    }
}
