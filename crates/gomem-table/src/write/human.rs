//! Cells as people read them.

use crate::{Unit, cell::Cell, write::rfc3339};

impl Cell<'_> {
    /// As a person reads it: numbers in their unit, nothing for null.
    ///
    /// ```
    /// use gomem_table::{Cell, Unit};
    ///
    /// assert_eq!(Cell::Int64(2048).humanize(Unit::Bytes), "2.0 KiB");
    /// assert_eq!(Cell::Null.humanize(Unit::Bytes), "");
    /// ```
    #[must_use]
    pub fn humanize(self, unit: Unit) -> String {
        match self {
            Self::Null => String::new(),
            Self::Int64(number) if unit == Unit::None => number.to_string(),
            Self::UInt64(number) if unit == Unit::None => format!("{number:#x}"),
            Self::Int64(number) => unit.humanize(number as f64),
            Self::Float64(number) => unit.humanize(number),
            Self::Text(text) => text.to_owned(),
            Self::Timestamp(milliseconds) => rfc3339(milliseconds),
            Self::List(list) => list.iter().map(|item| item.humanize(Unit::None)).collect::<Vec<_>>().join(" "),
            // Labels above all: the name, then what it is.
            Self::Struct(record) => {
                let values = record.iter().map(|(_, cell)| cell.humanize(Unit::None)).filter(|text| !text.is_empty());
                values.collect::<Vec<_>>().join("=")
            }
            other => other.to_json(),
        }
    }
}
