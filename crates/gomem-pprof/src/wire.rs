//! The protobuf wire format: fields, one after the other, with their positions.

use crate::error::{Error, ErrorKind};

/// Reads fields off the front of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wire<'a> {
    bytes: &'a [u8],
    /// Where `bytes` begins in the whole input.
    offset: usize,
}

/// A field's value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Bytes(Wire<'a>),
    /// Fixed-width numbers: no field of a profile has them, so they are skipped.
    Fixed,
}

impl<'a> Wire<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next field: its number and value; `None` at the end.
    pub(crate) fn field(&mut self) -> Result<Option<(u64, Value<'a>)>, Error> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let begin = self.offset;
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.fixed(8)?,
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).ok().filter(|&length| length <= self.bytes.len());
                let Some(length) = length else {
                    return Err(Error::at(ErrorKind::Truncated { inside: "a field" }, begin));
                };
                let (inside, rest) = self.bytes.split_at(length);
                let inside = Wire { bytes: inside, offset: self.offset };
                self.bytes = rest;
                self.offset += length;
                Value::Bytes(inside)
            }
            5 => self.fixed(4)?,
            _ => return Err(Error::at(ErrorKind::Wire { reason: "unknown wire type" }, begin)),
        };
        if tag >> 3 == 0 {
            return Err(Error::at(ErrorKind::Wire { reason: "field number 0" }, begin));
        }
        Ok(Some((tag >> 3, value)))
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Error> {
        if let [byte, rest @ ..] = self.bytes
            && *byte < 0x80
        {
            self.bytes = rest;
            self.offset += 1;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

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
        let kind = if self.bytes.len() < 10 {
            ErrorKind::Truncated { inside: "a number" }
        } else {
            ErrorKind::Wire { reason: "a number of more than ten bytes" }
        };
        Err(Error::at(kind, self.offset))
    }

    fn fixed(&mut self, width: usize) -> Result<Value<'a>, Error> {
        let Some(rest) = self.bytes.get(width..) else {
            return Err(Error::at(ErrorKind::Truncated { inside: "a number" }, self.offset));
        };
        self.bytes = rest;
        self.offset += width;
        Ok(Value::Fixed)
    }
}

impl Value<'_> {
    /// Appends a repeated number, packed or not.
    pub(crate) fn extend(self, numbers: &mut Vec<u64>) -> Result<(), Error> {
        match self {
            Self::Varint(number) => numbers.push(number),
            Self::Bytes(mut packed) => {
                while !packed.is_empty() {
                    numbers.push(packed.varint()?);
                }
            }
            Self::Fixed => {}
        }
        Ok(())
    }

    /// A number; 0 for a field of another type, as for one that is not there.
    pub(crate) fn number(self) -> u64 {
        if let Self::Varint(number) = self { number } else { 0 }
    }

    /// The same, signed.
    pub(crate) fn signed(self) -> i64 {
        self.number().cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_type() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x01, b'x', 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4];
        let mut wire = Wire::new(&bytes);
        assert!(matches!(wire.field(), Ok(Some((1, Value::Varint(150))))));
        assert!(
            matches!(wire.field(), Ok(Some((2, Value::Bytes(inside)))) if inside.bytes() == b"x" && inside.offset() == 5)
        );
        assert!(matches!(wire.field(), Ok(Some((3, Value::Fixed)))));
        assert!(matches!(wire.field(), Ok(Some((4, Value::Fixed)))));
        assert!(matches!(wire.field(), Ok(None)));
    }

    #[test]
    fn malformed_fields_are_told_with_their_place() {
        for (bytes, error) in [
            (&[0x0b][..], "byte 0: not a pprof profile: unknown wire type"),
            (&[0x00, 0x01], "byte 0: not a pprof profile: field number 0"),
            (&[0x08, 0x80], "byte 1: the profile ends inside a number"),
            (&[0x12, 0x05, 1], "byte 0: the profile ends inside a field"),
            (&[0x0d, 1, 2], "byte 1: the profile ends inside a number"),
            (
                &[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
                "byte 1: not a pprof profile: a number of more than ten bytes",
            ),
        ] {
            assert_eq!(Wire::new(bytes).field().unwrap_err().to_string(), error);
        }
    }
}
