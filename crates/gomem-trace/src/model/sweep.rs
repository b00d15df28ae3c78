//! Spans that are swept.

use std::num::NonZero;

use crate::model::{charge::Charge, names::StackId, stretch::Stretch};

/// A time in which a goroutine swept spans: for an allocation of its own, or in the background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sweep {
    pub(crate) stretch: Stretch,
    /// What was swept; told at the end.
    pub(crate) swept_bytes: u64,
    /// What can be used again of it; told at the end.
    pub(crate) reclaimed_bytes: u64,
    /// `None` when the runtime swept on a thread without a goroutine.
    pub(crate) goroutine: Option<NonZero<u64>>,
    pub(crate) stack: Option<StackId>,
    pub(crate) charge: Charge,
}

impl Sweep {
    /// From its begin to its end, when the trace has both.
    pub(crate) fn wall(&self) -> Option<u64> {
        self.stretch.nanoseconds()
    }
}
