//! A goroutine of the garbage collector that marks.

/// A time in which a goroutine of the garbage collector ran.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub(crate) mode: WorkerMode,
    pub(crate) goroutine: u64,
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

/// How a worker is scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WorkerMode {
    /// It has a processor for itself.
    Dedicated,
    /// It has a part of a processor.
    Fractional,
    /// It has a processor that nobody else wants.
    Idle,
}

gomem_table::named!(WorkerMode { Dedicated "dedicated", Fractional "fractional", Idle "idle" });

impl WorkerMode {
    /// By the label that the runtime gives its goroutine.
    pub(crate) fn from_label(label: &[u8]) -> Option<Self> {
        match label {
            b"GC (dedicated)" => Some(Self::Dedicated),
            b"GC (fractional)" => Some(Self::Fractional),
            b"GC (idle)" => Some(Self::Idle),
            _ => None,
        }
    }
}
