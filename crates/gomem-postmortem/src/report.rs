//! The whole answer as facts.

mod benchmark_results;
mod comparison;
mod comparison_tables;
#[cfg(feature = "serde")]
pub mod document;
mod json;
mod leak_fix;
mod overview;
mod report;
mod site_fix;
mod source_table;
mod source_view;

pub use comparison::Comparison;
pub use comparison_tables::{ComparedLine, ComparedQuantity, LineChange};
pub use leak_fix::LeakFix;
pub use overview::Overview;
pub use report::{Report, ReportOptions};
pub use site_fix::SiteFix;
pub use source_view::{SourceLimits, SourceView};
