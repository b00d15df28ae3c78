//! The events of one thread in a generation.

use gomem_table::checkpoint;

use crate::wire::{Batch, TimedEvent, TimedEvents};

/// The batches of a thread in a generation, in its order.
#[derive(Debug)]
pub(super) struct ThreadEvents<'t> {
    pub(super) thread: u64,
    pub(super) batches: &'t [&'t Batch],
    bytes: &'t [u8],
    /// Where the generation begins in the bytes: places count from there, so that they are small.
    origin: usize,
    /// The places of the batches.
    starts: Vec<u32>,
}

impl<'t> ThreadEvents<'t> {
    pub(super) fn new(thread: u64, batches: &'t [&'t Batch], bytes: &'t [u8], origin: usize) -> Self {
        let mut events = Self { thread, batches, bytes, origin, starts: Vec::new() };
        events.starts = batches.iter().map(|batch| events.place(batch, 0)).collect();
        events
    }

    /// How many bytes there are.
    pub(super) fn bytes(&self) -> usize {
        self.batches.iter().map(|batch| batch.data.len()).sum()
    }

    /// A batch's events.
    pub(super) fn of_batch(&self, batch: &Batch) -> TimedEvents<'t> {
        checkpoint();
        TimedEvents::new(&self.bytes[batch.data.clone()], batch.ticks)
    }

    /// All events, in order.
    pub(super) fn iter(&'t self) -> Events<'t> {
        Events { thread: self, next: 0, open: TimedEvents::new(&[], 0) }
    }

    /// The place in a batch as a number that tells it within the generation, which has fewer than 2^32 bytes.
    pub(super) fn place(&self, batch: &Batch, at: usize) -> u32 {
        u32::try_from(batch.data.start + at - self.origin).unwrap_or(u32::MAX)
    }

    /// The events from a place on, which `ticks` is the time of.
    pub(super) fn from(&'t self, place: u32, ticks: u64) -> Events<'t> {
        let at = self.origin + place as usize;
        let next = self.starts.partition_point(|start| *start <= place);
        let open = next.checked_sub(1).and_then(|own| self.bytes.get(at..self.batches[own].data.end));
        Events { thread: self, next, open: TimedEvents::new(open.unwrap_or(&[]), ticks) }
    }
}

/// Events of a thread, batch by batch.
#[derive(Debug)]
pub(super) struct Events<'t> {
    thread: &'t ThreadEvents<'t>,
    /// The batch after the open one.
    next: usize,
    open: TimedEvents<'t>,
}

impl Events<'_> {
    /// Reads the next event in the place of another; gives whether there is one.
    #[inline]
    pub(super) fn read(&mut self, event: &mut TimedEvent) -> bool {
        while !self.open.read(event) {
            let Some(batch) = self.thread.batches.get(self.next) else { return false };
            self.next += 1;
            self.open = self.thread.of_batch(batch);
        }
        true
    }
}

impl Iterator for Events<'_> {
    type Item = TimedEvent;

    #[inline]
    fn next(&mut self) -> Option<TimedEvent> {
        let mut event = TimedEvent::default();
        self.read(&mut event).then_some(event)
    }
}
