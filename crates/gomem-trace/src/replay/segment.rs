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
    /// How many events in it are told of.
    pub(super) marks: u32,
    /// Where the event ends that it begins with: [`place`](Self::place) in little room.
    pub(super) batch: u32,
    pub(super) last_byte: u16,
    /// The place of its first sweep whose events are no marks, and how many there are.
    pub(super) sweeps: u16,
    pub(super) first_sweep: u32,
    pub(super) start: Start,
    /// Whether jumps lead to some of its marks.
    pub(super) has_jumps: bool,
    /// Whether the goroutine makes a system call in it.
    pub(super) has_syscall: bool,
}

impl Segment {
    /// One that begins.
    pub(super) fn new(goroutine: u64, sequence: u32, start: Start, begin: u64, place: EventPlace) -> Self {
        Self {
            goroutine,
            begin,
            end: None,
            sequence,
            marks: 0,
            batch: place.batch,
            last_byte: place.last_byte,
            sweeps: 0,
            first_sweep: 0,
            start,
            has_jumps: false,
            has_syscall: false,
        }
    }

    /// Where the event ends that it begins with.
    #[inline]
    pub(super) fn place(&self) -> EventPlace {
        EventPlace { batch: self.batch, last_byte: self.last_byte }
    }
}

/// Where an event ends on its thread.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_small() {
        assert_eq!(size_of::<Segment>(), 48);
    }
}
