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
//! | let another thread end long work | [`Interrupt`], [`checkpoint`] |
//! | write JSON | [`rfc3339`] and the module's rows |

#![forbid(unsafe_code)]

mod cell;
mod column;
mod definition;
mod fill;
mod interrupt;
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
pub use interrupt::{Interrupt, Interrupted, Interruptible, checkpoint};
pub use json::rfc3339;
pub use kind::Kind;
pub use row::{Row, ToTable};
pub use schema::{ColumnSchema, TableSchema};
pub use strings::{StringPool, StringPoolBuilder};
pub use table::{Table, TableError};
pub use unit::{MIB, Unit, percent};
pub use view::View;
