//! What is published of a log: its rows, and the tables that they make.

mod columns;
mod decision;
mod inlining;
mod leak;
mod stay;

pub use decision::{ESCAPES_SCHEMA, HeapDecision, InlinedFrom};
pub use inlining::{INLINING_SCHEMA, Inlining};
pub use leak::{LEAKS_SCHEMA, Leak};
pub use stay::{STAYS_SCHEMA, Stay};

pub(crate) use columns::spec;
