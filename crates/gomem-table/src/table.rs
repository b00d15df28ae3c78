//! A table: columns of equal length.

use std::{error, fmt};

use crate::column::Column;

/// Columns of equal length, under a name.
#[derive(Debug, Clone)]
pub struct Table {
    name: String,
    rows: usize,
    columns: Vec<Column>,
}

/// Why columns do not make a table, or not the promised one.
///
/// ```
/// use gomem_table::{Column, Table, TableError, Unit};
///
/// let columns = vec![Column::int64("a", Unit::None, vec![1]), Column::int64("a", Unit::None, vec![2])];
/// assert!(matches!(Table::new("t", columns).unwrap_err(), TableError::Duplicate { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableError {
    /// A column is shorter or longer than the first one.
    Length {
        /// The column.
        column: String,
        /// The first column's number of rows.
        expected: usize,
        /// This column's number of rows.
        found: usize,
    },
    /// Two columns have the same name.
    Duplicate {
        /// The name.
        column: String,
    },
    /// The parts of a column do not fit together.
    Malformed {
        /// The column.
        column: String,
        /// What does not fit.
        problem: String,
    },
}

impl Table {
    /// Puts columns together.
    ///
    /// # Errors
    /// If they differ in length, share a name, or are malformed in themselves.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Self, TableError> {
        let rows = columns.first().map_or(0, Column::len);
        for (index, column) in columns.iter().enumerate() {
            let name = || column.name().to_owned();
            if column.len() != rows {
                return Err(TableError::Length { column: name(), expected: rows, found: column.len() });
            }
            if columns[..index].iter().any(|other| other.name() == column.name()) {
                return Err(TableError::Duplicate { column: name() });
            }
            if let Some(problem) = column.flaw() {
                return Err(TableError::Malformed { column: name(), problem });
            }
        }
        Ok(Self { name: name.into(), rows, columns })
    }

    /// Columns that a definition made: of equal length, with names of their own.
    pub(crate) fn from_definition(name: String, columns: Vec<Column>) -> Self {
        Self { name, rows: columns.first().map_or(0, Column::len), columns }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// The columns called `names`, in that order; a name that is not there is left out.
    ///
    /// ```
    /// use gomem_table::{Column, Table, Unit};
    ///
    /// let columns = vec![Column::strings("name", ["a"]), Column::int64("flat", Unit::Bytes, vec![1])];
    /// assert_eq!(Table::new("top", columns)?.select(&["flat"]).columns().len(), 1);
    /// # Ok::<(), gomem_table::TableError>(())
    /// ```
    #[must_use]
    pub fn select(&self, names: &[&str]) -> Self {
        let columns = names.iter().filter_map(|name| self.column(name).cloned()).collect();
        Self { name: self.name.clone(), rows: self.rows, columns }
    }

    /// The first `count` rows.
    ///
    /// ```
    /// use gomem_table::{Column, Table, Unit};
    ///
    /// let table = Table::new("top", vec![Column::int64("flat", Unit::Bytes, vec![3, 2, 1])])?;
    /// assert_eq!(table.head(2).rows(), 2);
    /// # Ok::<(), gomem_table::TableError>(())
    /// ```
    #[must_use]
    pub fn head(&self, count: usize) -> Self {
        let rows: Vec<usize> = (0..count.min(self.rows)).collect();
        self.take(&rows)
    }

    /// The rows at `rows`, in that order.
    ///
    /// # Panics
    /// If an index is not below [`rows`](Self::rows).
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            rows: rows.len(),
            columns: self.columns.iter().map(|column| column.take(rows)).collect(),
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { column, expected, found } => {
                write!(f, "column {column} has {found} rows where the first has {expected}")
            }
            Self::Duplicate { column } => write!(f, "two columns are called {column}"),
            Self::Malformed { column, problem } => write!(f, "column {column}: {problem}"),
        }
    }
}

impl error::Error for TableError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, List, StringPoolBuilder, Unit, Values};

    fn stacks() -> Column {
        let mut pool = StringPoolBuilder::new();
        let codes = vec![pool.intern("leaf"), pool.intern("root"), pool.intern("leaf")];
        let items = Values::Text(crate::Text { codes, pool: pool.finish() });
        Column::list("stack", Unit::None, vec![0, 2, 2, 3], items)
    }

    #[test]
    fn take_reorders_lists_and_nulls() {
        let table = Table::new(
            "samples",
            vec![stacks(), Column::optional_int64("flat", Unit::Bytes, [Some(1), None, Some(3)])],
        )
        .unwrap();
        let taken = table.take(&[2, 1]);
        assert_eq!(taken.rows(), 2);
        assert_eq!(taken.columns()[1].cell(0), Cell::Int64(3));
        assert_eq!(taken.columns()[1].cell(1), Cell::Null);
        let Cell::List(stack) = taken.columns()[0].cell(0) else { panic!("not a list") };
        assert_eq!(stack.iter().filter_map(Cell::as_str).collect::<Vec<_>>(), ["leaf"]);
        assert_eq!(table.head(9).rows(), 3);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        let one = || Column::int64("a", Unit::None, vec![1]);
        let two = Column::int64("b", Unit::None, vec![1, 2]);
        let err = Table::new("t", vec![one(), two]).unwrap_err();
        assert_eq!(err.to_string(), "column b has 2 rows where the first has 1");
        let err = Table::new("t", vec![one(), one()]).unwrap_err();
        assert_eq!(err, TableError::Duplicate { column: "a".to_owned() });
        let items = Box::new(Values::Int64(vec![1]));
        let list = Column::new("l", Unit::None, Values::List(List { offsets: vec![0, 2], items }));
        assert!(matches!(Table::new("t", vec![list]), Err(TableError::Malformed { .. })));
        let flags = one().with_validity(vec![false, true]);
        assert!(matches!(Table::new("t", vec![flags]), Err(TableError::Malformed { .. })));
    }
}
