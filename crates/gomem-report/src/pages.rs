//! Whole HTML documents, which load nothing.

mod report;
mod what_if;

pub use report::html;
pub use what_if::what_if_html;
