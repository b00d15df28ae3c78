//! What a profile counts.

/// What a profile counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleType {
    pub(crate) name: String,
    pub(crate) unit: String,
}

impl SampleType {
    /// A sample type of that name and unit.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into() }
    }

    /// Its name: `alloc_space`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its unit, as the profile says it: `bytes`.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }
}
