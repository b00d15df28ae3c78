//! A number at a time.

/// A number at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sample {
    pub(crate) time: u64,
    pub(crate) value: u64,
}
