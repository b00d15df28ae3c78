//! Pieces of memory and the pointers in them.

/// The size and order of a machine's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) word_bytes: usize,
    pub(crate) is_big_endian: bool,
}

impl Order {
    /// The largest slots with their pointers' bitmap at the end of the page (`MinSizeForMallocHeader` in `internal/runtime/gc`).
    pub(crate) fn largest_with_bitmap(self) -> u64 {
        8 * (self.word_bytes * self.word_bytes) as u64
    }

    /// The word at an offset.
    pub(crate) fn word(self, bytes: &[u8], at: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(self.word_bytes)?)?;
        match (<[u8; 8]>::try_from(bytes), <[u8; 4]>::try_from(bytes)) {
            (Ok(bytes), _) => {
                Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
            }
            (_, Ok(bytes)) => {
                Some(u64::from(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }))
            }
            _ => None,
        }
    }

    /// The number of two bytes at an offset.
    pub(crate) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = <[u8; 2]>::try_from(bytes.get(at..at.checked_add(2)?)?).ok()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    /// The number of four bytes at an offset.
    pub(crate) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = <[u8; 4]>::try_from(bytes.get(at..at.checked_add(4)?)?).ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

/// A piece of memory in a file, and behind it in the same file the offsets of its pointers, as [`crate::dump`] describes them.
/// Both were checked when the file was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// Where its contents begin in the file.
    pub(crate) place: usize,
    /// Its bytes in the file.
    pub(crate) length: usize,
}

impl Words {
    pub(crate) fn content<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        file.get(self.place..self.place.saturating_add(self.length)).unwrap_or_default()
    }

    /// Each pointer: its offset and value.
    #[inline]
    pub(crate) fn for_each_pointer(&self, file: &[u8], order: Order, mut visit: impl FnMut(usize, u64)) {
        let content = self.content(file);
        let mut at = self.place + self.length;
        loop {
            // Nearly all numbers are of one byte.
            let (kind, offset, after) = match file.get(at..at.saturating_add(2)) {
                Some([0, _]) => return,
                Some([kind @ ..0x80, offset @ ..0x80]) => (u64::from(*kind), u64::from(*offset), at + 2),
                _ => {
                    let Some((kind, after)) = varint(file, at) else { return };
                    if kind == 0 {
                        return;
                    }
                    let Some((offset, after)) = varint(file, after) else { return };
                    (kind, offset, after)
                }
            };
            at = after;
            // An interface's second word points to its value.
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            let offset = if kind == POINTER { offset } else { offset.saturating_add(order.word_bytes) };
            if let Some(value) = order.word(content, offset) {
                visit(offset, value);
            }
        }
    }
}

/// An unsigned LEB128 number and where the next byte is; `None` where the bytes end, or after ten.
#[inline]
pub(crate) fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let rest = bytes.get(at..)?;
    // Nearly all numbers are of few bytes: those of up to eight are looked at as one word.
    if let Some(word) = rest.first_chunk() {
        let word = u64::from_le_bytes(*word);
        let last = (!word & HIGHEST_BITS).trailing_zeros();
        if last < u64::BITS {
            // What lies behind the last byte, and the highest bit of each, is none of the number.
            let bits = word & (u64::MAX >> (u64::BITS - 1 - last)) & !HIGHEST_BITS;
            let pairs = (bits & 0x007f_007f_007f_007f) | (bits & 0x7f00_7f00_7f00_7f00) >> 1;
            let fours = (pairs & 0x0000_3fff_0000_3fff) | (pairs & 0x3fff_0000_3fff_0000) >> 2;
            let whole = (fours & 0x0fff_ffff) | (fours & 0x0fff_ffff_0000_0000) >> 4;
            return Some((whole, at + (last as usize + 1) / 8));
        }
    }
    let mut value = 0;
    for (index, byte) in rest.iter().take(10).enumerate() {
        let shift = 7 * index as u32;
        // The tenth byte has room for one bit.
        if shift == 63 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some((value, at + 1 + index));
        }
    }
    None
}

/// The bit of each byte that says whether another one follows.
const HIGHEST_BITS: u64 = 0x8080_8080_8080_8080;
/// The kind of a field that is a pointer; 2 and 3 are interfaces.
pub(super) const POINTER: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_they_say() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[0x80, 0x01], 0), Some((128, 2)));
        assert_eq!(varint(&[0xff; 2], 0), None);
        let mut longest = [0xff; 10];
        longest[9] = 1;
        assert_eq!(varint(&longest, 0), Some((u64::MAX, 10)));
        longest[9] = 2;
        assert_eq!(varint(&longest, 0), None, "more than 64 bits");
        // The same number at the end of the bytes, and with others behind it.
        for bits in 0..64 {
            for value in [1_u64 << bits, u64::MAX >> bits, 0x5555_5555_5555_5555 >> bits] {
                let mut bytes = Vec::new();
                let mut rest = value;
                while rest >= 0x80 {
                    bytes.push(rest as u8 | 0x80);
                    rest >>= 7;
                }
                bytes.push(rest as u8);
                let length = bytes.len();
                assert_eq!(varint(&bytes, 0), Some((value, length)));
                bytes.extend([0xff; 8]);
                assert_eq!(varint(&bytes, 0), Some((value, length)));
            }
        }
    }

    #[test]
    fn pointers_stand_where_fields_say() {
        let mut file = vec![0; 16];
        file[8] = 7;
        file.extend([1, 8, 0]);
        let order = Order { word_bytes: 8, is_big_endian: false };
        let mut found = Vec::new();
        Words { place: 0, length: 16 }.for_each_pointer(&file, order, |offset, value| found.push((offset, value)));
        assert_eq!(found, [(8, 7)]);
        let big = Order { word_bytes: 4, is_big_endian: true };
        assert_eq!((big.word(&[0, 0, 0, 9], 0), big.word(&[0, 0], 0), big.u16(&[1, 2], 0)), (Some(9), None, Some(258)));
    }
}
