//! Whole HTML documents, which load nothing.

mod flame;
mod listing;
mod rendered;
mod report;
mod source_folds;
mod trace;
mod what_if;

pub use flame::flame_html;
pub use listing::listing_html;
pub use report::html;
pub use trace::trace_html;
pub use what_if::what_if_html;
