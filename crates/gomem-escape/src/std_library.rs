//! What the compiler decides in the standard library, which is the same for everyone who uses a release of Go.

mod decisions;
#[cfg(feature = "std-tables")]
mod rows;
#[cfg(feature = "std-tables")]
mod streams;
#[cfg(feature = "std-tables")]
mod tables;

pub use decisions::StdDecisions;
#[cfg(feature = "std-tables")]
pub use tables::StdTables;
