//! A batch: what one thread, or the runtime, wrote at once.

use std::ops::Range;

use crate::wire::{cursor::Cursor, event::Event};

/// A batch, and where its data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) generation: u64,
    /// The thread that wrote it; [`NO_THREAD`](Self::NO_THREAD) when none is named.
    pub(crate) thread: u64,
    /// What its first event counts from, in units of the trace's clock.
    pub(crate) ticks: u64,
    /// The experiment that it belongs to.
    pub(crate) experiment: Option<u8>,
    /// Where its data are in the bytes it was read from.
    pub(crate) data: Range<usize>,
}

/// What stands at a place where a batch can begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Batch(Batch),
    /// The end of a generation.
    End,
    /// The bytes end within it; its data as far as they are there, where its header is.
    Cut(Option<Batch>),
    /// It is no batch.
    None(&'static str),
}

impl Batch {
    /// The thread of what no thread wrote.
    pub(crate) const NO_THREAD: u64 = u64::MAX;

    /// What begins at `at`.
    pub(super) fn decode(bytes: &[u8], at: usize) -> Item {
        let mut cursor = Cursor::at(bytes, at);
        let Some(kind) = cursor.byte() else { return Item::Cut(None) };
        let experiment = match kind {
            Event::EVENT_BATCH => None,
            Event::EXPERIMENTAL_BATCH => match cursor.byte() {
                Some(experiment) => Some(experiment),
                None => return Item::Cut(None),
            },
            Event::END_OF_GENERATION => return Item::End,
            _ => return Item::None("what should be a batch is none"),
        };
        let Some([generation, thread, ticks, length]) = cursor.numbers() else {
            let is_cut = cursor.left() < 4 * LONGEST_NUMBER;
            return if is_cut {
                Item::Cut(None)
            } else {
                Item::None("a batch's header has a number of more than 64 bits")
            };
        };
        if length > MOST_BYTES {
            return Item::None("a batch is longer than 64 KiB");
        }
        let start = cursor.place();
        let batch = |end: usize| Self { generation, thread, ticks, experiment, data: start..end };
        match cursor.take(length) {
            Some(data) => Item::Batch(batch(start + data.len())),
            None => Item::Cut(Some(batch(bytes.len()))),
        }
    }
}

/// `tracev2.MaxBatchSize`.
const MOST_BYTES: u64 = 64 << 10;
const LONGEST_NUMBER: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_knows_its_place() {
        let bytes = [0, 1, 2, 3, 4, 2, 9, 9, 52];
        let Item::Batch(batch) = Batch::decode(&bytes, 1) else { panic!("a batch") };
        assert_eq!((batch.generation, batch.thread, batch.ticks, batch.data), (2, 3, 4, 6..8));
        assert_eq!(Batch::decode(&bytes, 8), Item::End);
        let Item::Cut(Some(part)) = Batch::decode(&bytes[..7], 1) else { panic!("a part of it") };
        assert_eq!(part.data, 6..7);
        assert_eq!(Batch::decode(&bytes[..4], 1), Item::Cut(None));
        assert!(matches!(Batch::decode(&bytes, 0), Item::None(_)));
    }

    #[test]
    fn a_batch_that_is_too_long_is_none() {
        assert!(matches!(Batch::decode(&[1, 1, 1, 1, 0xff, 0xff, 0xff, 0x7f], 0), Item::None(_)));
    }
}
