#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | hold or read a table | [`Table`], [`Column`], [`Values`], [`Cell`], [`Kind`] |
//! | declare a table once | [`Definition`], [`View`], [`TableSchema`], [`ColumnSchema`] |
//! | show rows of your own as a table | [`Row`], [`ToTable`] |
//! | intern text | [`StringPool`], [`StringPoolBuilder`] |
//! | print numbers with units | [`Unit`], [`percent`], [`MIB`] |
//! | read amounts of bytes with units | [`ByteUnits`] |
//! | let another thread end long work | [`Interrupt`], [`checkpoint`] |
//! | name the variants of an enum | [`named!`], [`UnknownName`] |
//! | count the days to a date | [`days_since_epoch`] |
//! | write JSON | [`rfc3339`], [`Table::json_rows`], [`Table::json_document`], [`Table::json_lines`]; with the feature `serde`, [`serialize_rows!`] |

#![forbid(unsafe_code)]

mod cell;
mod column;
mod definition;
mod fill;
mod interrupt;
mod kind;
mod named;
mod row;
mod schema;
mod strings;
mod table;
mod unit;
mod view;
mod write;

pub use cell::{Cell, ListCell, StructCell};
pub use column::{Category, Column, List, SharedList, Text, Values};
pub use definition::{Definition, Name};
pub use interrupt::{Interrupt, Interrupted, Interruptible, checkpoint};
pub use kind::Kind;
pub use named::UnknownName;
#[doc(hidden)]
pub use named::serialize_name;
pub use row::{Row, ToTable};
pub use schema::{ColumnSchema, TableSchema};
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;
pub use strings::{StringPool, StringPoolBuilder};
pub use table::{Table, TableError};
pub use unit::{ByteUnits, MIB, Unit, percent};
pub use view::View;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use write::serialize_row;
pub use write::{SCHEMA_VERSION, VERSION_COLUMN, days_since_epoch, rfc3339};
