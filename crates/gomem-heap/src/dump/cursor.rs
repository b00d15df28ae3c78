//! Where a reading is in the dump's bytes.

use crate::{
    dump::stop::Stop,
    memory::{Order, Words, varint},
};

/// Where a reading is in the dump's bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn number(&mut self) -> Result<u64, Stop> {
        // Nearly all are of one byte.
        if let Some(byte @ ..0x80) = self.bytes.get(self.at) {
            self.at += 1;
            return Ok(u64::from(*byte));
        }
        match varint(self.bytes, self.at) {
            Some((value, after)) => {
                self.at = after;
                Ok(value)
            }
            None if self.bytes.len().saturating_sub(self.at) < LONGEST => Err(Stop::Cut),
            None => Err(Stop::Damaged("a number of more than 64 bits")),
        }
    }

    pub(super) fn flag(&mut self) -> Result<bool, Stop> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Stop::Damaged("a flag that is neither 0 nor 1")),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a [u8], Stop> {
        let length = self.number()?;
        let length = self.available(length)?;
        let text = &self.bytes[self.at..self.at + length];
        self.at += length;
        Ok(text)
    }

    /// Passes over so many numbers.
    pub(super) fn pass(&mut self, numbers: usize) -> Result<(), Stop> {
        (0..numbers).try_for_each(|_| self.number().map(drop))
    }

    /// Contents and the pointers in them; gives also how long the contents should be.
    pub(super) fn words(&mut self, order: Order) -> Result<(Words, u64), Stop> {
        let (words, declared) = self.content()?;
        self.fields(order, declared)?;
        Ok((words, declared))
    }

    /// Contents, behind which the fields of their pointers follow; gives also how long they should be.
    #[inline]
    pub(super) fn content(&mut self) -> Result<(Words, u64), Stop> {
        let declared = self.number()?;
        let length = self.available(written(declared))?;
        let words = Words { place: self.at, length };
        self.at += length;
        Ok((words, declared))
    }

    /// The fields of the pointers in contents of so many bytes.
    pub(super) fn fields(&mut self, order: Order, declared: u64) -> Result<(), Stop> {
        loop {
            let kind = self.number()?;
            if kind == 0 {
                return Ok(());
            }
            if kind > INTERFACES {
                return Err(Stop::Damaged("a field of an unknown kind"));
            }
            let bytes = if kind == 1 { order.word_bytes } else { 2 * order.word_bytes } as u64;
            if self.number()?.checked_add(bytes).is_none_or(|end| end > declared) {
                return Err(Stop::Damaged("a pointer outside of its object"));
            }
        }
    }

    fn available(&self, length: u64) -> Result<usize, Stop> {
        let left = self.bytes.len() - self.at;
        usize::try_from(length).ok().filter(|length| *length <= left).ok_or(Stop::Cut)
    }
}

/// So much of contents is written: their length goes through 32 bits with a sign, and Linux writes no more at once.
fn written(declared: u64) -> u64 {
    if declared < 1 << 31 {
        return declared;
    }
    let low = declared & 0xffff_ffff;
    if low >= 1 << 31 { MOST_AT_ONCE } else { low.min(MOST_AT_ONCE) }
}

/// `MAX_RW_COUNT` of Linux.
const MOST_AT_ONCE: u64 = 0x7fff_f000;
/// The bytes of the longest number.
const LONGEST: usize = 10;
/// Kinds of fields up to this one are known.
const INTERFACES: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_contents_are_written_in_part() {
        assert_eq!(written(0x7fff_ffff), 0x7fff_ffff);
        assert_eq!(written(2_200_000_000), 0x7fff_f000);
        assert_eq!(written(4_300_000_000), 4_300_000_000 - (1 << 32));
    }

    #[test]
    fn what_is_cut_is_no_damage() {
        let mut cursor = Cursor { bytes: &[0x80], at: 0 };
        assert_eq!(cursor.number(), Err(Stop::Cut));
        let mut cursor = Cursor { bytes: &[0xff; 11], at: 0 };
        assert!(matches!(cursor.number(), Err(Stop::Damaged(_))));
        let mut cursor = Cursor { bytes: &[5, 1, 2], at: 0 };
        assert_eq!(cursor.text(), Err(Stop::Cut));
        let order = Order { word_bytes: 8, is_big_endian: false };
        let mut cursor = Cursor { bytes: &[8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0], at: 0 };
        assert!(matches!(cursor.words(order), Err(Stop::Damaged(_))));
    }
}
