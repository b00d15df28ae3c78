//! Whole HTML documents, which load nothing.

mod listing;
mod report;
mod trace;
mod what_if;

pub use listing::listing_html;
pub use report::html;
pub use trace::trace_html;
pub use what_if::what_if_html;
