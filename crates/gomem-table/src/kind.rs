//! The type of a column's values.

/// The type of a column's values.
///
/// ```
/// use gomem_table::{Column, Kind};
///
/// assert!(Kind::Int64.is_number() && !Column::strings("name", ["a"]).kind().is_number());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Flags.
    Bool,
    /// Signed numbers.
    Int64,
    /// Unsigned numbers.
    UInt64,
    /// Floating-point numbers.
    Float64,
    /// Milliseconds since the Unix epoch, UTC.
    Timestamp,
    /// Text.
    Text,
    /// One of a fixed set of names.
    Category,
    /// Lists.
    List,
    /// Records.
    Struct,
}

impl Kind {
    /// Whether its values are numbers, which people read from the right.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int64 | Self::UInt64 | Self::Float64)
    }
}
