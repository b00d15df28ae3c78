//! Contents and the places of their pointers, written as [`crate::dump`] describes them: what is behind a picture of memory is one form,
//! whatever it was made of.

use crate::{
    error::{Error, ErrorKind},
    memory::Words,
};

/// Contents, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    /// How many bytes will stand before these.
    pub(crate) before: usize,
    /// How many bytes there may be.
    pub(crate) most: u64,
}

impl Writer {
    /// Writes contents and the offsets of their pointers.
    pub(crate) fn write(&mut self, contents: &[u8], pointers: impl IntoIterator<Item = u64>) -> Result<Words, Error> {
        self.claim(contents.len() as u64)?;
        let place = self.before + self.bytes.len();
        self.bytes.extend_from_slice(contents);
        for offset in pointers {
            self.bytes.push(POINTER);
            self.number(offset);
        }
        self.bytes.push(END);
        Ok(Words { place, length: contents.len() })
    }

    /// Whether there is room for so many bytes more.
    pub(crate) fn claim(&self, bytes: u64) -> Result<(), Error> {
        if ((self.before + self.bytes.len()) as u64).saturating_add(bytes) > self.most {
            return Err(Error::new(ErrorKind::Limit { what: "bytes", limit: self.most }, 0));
        }
        Ok(())
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

const POINTER: u8 = 1;
const END: u8 = 0;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::memory::Order;

    #[test]
    fn what_is_written_is_read() {
        let mut contents = vec![0; 300];
        (contents[8], contents[280]) = (1, 2);
        let mut writer = Writer { most: 400, ..Writer::default() };
        writer.write(&[5], []).unwrap();
        let words = writer.write(&contents, [8, 280]).unwrap();
        let mut found = Vec::new();
        let order = Order { word_bytes: 8, is_big_endian: false };
        words.for_each_pointer(&writer.bytes, order, |offset, value| found.push((offset, value)));
        assert_eq!(found, [(8, 1), (280, 2)]);
        assert!(writer.write(&contents, []).is_err(), "more than there is room for");
    }
}
