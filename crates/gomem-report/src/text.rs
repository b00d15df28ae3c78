//! What a terminal shows.

mod comparison;
mod listing;
mod report;

pub use comparison::comparison_text;
pub use listing::listing_text;
pub(crate) use listing::{told, value};
pub use report::text;
