//! A batch that the file ends within.

use crate::wire::{
    cursor::Cursor,
    event::{Counts, Event},
    stacks::{self, Stacks},
    strings::{self, Strings},
    timed_event::{TimedEvent, TimedEvents},
};

/// How many bytes of it can be read: whole events, texts, stacks.
pub(super) fn readable_bytes(data: &[u8]) -> usize {
    let mut counts = Counts::default();
    match data.first() {
        Some(&Event::STRINGS) => {
            strings::decode(data, &mut Strings::default(), &mut counts).err().unwrap_or(data.len())
        }
        Some(&Event::STACKS) => stacks::decode(data, &mut Stacks::default(), &mut counts).err().unwrap_or(data.len()),
        Some(&Event::CPU_SAMPLES) => {
            let mut cursor = Cursor::at(data, 1);
            let mut whole = 1;
            while cursor.byte().is_some() && cursor.pass(SAMPLE_NUMBERS).is_some() {
                whole = cursor.place();
            }
            whole
        }
        // The clock is of use as a whole only.
        None | Some(&(Event::SYNC | Event::FREQUENCY)) => 0,
        Some(_) => {
            let (mut events, mut event) = (TimedEvents::new(data, 0), TimedEvent::default());
            let mut whole = 0;
            while events.read(&mut event) {
                whole = events.next_place();
            }
            whole
        }
    }
}

/// The numbers of a CPU sample.
pub(super) const SAMPLE_NUMBERS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_events_can_be_read() {
        let events = [Event::HEAP_ALLOC, 2, 9, Event::PROC_STOP, 3, Event::HEAP_ALLOC, 2];
        assert_eq!(readable_bytes(&events), 5);
        let texts = [Event::STRINGS, Event::STRING, 1, 2, b'a', b'b', Event::STRING, 2, 4, b'c'];
        assert_eq!(readable_bytes(&texts), 6);
        let stacks = [Event::STACKS, Event::STACK, 1, 1, 0, 1, 2, 3, Event::STACK, 2, 1, 0];
        assert_eq!(readable_bytes(&stacks), 8);
        let samples = [Event::CPU_SAMPLES, Event::CPU_SAMPLE, 1, 2, 3, 4, 5, Event::CPU_SAMPLE, 1];
        assert_eq!(readable_bytes(&samples), 7);
        assert_eq!(readable_bytes(&[]), 0);
    }
}
