//! The memory of a process, as a core has it: pages of zeros are not held.

use std::ops::Range;

use crate::core::elf::memory::Memory;

/// The memory of a process.
#[derive(Debug, Default)]
pub(crate) struct Image {
    /// By address; they do not overlap.
    segments: Vec<Segment>,
    /// Contents of blocks, one behind the other.
    store: Vec<u8>,
}

/// Memory without a hole.
#[derive(Debug, Default)]
struct Segment {
    start: u64,
    bytes: u64,
    /// The number of each block in the store; of blocks of zeros [`ZERO`].
    blocks: Vec<u32>,
}

impl Image {
    /// Begins a new piece of memory at an address.
    pub(crate) fn begin(&mut self, start: u64) {
        self.segments.push(Segment { start, ..Segment::default() });
    }

    /// Adds the next block of the piece that was begun: all but a piece's last are of [`BLOCK`] bytes.
    pub(crate) fn push(&mut self, block: &[u8]) {
        let Some(segment) = self.segments.last_mut() else { return };
        segment.bytes += block.len() as u64;
        if ZEROS.starts_with(block) {
            segment.blocks.push(ZERO);
            return;
        }
        segment.blocks.push((self.store.len() / BLOCK) as u32);
        self.store.extend_from_slice(block);
        self.store.resize(self.store.len().next_multiple_of(BLOCK), 0);
    }

    /// Sorts what was added; of pieces that overlap the first one stays.
    pub(crate) fn finish(&mut self) {
        self.segments.retain(|segment| segment.bytes > 0 && segment.start.checked_add(segment.bytes).is_some());
        self.segments.sort_by_key(|segment| segment.start);
        let mut end = 0;
        self.segments.retain(|segment| {
            let is_free = segment.start >= end;
            if is_free {
                end = segment.start + segment.bytes;
            }
            is_free
        });
    }

    /// What lies in the image, by address.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<u64>> {
        self.segments.iter().map(|segment| segment.start..segment.start + segment.bytes)
    }

    /// Memory as it is held, as [`Memory::piece`] tells the places in it.
    pub(crate) fn into_held(self) -> Vec<u8> {
        self.store
    }

    fn segment(&self, address: u64) -> Option<&Segment> {
        let at = self.segments.partition_point(|segment| segment.start <= address).checked_sub(1)?;
        self.segments.get(at).filter(|segment| address - segment.start < segment.bytes)
    }

    /// The block that an address is in (none of zeros), where it is in that, and how many bytes follow there.
    #[inline]
    fn block(&self, address: u64) -> Option<(Option<&[u8]>, usize, u64)> {
        let segment = self.segment(address)?;
        let offset = address - segment.start;
        let within = offset % BLOCK as u64;
        let room = (BLOCK as u64 - within).min(segment.bytes - offset);
        let number = *segment.blocks.get(usize::try_from(offset / BLOCK as u64).ok()?)?;
        if number == ZERO {
            return Some((None, 0, room));
        }
        let start = number as usize * BLOCK;
        Some((Some(self.store.get(start..start + BLOCK)?), within as usize, room))
    }
}

impl Memory for Image {
    fn held_bytes(&self) -> u64 {
        self.store.len() as u64
    }

