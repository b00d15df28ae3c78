//! A goroutine that had to help the garbage collector.

use crate::model::{charge::Charge, names::StackId, stretch::Stretch};

/// A time in which a goroutine marked for the garbage collector, since it allocated.
#[derive(Debug, Clone)]
pub(crate) struct Assist {
    pub(crate) stretch: Stretch,
    /// How long the goroutine ran meanwhile.
    pub(crate) running: u64,
    /// How long it stopped the world meanwhile: whoever ends the cycle does.
    pub(crate) stopping: u64,
    pub(crate) goroutine: u64,
    pub(crate) stack: Option<StackId>,
    pub(crate) charge: Charge,
}

impl Assist {
    /// From its begin to its end, when the trace has both.
    pub(crate) fn wall(&self) -> Option<u64> {
        self.stretch.nanoseconds()
    }
}
