//! Any table of gomem as an Arrow record batch: for the Arrow C interface, Arrow IPC and Parquet.
//!
//! Text is kept once per distinct value (views into one pool), categories are dictionaries that Polars reads as `Enum`,
//! points in time are milliseconds UTC.
//!
//! ```
//! use gomem_arrow::record_batch;
//! use gomem_table::{Column, Table, Unit};
//!
//! let table = Table::new("top", vec![
//!     Column::strings("function", ["main.parse", "main.store"]),
//!     Column::int64("flat", Unit::Bytes, vec![4096, 512]),
//! ])?;
//! let batch = record_batch(&table)?;
//! assert_eq!((batch.num_rows(), batch.num_columns()), (2, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod record_batch;

pub use record_batch::record_batch;
