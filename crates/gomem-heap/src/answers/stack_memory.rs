//! The memory of all stacks, by address.

use crate::memory::{Frame, Snapshot};

/// The memory of all stacks, by address.
pub(super) struct StackMemory<'a> {
    file: &'a [u8],
    frames: Vec<&'a Frame>,
}

impl<'a> StackMemory<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let mut frames: Vec<&Frame> = snapshot.goroutines.iter().flat_map(|goroutine| &goroutine.frames).collect();
        frames.sort_by_key(|frame| frame.sp);
        Self { file: &snapshot.file, frames }
    }

    /// The contents of the frame that an address is in, and where in it.
    pub(super) fn at(&self, address: u64) -> Option<(&'a [u8], usize)> {
        let at = self.frames.partition_point(|frame| frame.sp <= address).checked_sub(1)?;
        let frame = self.frames[at];
        let offset = usize::try_from(address - frame.sp).ok().filter(|offset| *offset < frame.length)?;
        Some((frame.content(self.file), offset))
    }
}
