//! The whole answer as facts.

mod comparison;
mod gone_leak;
mod json;
mod overview;
mod report;

pub use comparison::Comparison;
pub use gone_leak::GoneLeak;
pub use overview::Overview;
pub use report::Report;
