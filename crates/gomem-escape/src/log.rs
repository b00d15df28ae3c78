//! The whole log: read, put together, compared, and line by line.

mod diagnostics;
mod diff;
mod escape_log;
mod finish;
mod reader;
mod rows;

pub use diagnostics::{DIAGNOSTICS_SCHEMA, Diagnostics};
pub use diff::{DIFF_SCHEMA, DiffStatus, EscapeDiff};
pub use escape_log::EscapeLog;
pub use reader::EscapeReader;
