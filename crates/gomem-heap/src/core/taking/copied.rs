//! What was copied of a process's memory while it stood still.
//!
//! Memory that is new to this program is handed out by the system page by page, which takes longer than the copying. So it is taken
//! before the process is stopped; and while that stands still its processors are free, so that several threads copy.

use std::{
    fmt,
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

/// The memory of a process that stands still; several threads read it.
///
/// ```
/// use gomem_heap::StoppedMemory;
///
/// /// A memory of zeros.
/// struct Zeros;
///
/// impl StoppedMemory for Zeros {
///     fn read(&self, _address: u64, into: &mut [u8]) -> bool {
///         into.fill(0);
///         true
///     }
/// }
///
/// let mut word = [1; 8];
/// assert!(Zeros.read(0x1000, &mut word) && word == [0; 8]);
/// ```
pub trait StoppedMemory: Sync {
    /// Reads what lies at an address; `false` where a part of it cannot be read.
    fn read(&self, address: u64, into: &mut [u8]) -> bool;
}

/// Parts of a process's memory.
///
/// ```
/// use gomem_heap::{CopiedMemory, StoppedMemory};
///
/// struct Zeros;
///
/// impl StoppedMemory for Zeros {
///     fn read(&self, _address: u64, into: &mut [u8]) -> bool {
///         into.fill(0);
///         true
///     }
/// }
///
/// let mut copied = CopiedMemory::with_room(8_192);
/// copied.copy(&Zeros, &[0x1000..0x2000]);
/// assert!(copied.parts().all(|(address, bytes)| address == 0x1000 && bytes.len() == 4_096));
/// ```
#[derive(Default)]
pub struct CopiedMemory {
    /// The parts, one behind the other, and room for more.
    bytes: Vec<u8>,
    used: usize,
    parts: Vec<Part>,
}

/// Where a part lay, and where its copy is.
#[derive(Debug, Clone)]
struct Part {
    address: u64,
    place: Range<usize>,
}

/// A piece of a part that is to be copied.
struct Block<'a> {
    address: u64,
    into: &'a mut [u8],
    is_lost: &'a AtomicBool,
}

impl CopiedMemory {
    /// With room for so many bytes, which is there at once.
    #[must_use]
    pub fn with_room(bytes: u64) -> Self {
        let mut copied = Self::default();
        copied.make_room(usize::try_from(bytes).unwrap_or_default());
        copied
    }

    /// Copies ranges of memory; those of which a part cannot be read are left out.
    pub fn copy(&mut self, source: &dyn StoppedMemory, ranges: &[Range<u64>]) {
        let start = self.used;
        let mut parts: Vec<Part> = Vec::with_capacity(ranges.len());
        for range in ranges {
            let length = range.end.checked_sub(range.start).and_then(|length| usize::try_from(length).ok());
            let Some(end) = length.and_then(|length| self.used.checked_add(length)) else { continue };
            parts.push(Part { address: range.start, place: self.used..end });
            self.used = end;
        }
        if !self.make_room(self.used) {
            self.used = start;
            return;
        }
        let lost: Vec<AtomicBool> = parts.iter().map(|_| AtomicBool::new(false)).collect();
        let mut blocks = Vec::new();
        let mut rest = &mut self.bytes[start..self.used];
        for (part, is_lost) in parts.iter().zip(&lost) {
            let (own, others) = rest.split_at_mut(part.place.len());
            rest = others;
            let pieces = own.chunks_mut(BLOCK).zip((part.address..).step_by(BLOCK));
            blocks.extend(pieces.map(|(into, address)| Block { address, into, is_lost }));
        }
        copy_blocks(source, &mut blocks, self.used - start);
        drop(blocks);
        let is_there = |(_, is_lost): &(Part, &AtomicBool)| !is_lost.load(Ordering::Relaxed);
        self.parts.extend(parts.into_iter().zip(&lost).filter(is_there).map(|(part, _)| part));
    }

    /// Where each part lay, and its bytes.
    pub fn parts(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.parts_from(0)
    }

    /// Those from one on, by number.
    pub(crate) fn parts_from(&self, first: usize) -> impl Iterator<Item = (u64, &[u8])> {
        self.parts[first..].iter().map(|part| (part.address, &self.bytes[part.place.clone()]))
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }

    pub(crate) fn for_each_part(&mut self, mut visit: impl FnMut(&mut [u8])) {
        for part in &self.parts {
            visit(&mut self.bytes[part.place.clone()]);
        }
    }

    /// Forgets what was copied, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
        self.parts.clear();
    }

    /// Whether there is room for so many bytes in all.
    fn make_room(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes.len());
        if self.bytes.try_reserve_exact(more).is_err() {
            return false;
        }
        // What was not written to is not there yet: zeros need not be written.
        self.bytes.resize(self.bytes.len() + more, NO_ZERO);
        true
    }
}

impl fmt::Debug for CopiedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopiedMemory")
            .field("parts", &self.parts.len())
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

/// Fills blocks; where they are many, each thread its share of them.
fn copy_blocks(source: &dyn StoppedMemory, blocks: &mut [Block<'_>], bytes: usize) {
    let copy = |blocks: &mut [Block<'_>]| {
        for block in blocks {
            if !source.read(block.address, block.into) {
                block.is_lost.store(true, Ordering::Relaxed);
            }
        }
    };
    let threads =
        if bytes < SMALL { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS) };
    let share = blocks.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let mut shares = blocks.chunks_mut(share);
        let own = shares.next();
        for others in shares {
            scope.spawn(move || copy(others));
        }
        own.map(copy);
    });
}

/// What is copied at once.
const BLOCK: usize = 1 << 20;
/// Less than this is copied by one thread.
const SMALL: usize = 8 << 20;
/// More of them wait for each other's locks in the kernel.
const MOST_THREADS: usize = 4;
const NO_ZERO: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    struct Rising;

    impl StoppedMemory for Rising {
        fn read(&self, address: u64, into: &mut [u8]) -> bool {
            into.iter_mut().zip(address..).for_each(|(byte, at)| *byte = (at / 4096) as u8);
            address + into.len() as u64 <= 0x1000_0000
        }
    }

    #[test]
    fn what_is_copied_is_there_and_what_is_not_is_left_out() {
        let mut copied = CopiedMemory::with_room(1 << 20);
        let ranges = [0x1000..0x3000, 0x0f00_0000..0x1000_1000, 0x20_0000..0x120_0000, 0x9000..0x9000];
        copied.copy(&Rising, &ranges);
        copied.copy(&Rising, std::slice::from_ref(&(0x5000..0x5008)));
        let parts: Vec<_> = copied.parts().map(|(address, bytes)| (address, bytes.len())).collect();
        assert_eq!(parts, [(0x1000, 0x2000), (0x20_0000, 0x100_0000), (0x9000, 0), (0x5000, 8)]);
        for (address, bytes) in copied.parts() {
            assert!(bytes.iter().zip(address..).all(|(byte, at)| *byte == (at / 4096) as u8), "{address:#x}");
        }
        copied.clear();
        assert_eq!(copied.parts().count(), 0);
    }
}
