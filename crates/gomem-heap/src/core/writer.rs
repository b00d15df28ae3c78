//! Contents and the places of their pointers, written as [`crate::dump`] describes them: what is behind a picture of memory is one form,
//! whatever it was made of.

use crate::memory::Words;

/// Contents, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    /// Writes contents and the offsets of their pointers.
    pub(super) fn write(&mut self, contents: &[u8], pointers: impl IntoIterator<Item = u64>) -> Words {
        let place = self.bytes.len();
        self.bytes.extend_from_slice(contents);
        for offset in pointers {
            self.bytes.push(POINTER);
            self.number(offset);
        }
        self.bytes.push(END);
        Words { place, length: contents.len() }
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
mod tests {
    use super::*;
    use crate::memory::Order;

    #[test]
    fn what_is_written_is_read() {
        let mut contents = vec![0; 300];
        (contents[8], contents[280]) = (1, 2);
        let mut writer = Writer::default();
        writer.write(&[5], []);
        let words = writer.write(&contents, [8, 280]);
        let mut found = Vec::new();
        let order = Order { word_bytes: 8, is_big_endian: false };
        words.for_each_pointer(&writer.bytes, order, |offset, value| found.push((offset, value)));
        assert_eq!(found, [(8, 1), (280, 2)]);
    }
}
