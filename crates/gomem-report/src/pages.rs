//! Whole HTML documents, which load nothing.

mod flame;
mod holders;
mod listing;
mod rendered;
mod report;
mod report_view;
mod source_folds;
mod trace;
mod what_if;

pub use flame::flame_html;
pub use listing::{listing_fragment, listing_html};
pub use report::{html, html_with};
pub use report_view::ReportView;
pub use trace::trace_html;
pub use what_if::what_if_html;
