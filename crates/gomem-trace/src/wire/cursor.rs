//! Where a reading is in a batch.

/// Where a reading is in a batch's bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) fn place(&self) -> usize {
        self.at
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// A number; padded ones are legal. `None` when the bytes end within it, or it has more than 64 bits.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Option<u64> {
        let first = *self.bytes.get(self.at)?;
        if first < 0x80 {
            self.at += 1;
            return Some(u64::from(first));
        }
        let Some(word) = self.bytes[self.at..].first_chunk().copied().map(u64::from_le_bytes) else {
            return self.long_number();
        };
        let ends = !word & LAST_BYTES;
        if ends == 0 {
            return self.long_number();
        }
        // Eight bytes at once, since lengths vary too much to be foreseen.
        let bits = ends.trailing_zeros() + 1;
        self.at += bits as usize / 8;
        Some(joined(word & (u64::MAX >> (64 - bits))))
    }

    /// Passes over a number, as [`number`](Self::number) reads one.
    #[inline(always)]
    fn pass_number(&mut self) -> Option<()> {
        let first = *self.bytes.get(self.at)?;
        if first < 0x80 {
            self.at += 1;
            return Some(());
        }
        match self.bytes[self.at..].first_chunk().copied().map(|word| !u64::from_le_bytes(word) & LAST_BYTES) {
            None | Some(0) => self.long_number().map(|_| ()),
            Some(ends) => {
                self.at += (ends.trailing_zeros() as usize + 1) / 8;
                Some(())
            }
        }
    }

    fn long_number(&mut self) -> Option<u64> {
        let rest = self.bytes.get(self.at..)?;
        let mut value = 0_u64;
        for (index, byte) in rest.iter().take(LONGEST).enumerate() {
            if index == LONGEST - 1 && *byte > 1 {
                return None;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.at += index + 1;
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn numbers<const N: usize>(&mut self) -> Option<[u64; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = self.number()?;
        }
        Some(numbers)
    }

    /// Numbers that have eight bytes together, at most; `None` too where there are no eight.
    #[inline(always)]
    pub(crate) fn short_numbers<const N: usize>(&mut self) -> Option<[u64; N]> {
        let word = u64::from_le_bytes(*self.bytes.get(self.at..)?.first_chunk()?);
        let (mut ends, mut begin, mut numbers) = (!word & LAST_BYTES, 0, [0; N]);
        for number in &mut numbers {
            if ends == 0 {
                return None;
            }
            let end = ends.trailing_zeros() + 1;
            *number = joined((word & (u64::MAX >> (64 - end))) >> begin);
            (begin, ends) = (end, ends & (ends - 1));
        }
        self.at += begin as usize / 8;
        Some(numbers)
    }

    /// Passes over so many numbers.
    #[inline(always)]
    pub(crate) fn pass(&mut self, numbers: usize) -> Option<()> {
        for _ in 0..numbers {
            self.pass_number()?;
        }
        Some(())
    }

    pub(crate) fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let length = usize::try_from(length).ok().filter(|length| *length <= self.left())?;
        let taken = &self.bytes[self.at..self.at + length];
        self.at += length;
        Some(taken)
    }
}

/// Seven bits of each byte, side by side.
#[inline]
fn joined(word: u64) -> u64 {
    let pairs = (word & 0x007f_007f_007f_007f) | ((word & 0x7f00_7f00_7f00_7f00) >> 1);
    let fours = (pairs & 0x0000_3fff_0000_3fff) | ((pairs & 0x3fff_0000_3fff_0000) >> 2);
    (fours & 0x0fff_ffff) | ((fours & 0x0fff_ffff_0000_0000) >> 4)
}

/// The bit that a number's last byte lacks.
const LAST_BYTES: u64 = 0x8080_8080_8080_8080;
/// The bytes of the longest number.
const LONGEST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_numbers_are_numbers() {
        let padded = [0x87, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 9];
        let mut cursor = Cursor::new(&padded);
        assert_eq!((cursor.number(), cursor.number(), cursor.number()), (Some(7), Some(9), None));
    }

    #[test]
    fn the_largest_number_has_ten_bytes() {
        let largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Cursor::new(&largest).number(), Some(u64::MAX));
        let larger = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(Cursor::new(&larger).number(), None);
        assert_eq!(Cursor::new(&larger[..5]).number(), None);
    }

    #[test]
    fn numbers_of_all_lengths_are_read() {
        for value in (0..64).map(|bits| u64::MAX >> bits).chain((0..63).map(|bit| 0x5a5a_5a5a_5a5a_5a5a >> bit)) {
            let (mut bytes, mut rest) = (Vec::new(), value);
            while rest > 0x7f {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            let length = bytes.len();
            assert_eq!(Cursor::new(&bytes).number(), Some(value));
            bytes.extend([0xff; 8]);
            let mut cursor = Cursor::new(&bytes);
            assert_eq!((cursor.number(), cursor.place()), (Some(value), length));
            let mut cursor = Cursor::new(&bytes);
            assert_eq!((cursor.pass(1), cursor.place()), (Some(()), length));
        }
    }

    #[test]
    fn numbers_of_eight_bytes_are_read_at_once() {
        let bytes = [1, 0x82, 3, 0x84, 0x85, 6, 7, 0x88, 9];
        let read = |count: usize, at| Cursor::at(&bytes[..count], at).short_numbers();
        assert_eq!(read(9, 0), Some([1, 0x182, 0x1_8284]));
        assert_eq!((read(9, 1), read(8, 1)), (Some([0x182, 0x1_8284, 7]), None));
        assert_eq!(Cursor::new(&bytes).short_numbers::<5>(), None, "the fifth ends behind them");
        let mut cursor = Cursor::new(&bytes);
        assert_eq!((cursor.short_numbers(), cursor.place()), (Some([1, 0x182]), 3));
    }

    #[test]
    fn nothing_is_taken_beyond_the_end() {
        let mut cursor = Cursor::new(&[1, 2, 3]);
        assert_eq!(cursor.take(4), None);
        assert_eq!(cursor.take(u64::MAX), None);
        assert_eq!((cursor.take(2), cursor.left()), (Some(&[1, 2][..]), 1));
    }
}
