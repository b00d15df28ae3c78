//! The whole answer as facts.

mod comparison;
mod json;
mod leak_fix;
mod overview;
mod report;

pub use comparison::{Comparison, SiteFix};
pub use leak_fix::LeakFix;
pub use overview::Overview;
pub use report::Report;
