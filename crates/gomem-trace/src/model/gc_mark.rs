//! What the trace says of a GC cycle at one moment.

use crate::model::{names::StackId, sample::Sample};

/// A moment of a GC cycle.
#[derive(Debug, Clone)]
pub(crate) struct GcMark {
    /// All moments are in this order, over all threads.
    pub(crate) sequence: u64,
    pub(crate) kind: GcMarkKind,
    pub(crate) time: u64,
    pub(crate) thread: u64,
    pub(crate) stack: Option<StackId>,
    /// The last size of the heap that the same thread wrote: at a cycle's end, that is what lives.
    pub(crate) heap: Option<Sample>,
}

/// Which moment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GcMarkKind {
    /// A generation begins within the cycle.
    Active,
    Begin,
    End,
}
