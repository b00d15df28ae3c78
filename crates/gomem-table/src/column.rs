//! One column: a name, a unit, values, and which of them are known.

use std::sync::Arc;

use crate::{kind::Kind, strings::StringPool, unit::Unit};

/// One column of a [`Table`](crate::Table).
///
/// ```
/// use gomem_table::{Cell, Column, Unit};
///
/// let column = Column::optional_int64("flat", Unit::Bytes, [Some(4096), None]);
/// assert_eq!((column.name(), column.len()), ("flat", 2));
/// assert_eq!(column.cell(1), Cell::Null);
/// ```
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    unit: Unit,
    values: Values,
    validity: Option<Vec<bool>>,
}

/// The values of a column, null or not: a null's slot holds a default.
///
/// ```
/// use gomem_table::{Column, Unit, Values};
///
/// let column = Column::new("flat", Unit::Bytes, Values::Int64(vec![1, 2]));
/// assert_eq!(column.values().len(), 2);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Values {
    /// Flags.
    Bool(Vec<bool>),
    /// Signed numbers.
    Int64(Vec<i64>),
    /// Unsigned numbers.
    UInt64(Vec<u64>),
    /// Floating-point numbers.
    Float64(Vec<f64>),
    /// Milliseconds since the Unix epoch, UTC.
    Timestamp(Vec<i64>),
    /// Interned text.
    Text(Text),
    /// One of a fixed set of names.
    Category(Category),
    /// Lists.
    List(List),
    /// Lists that rows share.
    SharedList(SharedList),
    /// Records: columns of equal length.
    Struct(Vec<Column>),
}

/// Interned text: a code a row, and the pool that resolves it.
///
/// ```
/// use gomem_table::{StringPoolBuilder, Text};
///
/// let mut pool = StringPoolBuilder::new();
/// let codes = vec![pool.intern("main.a"), pool.intern("main.b"), pool.intern("main.a")];
/// let text = Text { codes, pool: pool.finish() };
/// assert_eq!((text.pool.len(), text.pool.text(text.codes[2])), (2, "main.a"));
/// ```
#[derive(Debug, Clone)]
pub struct Text {
    /// The code of each row.
    pub codes: Vec<u32>,
    /// What the codes mean.
    pub pool: Arc<StringPool>,
}

/// Values out of a fixed set of names.
///
/// ```
/// use gomem_table::Category;
///
/// let category = Category { codes: vec![0, 1, 1], names: &["info", "warning"] };
/// assert_eq!(category.names[category.codes[2] as usize], "warning");
/// ```
#[derive(Debug, Clone)]
pub struct Category {
    /// The index into `names` of each row.
    pub codes: Vec<u32>,
    /// All names that can occur, in their canonical order.
    pub names: &'static [&'static str],
}

/// Lists of values.
///
/// ```
/// use gomem_table::{List, Values};
///
/// // [1, 2], [], [3]
/// let list = List { offsets: vec![0, 2, 2, 3], items: Box::new(Values::Int64(vec![1, 2, 3])) };
/// assert_eq!(list.items.len(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct List {
    /// Row `i` holds the items `offsets[i]..offsets[i + 1]`: one offset more than rows.
    pub offsets: Vec<usize>,
    /// The items of all rows, end to end.
    pub items: Box<Values>,
}

/// Lists that rows share: a code a row, and the lists, each once.
///
/// ```
/// use gomem_table::{List, SharedList, Values};
///
/// let lists = List { offsets: vec![0, 2, 3], items: Box::new(Values::Int64(vec![1, 2, 3])) };
/// let shared = SharedList { codes: vec![0, 1, 0], lists };
/// assert_eq!(shared.to_list().offsets, [0, 2, 3, 5]);
/// ```
#[derive(Debug, Clone)]
pub struct SharedList {
    /// The code of each row: the place of its list.
    pub codes: Vec<u32>,
    /// The lists.
    pub lists: List,
}

impl SharedList {
    /// The same lists, each row's own.
    #[must_use]
    pub fn to_list(&self) -> List {
        self.lists.take(self.codes.iter().map(|code| *code as usize))
    }
}

impl List {
    /// The lists of some rows.
    fn take(&self, rows: impl ExactSizeIterator<Item = usize>) -> Self {
        let mut offsets = Vec::with_capacity(rows.len() + 1);
        let mut items = Vec::new();
        offsets.push(0);
        for row in rows {
            items.extend(self.offsets[row]..self.offsets[row + 1]);
            offsets.push(items.len());
        }
        Self { offsets, items: Box::new(self.items.take(&items)) }
    }

    fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    fn flaw(&self) -> Option<String> {
        let rising = self.offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        let (first, last) = (self.offsets.first(), self.offsets.last());
        if !rising || first != Some(&0) || last != Some(&self.items.len()) {
            return Some(format!("list offsets do not cover its {} items", self.items.len()));
        }
        self.items.flaw()
    }
}

impl Column {
    /// A column without nulls.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: Unit, values: Values) -> Self {
        Self { name: name.into(), unit, values, validity: None }
    }

    /// The same column with nulls where `known` is false. A vector of another length than the column is refused by
    /// [`Table::new`](crate::Table::new).
    #[must_use]
    pub fn with_validity(mut self, known: Vec<bool>) -> Self {
        self.validity = known.contains(&false).then_some(known);
        self
    }

    /// A column of flags.
    #[must_use]
    pub fn bool(name: impl Into<String>, values: Vec<bool>) -> Self {
        Self::new(name, Unit::None, Values::Bool(values))
    }

    /// A column of flags, some unknown.
    #[must_use]
    pub fn optional_bool(name: impl Into<String>, values: impl IntoIterator<Item = Option<bool>>) -> Self {
        let (values, known) = split(values);
        Self::new(name, Unit::None, Values::Bool(values)).with_validity(known)
    }

    /// A column of signed numbers.
    #[must_use]
    pub fn int64(name: impl Into<String>, unit: Unit, values: Vec<i64>) -> Self {
        Self::new(name, unit, Values::Int64(values))
    }

    /// A column of signed numbers, some unknown.
    #[must_use]
    pub fn optional_int64(name: impl Into<String>, unit: Unit, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        let (values, known) = split(values);
        Self::new(name, unit, Values::Int64(values)).with_validity(known)
    }

    /// A column of unsigned numbers.
    #[must_use]
    pub fn uint64(name: impl Into<String>, unit: Unit, values: Vec<u64>) -> Self {
        Self::new(name, unit, Values::UInt64(values))
    }

    /// A column of unsigned numbers, some unknown.
    #[must_use]
    pub fn optional_uint64(name: impl Into<String>, unit: Unit, values: impl IntoIterator<Item = Option<u64>>) -> Self {
        let (values, known) = split(values);
        Self::new(name, unit, Values::UInt64(values)).with_validity(known)
    }

    /// A column of floating-point numbers.
    #[must_use]
    pub fn float64(name: impl Into<String>, unit: Unit, values: Vec<f64>) -> Self {
        Self::new(name, unit, Values::Float64(values))
    }

    /// A column of floating-point numbers, some unknown.
    #[must_use]
    pub fn optional_float64(
        name: impl Into<String>,
        unit: Unit,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        let (values, known) = split(values);
        Self::new(name, unit, Values::Float64(values)).with_validity(known)
    }

    /// A column of instants: milliseconds since the Unix epoch, UTC.
    #[must_use]
    pub fn timestamp(name: impl Into<String>, unix_ms: Vec<i64>) -> Self {
        Self::new(name, Unit::None, Values::Timestamp(unix_ms))
    }

    /// A column of instants, some unknown.
    #[must_use]
    pub fn optional_timestamp(name: impl Into<String>, unix_ms: impl IntoIterator<Item = Option<i64>>) -> Self {
        let (values, known) = split(unix_ms);
        Self::new(name, Unit::None, Values::Timestamp(values)).with_validity(known)
    }

    /// A column of text that is interned already.
    #[must_use]
    pub fn text(name: impl Into<String>, codes: Vec<u32>, pool: Arc<StringPool>) -> Self {
        Self::new(name, Unit::None, Values::Text(Text { codes, pool }))
    }

    /// A column of text, interned here.
    #[must_use]
    pub fn strings<S: AsRef<str>>(name: impl Into<String>, values: impl IntoIterator<Item = S>) -> Self {
        Self::optional_strings(name, values.into_iter().map(Some))
    }

    /// A column of text, some unknown, interned here.
    #[must_use]
    pub fn optional_strings<S: AsRef<str>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Self {
        let mut pool = crate::StringPoolBuilder::new();
        let (codes, known): (Vec<u32>, Vec<bool>) = values
            .into_iter()
            .map(|value| (pool.intern(value.as_ref().map_or("", AsRef::as_ref)), value.is_some()))
            .unzip();
        Self::text(name, codes, pool.finish()).with_validity(known)
    }

    /// A column of names out of a fixed set.
    ///
    /// ```
    /// use gomem_table::{Cell, Column};
    ///
    /// let column = Column::category("status", vec![1, 0], &["new", "gone"]);
    /// assert_eq!(column.cell(0), Cell::Text("gone"));
    /// ```
    #[must_use]
    pub fn category(name: impl Into<String>, codes: Vec<u32>, names: &'static [&'static str]) -> Self {
        Self::new(name, Unit::None, Values::Category(Category { codes, names }))
    }

    /// A column of lists: row `i` holds the items `offsets[i]..offsets[i + 1]`.
    #[must_use]
    pub fn list(name: impl Into<String>, unit: Unit, offsets: Vec<usize>, items: Values) -> Self {
        Self::new(name, unit, Values::List(List { offsets, items: Box::new(items) }))
    }

    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit of its numbers.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Its values; those of null rows are defaults.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Which rows are known; `None` when all are.
    #[must_use]
    pub fn validity(&self) -> Option<&[bool]> {
        self.validity.as_deref()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the column has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of its values.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.values.kind()
    }

    /// The rows at `rows`, in that order.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    ///
    /// ```
    /// use gomem_table::{Cell, Column};
    ///
    /// let column = Column::strings("name", ["a", "b", "c"]).take(&[2, 0]);
    /// assert_eq!(column.cell(0), Cell::Text("c"));
    /// ```
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            unit: self.unit,
            values: self.values.take(rows),
            validity: self.validity.as_ref().map(|known| rows.iter().map(|&row| known[row]).collect()),
        }
    }

    /// Why the column's parts do not fit together, if they do not.
    pub(crate) fn flaw(&self) -> Option<String> {
        if let Some(known) = &self.validity
            && known.len() != self.len()
        {
            return Some(format!("{} values but {} validity flags", self.len(), known.len()));
        }
        self.values.flaw()
    }
}

