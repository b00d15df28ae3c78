//! The memory of a process that stands still, read as a core is. What was read of it is kept: it makes a core that has all that the
//! reader needs, and nothing else.

use std::{cell::RefCell, collections::HashMap, fmt, ops::Range};

use foldhash::fast::RandomState;

use crate::core::{
    elf::{image::BLOCK, memory::Memory, word::WORD},
    taking::copied::{CopiedMemory, StoppedMemory},
};

/// A part of a process's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemoryPiece {
    /// Where it lies.
    pub(crate) address: u64,
    /// What is there.
    pub(crate) bytes: Vec<u8>,
}

/// The memory of a process, and what was read of it.
pub(crate) struct LiveMemory<'a> {
    source: &'a dyn StoppedMemory,
    /// What can be read, by address.
    mapped: &'a [Range<u64>],
    /// Pages of which structures of the runtime were read.
    pages: RefCell<HashMap<u64, Option<Box<Page>>, RandomState>>,
    /// What is the program's own.
    contents: RefCell<CopiedMemory>,
    /// Structures that lie in it, and were read with it.
    within: RefCell<Vec<MemoryPiece>>,
}

struct Page {
    bytes: [u8; BLOCK],
    /// A bit for each word that was read.
    read: [u64; WORDS / 64],
}

impl<'a> LiveMemory<'a> {
    /// What is kept of the program's own goes to where there is room for it.
    pub(crate) fn new(source: &'a dyn StoppedMemory, mapped: &'a [Range<u64>], room: CopiedMemory) -> Self {
        let (pages, contents, within) = (RefCell::default(), RefCell::new(room), RefCell::default());
        Self { source, mapped, pages, contents, within }
    }

    /// Reads and keeps what is the program's own, and shows each range where it is kept: gigabytes are not copied twice while the
    /// process stands still.
    pub(crate) fn keep_contents(&self, ranges: &[Range<u64>], mut show: impl FnMut(usize, &[u8])) {
        let before = self.contents.borrow().len();
        self.contents.borrow_mut().copy(self.source, ranges);
        let contents = self.contents.borrow();
        let mut numbers = ranges.iter().enumerate();
        for (address, bytes) in contents.parts_from(before) {
            if let Some((number, _)) = numbers.find(|(_, range)| range.start == address) {
                show(number, bytes);
            }
        }
    }

    /// Keeps a structure that lies in what is the program's own, whose bytes were read with that.
    pub(crate) fn keep_structure(&self, address: u64, bytes: &[u8]) {
        self.within.borrow_mut().push(MemoryPiece { address, bytes: bytes.to_vec() });
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        self.pages.borrow_mut().clear();
        self.contents.borrow_mut().clear();
        self.within.borrow_mut().clear();
    }

    /// What was read: first what is the program's own, and then the words of structures, which lie in between.
    pub(crate) fn take(&self) -> (CopiedMemory, Vec<MemoryPiece>) {
        let pages = self.pages.take();
        let mut structures: Vec<_> = pages.iter().filter_map(|(number, page)| Some((number, page.as_ref()?))).collect();
        structures.sort_unstable_by_key(|(number, _)| **number);
        let structures = structures.into_iter().flat_map(|(number, page)| page.pieces(number * BLOCK as u64));
        (self.contents.take(), self.within.take().into_iter().chain(structures).collect())
    }

    /// Visits what lies at an address page by page, with where it lies in the page; `false` where a part of it is not there.
    fn visit(&self, address: u64, bytes: u64, mut visit: impl FnMut(&[u8])) -> bool {
        if !self.has(address, bytes) {
            return false;
        }
        let (mut at, end) = (address, address + bytes);
        let mut pages = self.pages.borrow_mut();
        while at < end {
            let number = at / BLOCK as u64;
            let page = pages.entry(number).or_insert_with(|| Page::read(self.source, number).map(Box::new));
            let Some(page) = page else { return false };
            let start = (at % BLOCK as u64) as usize;
            let length = (BLOCK - start).min((end - at) as usize);
            for word in start / WORD as usize..(start + length).div_ceil(WORD as usize) {
                page.read[word / 64] |= 1 << (word % 64);
            }
            visit(&page.bytes[start..start + length]);
            at += length as u64;
        }
        true
    }
}

