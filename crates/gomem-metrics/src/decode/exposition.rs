//! One scrape as text: the Prometheus text format, or OpenMetrics; lenient, or held against the specification.

mod conformance;
mod dialect;
mod histogram;
mod lines;
mod metadata;
mod sample;
mod scrape;

pub use dialect::Dialect;
pub use metadata::MetricType;
pub use sample::{Extra, Sample};
pub use scrape::Exposition;
pub(crate) use scrape::{Entry, ScrapeReader};

#[cfg(test)]
mod tests;
