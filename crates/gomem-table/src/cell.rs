//! One value of a column, for renderers and tests.

use crate::column::{Column, List, Values};

/// One value of a column.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// Unknown.
    Null,
    /// A flag.
    Bool(bool),
    /// A signed number.
    Int64(i64),
    /// An unsigned number.
    UInt64(u64),
    /// A floating-point number.
    Float64(f64),
    /// Milliseconds since the Unix epoch, UTC.
    Timestamp(i64),
    /// Text.
    Text(&'a str),
    /// A list of values.
    List(ListCell<'a>),
    /// A record.
    Struct(StructCell<'a>),
}

/// A list inside a cell.
///
/// ```
/// use gomem_table::{Cell, Column, Unit, Values};
///
/// let column = Column::list("sizes", Unit::Bytes, vec![0, 2], Values::Int64(vec![8, 16]));
/// let Cell::List(list) = column.cell(0) else { panic!("a list") };
/// assert!(list.iter().eq([Cell::Int64(8), Cell::Int64(16)]));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ListCell<'a> {
    values: &'a Values,
    start: usize,
    end: usize,
}

/// A record inside a cell.
///
/// ```
/// use gomem_table::{Cell, Column, Unit, Values};
///
/// let fields = Values::Struct(vec![Column::int64("line", Unit::None, vec![12])]);
/// let column = Column::new("frame", Unit::None, fields);
/// let Cell::Struct(frame) = column.cell(0) else { panic!("a struct") };
/// assert_eq!(frame.field("line"), Some(Cell::Int64(12)));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StructCell<'a> {
    fields: &'a [Column],
    row: usize,
}

impl Column {
    /// One value.
    ///
    /// # Panics
    /// If `row` is not below [`len`](Self::len), as indexing a slice does.
    #[must_use]
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self.validity() {
            Some(known) if !known[row] => Cell::Null,
            _ => Cell::new(self.values(), row),
        }
    }
}

impl<'a> Cell<'a> {
    fn new(values: &'a Values, row: usize) -> Self {
        match values {
            Values::Bool(v) => Self::Bool(v[row]),
            Values::Int64(v) => Self::Int64(v[row]),
            Values::UInt64(v) => Self::UInt64(v[row]),
            Values::Float64(v) => Self::Float64(v[row]),
            Values::Timestamp(v) => Self::Timestamp(v[row]),
            Values::Text(text) => Self::Text(text.pool.text(text.codes[row])),
            Values::Category(category) => {
                Self::Text(category.names.get(category.codes[row] as usize).copied().unwrap_or(""))
            }
            Values::List(list) => Self::List(ListCell::at(list, row)),
            Values::SharedList(shared) => Self::List(ListCell::at(&shared.lists, shared.codes[row] as usize)),
            Values::Struct(fields) => Self::Struct(StructCell { fields, row }),
        }
    }

    /// The number in this cell as a float, whatever its width; `None` for text, lists and null.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Self::Int64(v) | Self::Timestamp(v) => Some(v as f64),
            Self::UInt64(v) => Some(v as f64),
            Self::Float64(v) => Some(v),
            _ => None,
        }
    }

    /// The text in this cell.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl PartialEq for Cell<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int64(a), Self::Int64(b)) | (Self::Timestamp(a), Self::Timestamp(b)) => a == b,
            (Self::UInt64(a), Self::UInt64(b)) => a == b,
            (Self::Float64(a), Self::Float64(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a.iter().eq(b.iter()),
            (Self::Struct(a), Self::Struct(b)) => a.iter().eq(b.iter()),
            _ => false,
        }
    }
}

impl<'a> ListCell<'a> {
    fn at(list: &'a List, row: usize) -> Self {
        Self { values: &list.items, start: list.offsets[row], end: list.offsets[row + 1] }
    }

    /// How many items the list holds.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The items, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Cell<'a>> {
        (self.start..self.end).map(move |row| Cell::new(self.values, row))
    }
}

impl<'a> StructCell<'a> {
    /// The fields: name and value.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, Cell<'a>)> {
        self.fields.iter().map(move |field| (field.name(), field.cell(self.row)))
    }

    /// The value of one field.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Cell<'a>> {
        self.fields.iter().find(|field| field.name() == name).map(|field| field.cell(self.row))
    }
}
