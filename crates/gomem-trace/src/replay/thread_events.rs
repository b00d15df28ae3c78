//! The events of one thread in a generation.

use gomem_table::checkpoint;

use crate::{
    replay::{
        jumps::Jump,
        segment::{EventPlace, Segment},
    },
    wire::{Batch, TimedEvent, TimedEvents},
};

/// The batches of a thread in a generation, in its order.
#[derive(Debug)]
pub(super) struct ThreadEvents<'t> {
    pub(super) thread: u64,
    pub(super) batches: &'t [&'t Batch],
    bytes: &'t [u8],
}

impl<'t> ThreadEvents<'t> {
    pub(super) fn new(thread: u64, batches: &'t [&'t Batch], bytes: &'t [u8]) -> Self {
        Self { thread, batches, bytes }
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

    /// The events in a segment, and those behind it.
    #[inline]
    pub(super) fn of_segment(&'t self, segment: &Segment) -> Events<'t> {
        let EventPlace { batch, last_byte } = segment.place();
        let open = TimedEvents::new(self.rest(batch, usize::from(last_byte) + 1), segment.begin);
        Events { thread: self, next: batch as usize + 1, open }
    }

    /// The events from where a jump leads on.
    pub(super) fn of_jump(&'t self, jump: &Jump) -> Events<'t> {
        let open = TimedEvents::at(self.rest(jump.batch, jump.byte as usize), jump.ticks);
        Events { thread: self, next: jump.batch as usize + 1, open }
    }

    /// A batch's bytes from a place on.
    #[inline]
    fn rest(&self, batch: u32, byte: usize) -> &'t [u8] {
        let own = self.batches.get(batch as usize);
        own.and_then(|own| self.bytes.get(own.data.start + byte..own.data.end)).unwrap_or(&[])
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
    /// Tells births and deaths of objects that are next and follow each other, up to a time; there can be others in the next
    /// batch.
    #[inline(always)]
    pub(super) fn objects(&mut self, last: u64, tell: impl FnMut(&TimedEvent)) {
        self.open.objects(last, tell);
    }

    /// Reads the next event that is asked for; gives whether there is one.
    pub(super) fn read_one(&mut self, event: &mut TimedEvent, is_asked: impl Fn(u8) -> bool) -> bool {
        while !self.open.read_one(event, &is_asked) {
            if !self.open_next() {
                return false;
            }
        }
        true
    }

    /// Goes on with the next batch; gives whether there is one.
    fn open_next(&mut self) -> bool {
        let Some(batch) = self.thread.batches.get(self.next) else { return false };
        self.next += 1;
        self.open = self.thread.of_batch(batch);
        true
    }

    /// Reads the next event in the place of another; gives whether there is one.
    #[inline]
    pub(super) fn read(&mut self, event: &mut TimedEvent) -> bool {
        while !self.open.read(event) {
            if !self.open_next() {
                return false;
            }
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
