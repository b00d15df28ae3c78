//! Named, typed, equal-length columns with units: what every gomem decoder hands out.
//!
//! A [`Table`] is a list of [`Column`]s of equal length. Text is interned once in a [`StringPool`] and referenced by
//! code, so a million stack frames of three hundred functions cost a million small integers. Null means "unknown",
//! never zero.
//!
//! A decoder says each of its tables once, with a [`Definition`]: name, type, unit and meaning of each column, and how its
//! value is got from a row. Both the [`TableSchema`] and the table follow from it.
//!
//! ```
//! use gomem_table::{Cell, Column, Table, Unit};
//!
//! let table = Table::new("top", vec![
//!     Column::strings("function", ["main.parse", "main.store"]),
//!     Column::int64("flat", Unit::Bytes, vec![4096, 512]),
//! ])?;
//! assert_eq!(table.rows(), 2);
//! assert_eq!(table.column("flat").unwrap().cell(0), Cell::Int64(4096));
//! # Ok::<(), gomem_table::TableError>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `table` | [`Table`], [`TableError`] |
//! | `column` | [`Column`], [`Values`], its constructors |
//! | `cell` | [`Cell`]: one value, for renderers |
//! | `definition` | [`Definition`]: a table said once |
//! | `row` | [`Row`], [`ToTable`]: what is shown as a table |
//! | `fill` | columns that are filled a chunk of rows at a time |
//! | `json` | cells and rows as JSON; [`rfc3339`] |
//! | `kind` | [`Kind`]: the type of a column's values |
//! | `strings` | [`StringPool`], [`StringPoolBuilder`] |
//! | `schema` | [`TableSchema`], [`ColumnSchema`]: what a table promises |
//! | `view` | [`View`]: a table that a model makes, and its schema |
//! | `unit` | [`Unit`] and its human-readable form, [`percent`], [`MIB`] |

#![forbid(unsafe_code)]

mod cell;
mod column;
mod definition;
mod fill;
mod json;
mod kind;
mod row;
mod schema;
mod strings;
mod table;
mod unit;
mod view;

pub use cell::{Cell, ListCell, StructCell};
pub use column::{Category, Column, List, Text, Values};
pub use definition::{Definition, Name};
pub use json::rfc3339;
pub use kind::Kind;
pub use row::{Row, ToTable};
pub use schema::{ColumnSchema, TableSchema};
pub use strings::{StringPool, StringPoolBuilder};
pub use table::{Table, TableError};
pub use unit::{MIB, Unit, percent};
pub use view::View;