impl Values {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(v) => v.len(),
            Self::Int64(v) | Self::Timestamp(v) => v.len(),
            Self::UInt64(v) => v.len(),
            Self::Float64(v) => v.len(),
            Self::Text(text) => text.codes.len(),
            Self::Category(category) => category.codes.len(),
            Self::List(list) => list.len(),
            Self::SharedList(shared) => shared.codes.len(),
            Self::Struct(fields) => fields.first().map_or(0, Column::len),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Int64(_) => Kind::Int64,
            Self::UInt64(_) => Kind::UInt64,
            Self::Float64(_) => Kind::Float64,
            Self::Timestamp(_) => Kind::Timestamp,
            Self::Text(_) => Kind::Text,
            Self::Category(_) => Kind::Category,
            Self::List(_) | Self::SharedList(_) => Kind::List,
            Self::Struct(_) => Kind::Struct,
        }
    }

    fn take(&self, rows: &[usize]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|&row| values[row]).collect()
        }
        match self {
            Self::Bool(v) => Self::Bool(pick(v, rows)),
            Self::Int64(v) => Self::Int64(pick(v, rows)),
            Self::UInt64(v) => Self::UInt64(pick(v, rows)),
            Self::Float64(v) => Self::Float64(pick(v, rows)),
            Self::Timestamp(v) => Self::Timestamp(pick(v, rows)),
            Self::Text(text) => Self::Text(Text { codes: pick(&text.codes, rows), pool: Arc::clone(&text.pool) }),
            Self::Category(category) => {
                Self::Category(Category { codes: pick(&category.codes, rows), names: category.names })
            }
            Self::List(list) => Self::List(list.take(rows.iter().copied())),
            Self::SharedList(shared) => {
                Self::SharedList(SharedList { codes: pick(&shared.codes, rows), lists: shared.lists.clone() })
            }
            Self::Struct(fields) => Self::Struct(fields.iter().map(|field| field.take(rows)).collect()),
        }
    }

    fn flaw(&self) -> Option<String> {
        match self {
            Self::List(list) => list.flaw(),
            Self::SharedList(SharedList { codes, lists }) => lists.flaw().or_else(|| {
                let beyond = codes.iter().find(|code| **code as usize >= lists.len())?;
                Some(format!("a row has list {beyond} of {}", lists.len()))
            }),
            Self::Struct(fields) => {
                let rows = self.len();
                fields.iter().find_map(|field| {
                    if field.len() == rows {
                        field.flaw()
                    } else {
                        Some(format!("field {} has {} rows, not {rows}", field.name, field.len()))
                    }
                })
            }
            _ => None,
        }
    }
}

fn split<T: Default>(values: impl IntoIterator<Item = Option<T>>) -> (Vec<T>, Vec<bool>) {
    values
        .into_iter()
        .map(|value| (value.is_some(), value))
        .map(|(known, value)| (value.unwrap_or_default(), known))
        .unzip()
}
