//! Spans that are swept.

use crate::model::{charge::Charge, names::StackId};

/// A time in which a goroutine swept spans: for an allocation of its own, or in the background.
#[derive(Debug, Clone)]
pub(crate) struct Sweep {
    /// `None` when it began before the trace.
    pub(crate) begin: Option<u64>,
    /// `None` when the trace ends before it.
    pub(crate) end: Option<u64>,
    pub(crate) swept_bytes: Option<u64>,
    pub(crate) reclaimed_bytes: Option<u64>,
    /// `None` when the runtime swept on a thread without a goroutine.
    pub(crate) goroutine: Option<u64>,
    pub(crate) stack: Option<StackId>,
    pub(crate) charge: Charge,
}

impl Sweep {
    /// From its begin to its end, when the trace has both.
    pub(crate) fn wall(&self) -> Option<u64> {
        Some(self.end?.saturating_sub(self.begin?))
    }
}
