//! One scrape in the Prometheus text format, or in OpenMetrics.
//!
//! ```text
//! # HELP name text            # TYPE name counter|gauge|histogram|summary|untyped
//! name{label="value",…} value [timestamp]              milliseconds; in OpenMetrics seconds, with a fraction
//! {"name with any character",label="value"} value      (Prometheus 3)
//! name{…} value [timestamp] # {label="value"} value [timestamp]     an exemplar (OpenMetrics)
//! # EOF                                                 the last line of OpenMetrics
//! ```
//!
//! The reader is lenient: a wrong line costs that line alone, and a diagnostic says where it is. Nothing is dropped silently.
//! [`Exposition::check`] is the strict one: it conforms to the specification of the format.

use super::{
    conformance,
    dialect::Dialect,
    metadata::MetricType,
    sample::Sample,
    sample_reader::{SampleReader, ScrapeEnd},
};
use crate::error::Diagnostic;

/// One scrape, borrowed from its text.
///
/// ```
/// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
/// #             0 MB stacks, 0 MB globals, 2 P\n";
/// let scrape = gomem_metrics::Exposition::decode(b"# TYPE go_goroutines gauge\ngo_goroutines 12\n");
/// assert_eq!(scrape.samples()[0].value, 12.0);
/// assert!(scrape.diagnostics().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Exposition<'a> {
    samples: Vec<Sample<'a>>,
    types: Vec<(std::borrow::Cow<'a, str>, MetricType)>,
    diagnostics: Vec<Diagnostic>,
    suppressed_diagnostics: u64,
    lines: u64,
}

impl<'a> Exposition<'a> {
    /// Reads one scrape in the format that its last line shows: OpenMetrics ends in `# EOF`.
    #[must_use]
    pub fn decode(text: &'a [u8]) -> Self {
        Self::decode_as(text, Dialect::detect(text))
    }

    /// Reads one scrape. Lines that cannot be read become [`diagnostics`](Self::diagnostics).
    #[must_use]
    pub fn decode_as(text: &'a [u8], dialect: Dialect) -> Self {
        let mut reader = SampleReader::new_as(text, dialect).with_types();
        // A sample takes some sixty bytes, and a scrape says the same families each time.
        let mut samples = Vec::with_capacity(text.len() / 80);
        samples.extend(&mut reader);
        let ScrapeEnd { types, diagnostics, suppressed_diagnostics, lines } = reader.finish();
        Self { samples, types, diagnostics, suppressed_diagnostics, lines }
    }

    /// The first thing in which a text does not conform to the specification of its format.
    ///
    /// ```
    /// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
    /// #             0 MB stacks, 0 MB globals, 2 P\n";
    /// use gomem_metrics::{Dialect, Exposition};
    ///
    /// assert!(Exposition::check(b"go_goroutines 12\n", Dialect::Prometheus).is_none());
    /// assert!(Exposition::check(b"go_goroutines twelve\n", Dialect::Prometheus).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn check(text: &[u8], dialect: Dialect) -> Option<Diagnostic> {
        conformance::first_flaw(text, dialect)
    }

    /// The samples, in the order of the text.
    #[must_use]
    pub fn samples(&self) -> &[Sample<'a>] {
        &self.samples
    }

    /// The declared types: metric family and type.
    #[must_use]
    pub fn types(&self) -> &[(std::borrow::Cow<'a, str>, MetricType)] {
        &self.types
    }

    /// The lines that could not be read, and what was read with a reservation.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Diagnostics beyond the limit, counted but not kept.
    #[must_use]
    pub fn suppressed_diagnostics(&self) -> u64 {
        self.suppressed_diagnostics
    }

    /// How many lines there were.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }
}
