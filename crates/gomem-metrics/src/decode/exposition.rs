//! One scrape as text: the Prometheus text format, or OpenMetrics; lenient, or held against the specification.

mod conformance;
mod dialect;
mod histogram;
mod lines;
mod metadata;
mod plain;
mod sample;
mod sample_reader;
mod scrape;
mod short_number;

pub use dialect::Dialect;
pub use metadata::MetricType;
pub use sample::{Extra, Sample};
pub use sample_reader::{SampleReader, ScrapeEnd};
pub use scrape::Exposition;

#[cfg(test)]
mod tests;
