//! What a terminal shows.

mod comparison;
mod report;

pub use comparison::comparison_text;
pub use report::text;
