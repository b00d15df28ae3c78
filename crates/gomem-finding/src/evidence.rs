//! A number that speaks for a finding.

use gomem_table::{Definition, Row, Unit};

/// A number that speaks for a finding, and what it was held against.
///
/// ```
/// use gomem_finding::Evidence;
/// use gomem_table::Unit;
///
/// let evidence = Evidence::new("gc_cpu_fraction", 0.31, Unit::Fraction).with_threshold(0.25).with_source("metrics");
/// assert!(evidence.threshold.is_some_and(|threshold| evidence.value > threshold));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// What was measured.
    pub quantity: &'static str,
    /// The number.
    pub value: f64,
    /// What it was held against; `None` where it only goes with the finding.
    pub threshold: Option<f64>,
    /// The unit of both.
    pub unit: Unit,
    /// Which input or rule it comes from; empty where only one can be meant.
    pub source: &'static str,
}

impl Evidence {
    /// A number that goes with a finding.
    #[must_use]
    pub const fn new(quantity: &'static str, value: f64, unit: Unit) -> Self {
        Self { quantity, value, threshold: None, unit, source: "" }
    }

    /// Says what it was held against.
    #[must_use]
    pub const fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Says where it comes from.
    #[must_use]
    pub const fn with_source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    /// The number and its threshold, for tables in which all numbers come from one source.
    #[must_use]
    pub fn numbers<'a>() -> Definition<'a, &'a Self> {
        Definition::new("evidence", "as found")
            .text("quantity", "what was measured", |evidence: &&'a Self| evidence.quantity)
            .float64("value", Unit::None, "the number", |evidence| evidence.value)
            .optional_float64("threshold", Unit::None, "held against nothing", "what it was held against", |evidence| {
                evidence.threshold
            })
            .text("unit", "the unit of both", |evidence| evidence.unit.name())
    }
}

impl Row for Evidence {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Self::numbers().text("source", "which input or rule it comes from", |evidence: &&'a Self| evidence.source)
    }
}

gomem_table::serialize_rows!(Evidence);
