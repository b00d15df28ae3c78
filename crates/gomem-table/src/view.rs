//! The tables of a model.

use std::fmt;

use crate::{schema::TableSchema, table::Table};

/// One of the tables that a model of type `M` makes: what it promises, and how it is made.
///
/// A model lists its tables once, and whoever offers tables by name reads that list.
///
/// ```
/// use gomem_table::{Definition, Row, ToTable, Unit, View};
///
/// struct Cycle(i64);
/// struct Trace(Vec<Cycle>);
///
/// impl Row for Cycle {
///     fn definition<'a>() -> Definition<'a, &'a Self> {
///         Definition::new("cycles", "by time").about("one row a GC cycle").int64(
///             "cycle",
///             Unit::None,
///             "its number",
///             |cycle: &&Self| cycle.0,
///         )
///     }
/// }
///
/// const TABLES: &[View<Trace>] = &[View::new(Cycle::schema, |trace| trace.0.to_table())];
///
/// let cycles = TABLES.iter().find(|view| view.schema().name == "cycles").unwrap();
/// assert_eq!(cycles.schema().about, "one row a GC cycle");
/// assert_eq!(cycles.table(&Trace(vec![Cycle(1)])).rows(), 1);
/// ```
pub struct View<M> {
    schema: fn() -> TableSchema,
    table: fn(&M) -> Table,
}

impl<M> View<M> {
    /// A table by its schema and how it is made.
    #[must_use]
    pub const fn new(schema: fn() -> TableSchema, table: fn(&M) -> Table) -> Self {
        Self { schema, table }
    }

    /// What the table promises.
    #[must_use]
    pub fn schema(&self) -> TableSchema {
        (self.schema)()
    }

    /// The table of this model.
    #[must_use]
    pub fn table(&self, model: &M) -> Table {
        (self.table)(model)
    }
}

impl<M> fmt::Debug for View<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("View").field(&self.schema().name).finish()
    }
}
