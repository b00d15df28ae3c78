//! A time in which a goroutine is on one thread.

use std::num::NonZero;

/// A time in which a goroutine is on one thread, running or in a system call. There are millions, so it is small.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) goroutine: u64,
    pub(super) begin: u64,
    /// `None` when the generation ends before it.
    pub(super) end: Option<NonZero<u64>>,
    /// Orders the segments of a goroutine in a generation, over all threads; those of one life where it has several.
    pub(super) sequence: u32,
    pub(super) place: EventPlace,
    /// How many events in it are told of.
    pub(super) marks: u32,
    /// The place of its first whole sweep, and how many there are. Their events are no marks.
    pub(super) first_sweep: u32,
    pub(super) sweeps: u16,
    pub(super) start: Start,
    /// Whether the goroutine makes a system call in it.
    pub(super) has_syscall: bool,
}

/// Where an event is on its thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventPlace {
    /// The place of its batch.
    pub(super) batch: u32,
    /// Its last byte in the batch, which has 64 KiB at most.
    pub(super) last_byte: u16,
}

impl EventPlace {
    /// In a batch of so many before it, where the next event begins.
    #[inline]
    pub(super) fn new(batch: u32, next: usize) -> Self {
        Self { batch, last_byte: u16::try_from(next - 1).unwrap_or(u16::MAX) }
    }
}

/// What a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// The goroutine was put on the thread.
    Scheduled,
    /// It began before the generation.
    Continued,
    /// C called Go: a life of the goroutine begins, which has had others if the runtime took it again.
    Called,
}
