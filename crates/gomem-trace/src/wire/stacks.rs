//! The stacks of a generation.

use crate::wire::{
    by_id::ById,
    cursor::Cursor,
    event::{Counts, Event},
};

/// The stacks of a generation, by id, as they are in the bytes: most are never asked for.
#[derive(Debug, Default)]
pub(crate) struct Stacks<'a> {
    frames: ById<&'a [u8]>,
}

/// A frame: a function and a file by their ids, and the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameRecord {
    pub(crate) function: u64,
    pub(crate) file: u64,
    pub(crate) line: u64,
}

impl Stacks<'_> {
    /// The frames of a stack, the leaf first.
    pub(crate) fn frames(&self, id: u64) -> Option<impl Iterator<Item = FrameRecord> + '_> {
        let mut cursor = Cursor::new(self.frames.get(id)?);
        Some(std::iter::from_fn(move || {
            let [_pc, function, file, line] = cursor.numbers()?;
            Some(FrameRecord { function, file, line })
        }))
    }

    pub(crate) fn len(&self) -> usize {
        self.frames.len()
    }
}

/// Reads a batch of stacks; gives where it stops before the end.
pub(super) fn decode<'a>(data: &'a [u8], stacks: &mut Stacks<'a>, counts: &mut Counts) -> Result<(), usize> {
    let mut cursor = Cursor::at(data, 1);
    counts.add(Event::STACKS);
    while cursor.left() > 0 {
        let place = cursor.place();
        let (id, frames) = stack(data, &mut cursor).ok_or(place)?;
        counts.add(Event::STACK);
        stacks.frames.insert(id, frames);
    }
    Ok(())
}

fn stack<'a>(data: &'a [u8], cursor: &mut Cursor<'a>) -> Option<(u64, &'a [u8])> {
    if cursor.byte()? != Event::STACK {
        return None;
    }
    let [id, frames] = cursor.numbers()?;
    let frames = usize::try_from(frames).ok().filter(|frames| *frames <= MOST_FRAMES)?;
    let start = cursor.place();
    cursor.pass(4 * frames)?;
    Some((id, &data[start..cursor.place()]))
}

/// `tracev2.MaxFramesPerStack`.
const MOST_FRAMES: usize = 128;