impl Memory for LiveMemory<'_> {
    fn copy(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool {
        let before = out.len();
        let is_there = self.visit(address, bytes, |part| out.extend_from_slice(part));
        if !is_there {
            out.truncate(before);
        }
        is_there
    }

    fn copy_contents(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool {
        let before = out.len();
        let Some(end) = address.checked_add(bytes).filter(|_| self.has(address, bytes)) else { return false };
        self.keep_contents(std::slice::from_ref(&(address..end)), |_, contents| out.extend_from_slice(contents));
        (out.len() - before) as u64 == bytes
    }

    fn has(&self, address: u64, bytes: u64) -> bool {
        let Some(end) = address.checked_add(bytes) else { return false };
        let mut at = address;
        while at < end {
            let place = self.mapped.partition_point(|range| range.start <= at).checked_sub(1);
            match place.and_then(|place| self.mapped.get(place)).filter(|range| range.contains(&at)) {
                Some(range) => at = range.end,
                None => return false,
            }
        }
        true
    }

    fn number(&self, address: u64, bytes: usize) -> Option<u64> {
        let (mut number, mut filled) = ([0; WORD as usize], 0);
        number.get(..bytes)?;
        let is_there = self.visit(address, bytes as u64, |part| {
            number[filled..filled + part.len()].copy_from_slice(part);
            filled += part.len();
        });
        is_there.then(|| u64::from_le_bytes(number))
    }

    fn held_bytes(&self) -> u64 {
        self.mapped.iter().map(|range| range.end - range.start).sum()
    }
}

impl Page {
    fn read(source: &dyn StoppedMemory, number: u64) -> Option<Self> {
        let mut page = Self { bytes: [0; BLOCK], read: [0; WORDS / 64] };
        source.read(number * BLOCK as u64, &mut page.bytes).then_some(page)
    }

    /// The words that were read, those that follow each other in one piece.
    fn pieces(&self, address: u64) -> Vec<MemoryPiece> {
        let mut pieces: Vec<MemoryPiece> = Vec::new();
        for (word, bytes) in self.bytes.chunks_exact(WORD as usize).enumerate() {
            if self.read[word / 64] >> (word % 64) & 1 == 0 {
                continue;
            }
            let at = address + word as u64 * WORD;
            match pieces.last_mut().filter(|piece| piece.address + piece.bytes.len() as u64 == at) {
                Some(piece) => piece.bytes.extend_from_slice(bytes),
                None => pieces.push(MemoryPiece { address: at, bytes: bytes.to_vec() }),
            }
        }
        pieces
    }
}

impl fmt::Debug for LiveMemory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveMemory").field("mapped", &self.mapped).finish_non_exhaustive()
    }
}

const WORDS: usize = BLOCK / WORD as usize;

#[cfg(test)]
mod tests {
    use super::*;

    struct Rising;

    impl StoppedMemory for Rising {
        fn read(&self, address: u64, into: &mut [u8]) -> bool {
            into.iter_mut().zip(address..).for_each(|(byte, at)| *byte = at as u8);
            address < 0x9000
        }
    }

    #[test]
    fn what_was_read_is_kept_and_nothing_else() {
        let mapped = [0x1000..0x2000, 0x2000..0x3000, 0x9000..0xa000];
        let memory = LiveMemory::new(&Rising, &mapped, CopiedMemory::default());
        assert_eq!(memory.number(0x1ffe, 4), Some(0x0100_fffe), "across two pages");
        assert_eq!((memory.number(0x2ffd, 4), memory.number(0x9000, 8)), (None, None));
        let mut out = Vec::new();
        assert!(memory.copy_contents(0x1100, 16, &mut out) && !memory.copy_contents(0x2ff8, 16, &mut out));
        memory.keep_structure(0x1108, &out[8..]);
        let (contents, structures) = memory.take();
        assert_eq!(contents.parts().map(|(address, bytes)| (address, bytes.len())).collect::<Vec<_>>(), [(0x1100, 16)]);
        let places: Vec<_> = structures.iter().map(|piece| (piece.address, piece.bytes.len())).collect();
        assert_eq!(places, [(0x1108, 8), (0x1ff8, 8), (0x2000, 8)]);
        let (contents, structures) = memory.take();
        assert_eq!((contents.parts().count(), structures.len()), (0, 0));
    }
}
