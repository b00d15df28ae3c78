//! What is shown as a table.

use crate::{definition::Definition, schema::TableSchema, table::Table};

/// A row of a published table.
///
/// ```
/// use gomem_table::{Definition, Row, ToTable, Unit};
///
/// struct Site {
///     bytes: i64,
/// }
///
/// impl Row for Site {
///     fn definition<'a>() -> Definition<'a, &'a Self> {
///         let sites = Definition::new("sites", "as they come");
///         sites.int64("bytes", Unit::Bytes, "What it allocated.", |site: &&Self| site.bytes)
///     }
/// }
///
/// assert_eq!(Site::schema().column("bytes").map(|column| column.unit), Some(Unit::Bytes));
/// assert_eq!([Site { bytes: 4_096 }].to_table().rows(), 1);
/// ```
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
///
/// ```
/// use gomem_table::{Definition, Row, ToTable, Unit};
///
/// struct Site(i64);
///
/// impl Row for Site {
///     fn definition<'a>() -> Definition<'a, &'a Self> {
///         let sites = Definition::new("sites", "as they come");
///         sites.int64("bytes", Unit::Bytes, "What it allocated.", |site: &&Self| site.0)
///     }
/// }
///
/// assert_eq!(vec![Site(1), Site(2)].to_table().rows(), 2);
/// ```
pub trait ToTable {
    /// One row each, in order.
    fn to_table(&self) -> Table;
}

impl<R: Row> ToTable for [R] {
    fn to_table(&self) -> Table {
        R::definition().table(self)
    }
}
