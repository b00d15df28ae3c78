//! A stop of the world.

use crate::model::{
    charge::Charge,
    names::{StackId, TextId},
    stretch::Stretch,
};

/// A time in which no goroutine of the program ran.
#[derive(Debug, Clone)]
pub(crate) struct Pause {
    pub(crate) stretch: Stretch,
    /// When the next goal was set in it: there the runtime stops its own watch, at the end of a cycle.
    pub(crate) goal: Option<u64>,
    pub(crate) reason: Option<TextId>,
    pub(crate) goroutine: u64,
    pub(crate) stack: Option<StackId>,
    pub(crate) charge: Charge,
}

impl Pause {
    /// How long the program stood still, when the trace has both ends.
    pub(crate) fn wall(&self) -> Option<u64> {
        self.stretch.nanoseconds()
    }

    /// How long `MemStats.PauseTotalNs` grew for it, if it is the garbage collector's.
    pub(crate) fn runtime(&self) -> Option<u64> {
        Some(self.goal.or(self.stretch.end())?.saturating_sub(self.stretch.begin()?))
    }
}

/// What the runtime calls its two stops of a cycle.
pub(crate) const SWEEP_TERMINATION: &str = "GC sweep termination";
pub(crate) const MARK_TERMINATION: &str = "GC mark termination";
