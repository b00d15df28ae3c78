//! Rows for `serde`: as the JSON of a table has them.

#[cfg(feature = "serde")]
mod with_serde {
    use serde::{Serialize, Serializer, ser::SerializeMap as _};

    use crate::{
        cell::Cell,
        row::{Row, ToTable as _},
        table::Table,
        write::json::rfc3339,
    };

    impl Serialize for Cell<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match *self {
                Self::Bool(flag) => serializer.serialize_bool(flag),
                Self::Int64(number) => serializer.serialize_i64(number),
                Self::UInt64(number) => serializer.serialize_u64(number),
                Self::Float64(number) if number.is_finite() => serializer.serialize_f64(number),
                Self::Null | Self::Float64(_) => serializer.serialize_none(),
                Self::Timestamp(milliseconds) => serializer.serialize_str(&rfc3339(milliseconds)),
                Self::Text(text) => serializer.serialize_str(text),
                Self::List(list) => serializer.collect_seq(list.iter()),
                Self::Struct(record) => serializer.collect_map(record.iter()),
            }
        }
    }

    /// A list of rows.
    impl Serialize for Table {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..self.rows()).map(|row| RowOf { table: self, row }))
        }
    }

    /// One row of a table: its fields are the columns.
    struct RowOf<'t> {
        table: &'t Table,
        row: usize,
    }

    impl Serialize for RowOf<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let columns = self.table.columns();
            let mut map = serializer.serialize_map(Some(columns.len()))?;
            for column in columns {
                map.serialize_entry(column.name(), &column.cell(self.row))?;
            }
            map.end()
        }
    }

    #[doc(hidden)]
    pub fn serialize_row<R: Row, S: Serializer>(row: &R, serializer: S) -> Result<S::Ok, S::Error> {
        let table = std::slice::from_ref(row).to_table();
        RowOf { table: &table, row: 0 }.serialize(serializer)
    }
}

#[cfg(feature = "serde")]
#[doc(hidden)]
pub use with_serde::serialize_row;

/// `Serialize` for rows of published tables, with the feature `serde`: as the JSON of the table has them.
#[cfg(feature = "serde")]
#[macro_export]
macro_rules! serialize_rows {
    ($($row:ty),+ $(,)?) => {
        $(impl $crate::serde::Serialize for $row {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serialize_row(self, serializer)
            }
        })+
    };
}

/// Without the feature `serde`, nothing.
#[cfg(not(feature = "serde"))]
#[macro_export]
macro_rules! serialize_rows {
    ($($row:ty),+ $(,)?) => {};
}
