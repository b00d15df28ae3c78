//! The whole log: read, put together, compared, and line by line.

mod diagnostics;
mod diff;
mod escape_log;
mod finish;
mod reader;
mod rows;
mod std_build;

pub use diagnostics::{Diagnostics, DiagnosticsReader};
pub use diff::{DecisionChange, DiffStatus, EscapeDiff};
pub use escape_log::EscapeLog;
pub use reader::EscapeReader;
