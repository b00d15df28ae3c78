//! Events with a time, which threads write.

use crate::{
    error::Flaw,
    wire::{cursor::Cursor, event::Event},
};

/// An event of a thread.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimedEvent {
    pub(crate) event: u8,
    /// In units of the trace's clock.
    pub(crate) ticks: u64,
    /// What follows the time; the rest is 0.
    pub(crate) numbers: [u64; 4],
}

/// The events of a batch, up to its end or to what cannot be read.
#[derive(Debug)]
pub(crate) struct TimedEvents<'a> {
    data: &'a [u8],
    cursor: Cursor<'a>,
    /// Where the last event begins, or what cannot be read.
    place: usize,
    ticks: u64,
}

impl<'a> TimedEvents<'a> {
    pub(crate) fn new(data: &'a [u8], batch_ticks: u64) -> Self {
        Self { data, cursor: Cursor::new(data), place: 0, ticks: batch_ticks }
    }

    /// Events of which the first one is at a time.
    #[inline]
    pub(crate) fn at(data: &'a [u8], first_ticks: u64) -> Self {
        let mut cursor = Cursor::at(data, 1);
        let after = cursor.number().unwrap_or(0);
        Self::new(data, first_ticks.saturating_sub(after))
    }

    /// Reads the next event in the place of another, which costs less than to hand it on; gives whether there is one.
    #[inline(always)]
    pub(crate) fn read(&mut self, event: &mut TimedEvent) -> bool {
        self.try_read(event).is_some()
    }

    /// Reads the next event that is asked for, and passes over others.
    #[inline(always)]
    pub(crate) fn read_one(&mut self, event: &mut TimedEvent, is_asked: impl Fn(u8) -> bool) -> bool {
        let (mut cursor, mut ticks) = (self.cursor, self.ticks);
        while let Some(kind) = cursor.byte()
            && let Some(arguments) = Event::arguments(kind)
            && let Some(after) = cursor.number()
        {
            if is_asked(kind) {
                (self.cursor, self.ticks) = (cursor, ticks.saturating_add(after));
                *event = TimedEvent { event: kind, ticks: self.ticks, numbers: [0; 4] };
                for number in event.numbers.iter_mut().take(arguments) {
                    let Some(value) = self.cursor.number() else { return false };
                    *number = value;
                }
                return true;
            }
            if cursor.pass(arguments).is_none() {
                return false;
            }
            ticks = ticks.saturating_add(after);
        }
        false
    }

    #[inline(always)]
    fn try_read(&mut self, event: &mut TimedEvent) -> Option<()> {
        self.place = self.cursor.place();
        let kind = self.cursor.byte()?;
        let arguments = Event::arguments(kind)?;
        self.ticks = self.ticks.saturating_add(self.cursor.number()?);
        *event = TimedEvent { event: kind, ticks: self.ticks, numbers: [0; 4] };
        for number in event.numbers.iter_mut().take(arguments) {
            *number = self.cursor.number()?;
        }
        Some(())
    }

    /// Tells births and deaths of objects that follow each other, up to a time or to another event; one with large numbers is
    /// another too. Nearly all events of a trace that has them are these, so a run is read in registers.
    #[inline(always)]
    pub(crate) fn objects(&mut self, last: u64, mut tell: impl FnMut(&TimedEvent)) {
        let (mut cursor, mut ticks) = (self.cursor, self.ticks);
        while let Some(kind @ (Event::HEAP_OBJECT_ALLOC | Event::HEAP_OBJECT_FREE)) = cursor.byte() {
            let Some(after) = cursor.number() else { break };
            let numbers = match kind {
                Event::HEAP_OBJECT_ALLOC => cursor.short_numbers(),
                _ => cursor.short_numbers().map(|[id]| [id, 0]),
            };
            let Some([id, type_number]) = numbers else { break };
            let now = ticks.saturating_add(after);
            if now > last {
                break;
            }
            (self.cursor, ticks) = (cursor, now);
            tell(&TimedEvent { event: kind, ticks, numbers: [id, type_number, 0, 0] });
        }
        self.ticks = ticks;
    }

    /// Passes over births and deaths of objects that follow each other; gives how many there were of each.
    #[inline(never)]
    pub(crate) fn pass_objects(&mut self) -> [(u8, u64); 2] {
        let (mut births, mut all) = (0, 0);
        self.objects(u64::MAX, |object| {
            births += u64::from(object.event == Event::HEAP_OBJECT_ALLOC);
            all += 1;
        });
        [(Event::HEAP_OBJECT_ALLOC, births), (Event::HEAP_OBJECT_FREE, all - births)]
    }

    /// The last time that was read.
    pub(crate) fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Where the last event that was read begins.
    #[inline]
    pub(crate) fn place(&self) -> usize {
        self.place
    }

    /// Where the next event begins: behind the last that was read.
    #[inline]
    pub(crate) fn next_place(&self) -> usize {
        self.cursor.place()
    }

    /// What ended the events before the batch did, and where.
    pub(crate) fn flaw(&self) -> Option<(usize, Flaw)> {
        let event = *self.data.get(self.place)?;
        let bytes = (self.data.len() - self.place) as u64;
        let flaw = match Event::arguments(event) {
            None => Flaw::UnknownEvent { event, bytes },
            Some(_) => Flaw::Damaged { problem: "an event cannot be read", bytes },
        };
        Some((self.place, flaw))
    }
}

impl Iterator for TimedEvents<'_> {
    type Item = TimedEvent;

    #[inline(always)]
    fn next(&mut self) -> Option<TimedEvent> {
        let mut event = TimedEvent::default();
        self.read(&mut event).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up() {
        let data = [Event::HEAP_ALLOC, 2, 9, Event::PROC_STOP, 3];
        let mut events = TimedEvents::new(&data, 100);
        let told: Vec<_> = events.by_ref().map(|event| (event.event, event.ticks, event.numbers[0])).collect();
        assert_eq!(told, [(Event::HEAP_ALLOC, 102, 9), (Event::PROC_STOP, 105, 0)]);
        assert_eq!((events.ticks(), events.flaw()), (105, None));
    }

    #[test]
    fn only_what_is_asked_for_is_read() {
        let data = [Event::HEAP_ALLOC, 2, 0x89, 1, Event::PROC_STOP, 3, Event::HEAP_GOAL, 1, 7, Event::PROC_STOP, 0x80];
        let (mut events, mut event) = (TimedEvents::new(&data, 100), TimedEvent::default());
        assert!(events.read_one(&mut event, |event| event == Event::HEAP_GOAL));
        assert_eq!((event.event, event.ticks, event.numbers), (Event::HEAP_GOAL, 106, [7, 0, 0, 0]));
        assert!(!events.read_one(&mut event, |_| true), "the last one is cut");
        assert!(!TimedEvents::new(&data, 0).read_one(&mut event, |event| event == Event::GO_BLOCK));
    }

    #[test]
    fn what_ends_them_is_told() {
        let unknown = [Event::PROC_STOP, 1, 255, 1, 1];
        let mut events = TimedEvents::new(&unknown, 0);
        assert_eq!(events.by_ref().count(), 1);
        assert_eq!(events.flaw(), Some((2, Flaw::UnknownEvent { event: 255, bytes: 3 })));
        let mut events = TimedEvents::new(&[Event::HEAP_ALLOC, 1], 0);
        assert_eq!(events.by_ref().count(), 0);
        assert!(matches!(events.flaw(), Some((0, Flaw::Damaged { bytes: 2, .. }))));
    }
}
