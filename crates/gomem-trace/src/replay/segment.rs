//! A time in which a goroutine is on one thread.

use std::ops::Range;

/// A time in which a goroutine is on one thread, running or in a system call.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) goroutine: u64,
    /// Orders the segments of a goroutine in a generation, over all threads.
    pub(super) sequence: u64,
    pub(super) begin: u64,
    /// `None` when the generation ends before it.
    pub(super) end: Option<u64>,
    /// Whether it began before the generation.
    pub(super) is_continued: bool,
    /// Which marks of its thread are in it.
    pub(super) marks: Range<u32>,
}
