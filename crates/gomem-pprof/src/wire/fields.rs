//! The protobuf wire format: fields, one after the other, with their positions.

use super::varint::take_words;
use crate::error::{Error, ErrorKind};

/// Reads fields off the front of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wire<'a> {
    bytes: &'a [u8],
    /// Where `bytes` begins in the whole input.
    offset: usize,
    /// What is read, for errors.
    message: &'static str,
    /// The number of the last field.
    field: u64,
    /// The value of the last field.
    value: Value<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Fixed-width numbers: no field of a profile has them, so they are skipped.
    Fixed,
}

impl<'a> Wire<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0, message: "profile", field: 0, value: Value::Fixed }
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// What was not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// Reads the next field, and gives its number; `None` at the end.
    #[inline]
    pub(crate) fn field(&mut self) -> Result<Option<u64>, Error> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let begin = self.offset;
        let tag = self.varint()?;
        self.field = tag >> 3;
        self.value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.fixed(8)?,
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).ok().filter(|&length| length <= self.bytes.len());
                let Some(length) = length else { return Err(self.truncated(begin)) };
                let (inside, rest) = self.bytes.split_at(length);
                self.bytes = rest;
                self.offset += length;
                Value::Bytes(inside)
            }
            5 => self.fixed(4)?,
            _ => return Err(Error::at(ErrorKind::Wire { problem: "unknown wire type" }, begin)),
        };
        Ok(Some(self.field))
    }

    /// Takes the message off the front whose tag this is, when its length has one byte or two; leaves everything else where
    /// it is.
    #[inline]
    pub(crate) fn short_message(&mut self, tag: u8, message: &'static str) -> Option<Self> {
        let (_, inside, rest) = short_field(self.bytes).filter(|&(found, ..)| found == tag)?;
        let offset = self.offset + self.bytes.len() - rest.len();
        (self.bytes, self.offset) = (rest, offset);
        Some(Self {
            bytes: inside,
            offset: offset - inside.len(),
            message,
            field: u64::from(tag >> 3),
            value: Value::Fixed,
        })
    }

    /// A part of what was not read yet, to be read for itself.
    pub(crate) fn part(&self, part: &'a [u8]) -> Self {
        Self { bytes: part, offset: self.offset + (part.as_ptr().addr() - self.bytes.as_ptr().addr()), ..*self }
    }

    /// Numbers of one to three bytes are nearly all there are, and are read here; others elsewhere.
    #[inline]
    fn varint(&mut self) -> Result<u64, Error> {
        let (number, length) = match *self.bytes {
            [a, ..] if a < 0x80 => (u64::from(a), 1),
            [a, b, ..] if b < 0x80 => (u64::from(a & 0x7f) | u64::from(b) << 7, 2),
            [a, b, c, ..] if c < 0x80 => (u64::from(a & 0x7f) | u64::from(b & 0x7f) << 7 | u64::from(c) << 14, 3),
            _ => return self.long_varint(),
        };
        self.bytes = &self.bytes[length..];
        self.offset += length;
        Ok(number)
    }

    /// All that is left, as numbers.
    #[inline]
    pub(crate) fn varints(&mut self, mut take: impl FnMut(u64)) -> Result<(), Error> {
        while !self.bytes.is_empty() {
            let rest = take_words(self.bytes, &mut take);
            self.offset += self.bytes.len() - rest.len();
            self.bytes = rest;
            if !rest.is_empty() {
                take(self.varint()?);
            }
        }
        Ok(())
    }

    /// The field's number.
    #[inline]
    pub(crate) fn number(&self) -> Result<u64, Error> {
        if let Value::Varint(number) = self.value { Ok(number) } else { Err(self.other_type()) }
    }

    /// The same, signed.
    #[inline]
    pub(crate) fn signed(&self) -> Result<i64, Error> {
        self.number().map(u64::cast_signed)
    }

    /// The field's text.
    #[inline]
    pub(crate) fn text(&self) -> Result<&'a [u8], Error> {
        if let Value::Bytes(text) = self.value { Ok(text) } else { Err(self.other_type()) }
    }

    /// The message in the field.
    #[inline]
    pub(crate) fn message(&self, message: &'static str) -> Result<Self, Error> {
        let bytes = self.text()?;
        Ok(Self { bytes, offset: self.offset - bytes.len(), message, field: self.field, value: Value::Fixed })
    }

    /// The numbers in the field: one, or any number of them packed.
    #[inline]
    pub(crate) fn numbers(&self, mut take: impl FnMut(u64)) -> Result<(), Error> {
        match self.value {
            Value::Varint(number) => take(number),
            _ => self.message(self.message)?.varints(take)?,
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn long_varint(&mut self) -> Result<u64, Error> {
        let mut value = 0;
        for (at, &byte) in self.bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f).checked_shl(7 * at as u32).unwrap_or(0);
            if byte < 0x80 {
                self.bytes = &self.bytes[at + 1..];
                self.offset += at + 1;
                return Ok(value);
            }
        }
        if self.bytes.len() < 10 {
            return Err(self.truncated(self.offset));
        }
        Err(Error::at(ErrorKind::Wire { problem: "a number of more than ten bytes" }, self.offset))
    }

    fn fixed(&mut self, width: usize) -> Result<Value<'a>, Error> {
        let Some(rest) = self.bytes.get(width..) else { return Err(self.truncated(self.offset)) };
        self.bytes = rest;
        self.offset += width;
        Ok(Value::Fixed)
    }

    #[cold]
    #[inline(never)]
    fn truncated(&self, offset: usize) -> Error {
        Error::at(ErrorKind::Truncated { message: self.message, field: self.field }, offset)
    }

    /// A field that is known, but of another type.
    #[cold]
    #[inline(never)]
    fn other_type(&self) -> Error {
        Error::at(ErrorKind::WireType { message: self.message, field: self.field }, self.offset)
    }
}