    fn copy(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool {
        let before = out.len();
        let (mut address, mut left) = (address, bytes);
        if !self.has(address, bytes) {
            return false;
        }
        while left > 0 {
            let Some((block, within, room)) = self.block(address) else {
                out.truncate(before);
                return false;
            };
            let length = room.min(left);
            match block {
                Some(block) => out.extend_from_slice(&block[within..within + length as usize]),
                None => out.resize(out.len() + length as usize, 0),
            }
            address += length;
            left -= length;
        }
        true
    }

    fn piece(&self, address: u64, bytes: u64) -> Option<(usize, &[u8])> {
        let segment = self.segment(address)?;
        let offset = address - segment.start;
        let end = offset.checked_add(bytes).filter(|end| bytes > 0 && *end <= segment.bytes)?;
        let numbers = usize::try_from(offset / BLOCK as u64).ok()?..usize::try_from(end.div_ceil(BLOCK as u64)).ok()?;
        let numbers = segment.blocks.get(numbers)?;
        let follow = |pair: &[u32]| pair[0].checked_add(1) == Some(pair[1]);
        if !numbers.windows(2).all(follow) || numbers.last() == Some(&ZERO) {
            return None;
        }
        let place = *numbers.first()? as usize * BLOCK + (offset % BLOCK as u64) as usize;
        Some((place, self.store.get(place..place.checked_add(usize::try_from(bytes).ok()?)?)?))
    }

    fn has(&self, address: u64, bytes: u64) -> bool {
        let Some(end) = address.checked_add(bytes) else { return false };
        let mut at = address;
        while at < end {
            let Some(segment) = self.segment(at) else { return false };
            at = segment.start + segment.bytes;
        }
        true
    }

    fn number(&self, address: u64, bytes: usize) -> Option<u64> {
        let (block, within, room) = self.block(address)?;
        let mut number = [0; 8];
        let number_bytes = number.get_mut(..bytes)?;
        if room >= bytes as u64 {
            if let Some(block) = block {
                number_bytes.copy_from_slice(&block[within..within + bytes]);
            }
            return Some(u64::from_le_bytes(number));
        }
        let mut copied = Vec::with_capacity(bytes);
        if !self.copy(address, bytes as u64, &mut copied) {
            return None;
        }
        number_bytes.copy_from_slice(&copied);
        Some(u64::from_le_bytes(number))
    }
}

/// A page of memory.
pub(crate) const BLOCK: usize = 4096;
const ZEROS: [u8; BLOCK] = [0; BLOCK];
/// The number of a block of zeros.
const ZERO: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn image(pieces: &[(u64, &[u8])]) -> Image {
        let mut image = Image::default();
        for (start, bytes) in pieces {
            image.begin(*start);
            bytes.chunks(BLOCK).for_each(|block| image.push(block));
        }
        image.finish();
        image
    }

    #[test]
    fn memory_reads_across_blocks_and_pieces() {
        let mut first = vec![0; 2 * BLOCK + 8];
        first[BLOCK - 1] = 1;
        first[2 * BLOCK..].fill(2);
        let end = 0x1000 + first.len() as u64;
        let image = image(&[(end, &[3; 16]), (0x1000, &first)]);
        assert_eq!(image.held_bytes(), 3 * BLOCK as u64, "one of four blocks is zero");
        assert_eq!(image.number(0x1000 + BLOCK as u64 - 1, 2), Some(1));
        assert_eq!(image.number(end - 4, 8), Some(0x0303_0303_0202_0202));
        assert_eq!((image.number(end + 9, 8), image.number(0xfff, 1), image.number(u64::MAX, 8)), (None, None, None));
        let mut out = vec![9];
        assert!(image.copy(end - 1, 3, &mut out) && !image.copy(end, 17, &mut out));
        assert_eq!(out, [9, 2, 3, 3]);
        assert_eq!(image.piece(0x1000 + 2 * BLOCK as u64, 8), Some((2 * BLOCK, &[2; 8][..])));
        assert_eq!((image.piece(0x1000, 8), image.piece(end - 1, 3)), (Some((BLOCK, &[0; 8][..])), None));
        assert_eq!(image.piece(0x1000, first.len() as u64), None, "a block of zeros is in between");
    }

    #[test]
    fn pieces_that_overlap_or_wrap_are_left_out() {
        let image = image(&[(0x2000, &[1; 16]), (0x2008, &[2; 16]), (u64::MAX - 4, &[3; 16])]);
        assert_eq!((image.number(0x2008, 1), image.number(0x2010, 1), image.segments.len()), (Some(1), None, 1));
    }
}
