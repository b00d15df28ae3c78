//! Global variables.

use crate::memory::Words;

/// A part of memory that holds global variables.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) kind: SegmentKind,
    pub(crate) address: u64,
    pub(crate) words: Words,
}

/// Whether the file of the program initialises the variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentKind {
    Data,
    Bss,
}

impl SegmentKind {
    /// What Go calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Bss => "bss",
        }
    }
}