/// The field that bytes begin with, if its tag has one byte and its length one or two: the tag, what is in it, and what follows.
#[inline]
pub(crate) fn short_field(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length, begin) = match *bytes {
        [tag, a, ..] if a < 0x80 => (tag, usize::from(a), 2),
        [tag, a, b, ..] if b < 0x80 => (tag, usize::from(a & 0x7f) | usize::from(b) << 7, 3),
        _ => return None,
    };
    let (inside, rest) = bytes[begin..].split_at_checked(length)?;
    Some((tag, inside, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_type() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x01, b'x', 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4];
        let mut wire = Wire::new(&bytes);
        assert_eq!((wire.field(), wire.number()), (Ok(Some(1)), Ok(150)));
        assert_eq!((wire.field(), wire.text()), (Ok(Some(2)), Ok(&b"x"[..])));
        assert!(wire.field() == Ok(Some(3)) && wire.number().is_err() && wire.text().is_err());
        assert!(wire.field() == Ok(Some(4)) && wire.number().is_err() && wire.text().is_err());
        assert_eq!(wire.field(), Ok(None));
    }

    #[test]
    fn numbers_of_every_length() {
        let mut bytes = Vec::new();
        let numbers: Vec<u64> = (0..64).flat_map(|bit| [1 << bit, (1 << bit) - 1, u64::MAX >> bit]).collect();
        for &number in &numbers {
            let mut rest = number;
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
        }
        let mut found = Vec::new();
        Wire::new(&bytes).varints(|number| found.push(number)).unwrap();
        assert_eq!(found, numbers);
        let mut wire = Wire::new(&bytes);
        assert!(numbers.iter().all(|&number| wire.varint().unwrap() == number));
        assert_eq!(wire.offset(), bytes.len());
    }

    #[test]
    fn malformed_fields_are_told_with_their_place() {
        for (bytes, error) in [
            (&[0x0b][..], "byte 0: not a pprof profile: unknown wire type"),
            (&[0x08, 0x80], "byte 1: the input ends inside field 1 of a profile"),
            (&[0x12, 0x05, 1], "byte 0: the input ends inside field 2 of a profile"),
            (&[0x0d, 1, 2], "byte 1: the input ends inside field 1 of a profile"),
            (
                &[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
                "byte 1: not a pprof profile: a number of more than ten bytes",
            ),
        ] {
            assert_eq!(Wire::new(bytes).field().unwrap_err().to_string(), error);
        }
    }
}
