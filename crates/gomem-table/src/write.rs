//! Rows as text: for people, as JSON, and whatever `serde` writes.

mod calendar;
mod human;
mod json;
mod serialize;

pub use calendar::days_since_epoch;
pub use json::{SCHEMA_VERSION, VERSION_COLUMN, rfc3339};
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serialize::serialize_row;
