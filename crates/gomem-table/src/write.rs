//! Rows as text: JSON, and whatever `serde` writes.

mod json;
mod serialize;

pub use json::rfc3339;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serialize::serialize_row;
