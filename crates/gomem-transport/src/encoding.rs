//! Byte order marks and UTF-16, as editors and PowerShell write them.

use std::{
    borrow::Cow,
    io::{self, Read},
};

/// How the characters of a text are written.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    /// UTF-8, after a mark of so many bytes.
    Utf8(usize),
    /// UTF-16, after a mark of so many bytes; how a pair of bytes is a unit.
    Utf16(usize, fn([u8; 2]) -> u16),
}

/// The text in UTF-8, without a byte order mark.
///
/// ```
/// assert_eq!(&*gomem_transport::utf8(b"\xff\xfea\0b\0"), b"ab");
/// ```
#[must_use]
pub fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::from_bytes(bytes) {
        Encoding::Utf8(mark) => Cow::Borrowed(bytes.get(mark..).unwrap_or_default()),
        Encoding::Utf16(mark, unit) => {
            let units = bytes.get(mark..).unwrap_or_default().chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect();
            Cow::Owned(text.into_bytes())
        }
    }
}

/// A text in UTF-8 without a byte order mark, while it is read.
///
/// ```
/// use std::io::Read;
///
/// use gomem_transport::Utf8Reader;
///
/// let utf16 = [0xff, 0xfe, b'g', 0, b'c', 0];
/// let mut text = String::new();
/// Utf8Reader::new(&utf16[..]).read_to_string(&mut text)?;
/// assert_eq!(text, "gc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Utf8Reader<R> {
    text: R,
    /// What is read and not handed out: at first the beginning, which tells the encoding.
    held: Vec<u8>,
    at: usize,
    encoding: Option<Encoding>,
    /// Bytes of UTF-16 that are no whole character yet.
    part: Vec<u8>,
}

impl<R: Read> Utf8Reader<R> {
    /// Reads `text`.
    pub fn new(text: R) -> Self {
        Self { text, held: Vec::new(), at: 0, encoding: None, part: Vec::new() }
    }

    fn begin(&mut self) -> io::Result<Encoding> {
        self.text.by_ref().take(HEAD as u64).read_to_end(&mut self.held)?;
        let encoding = Encoding::from_bytes(&self.held);
        match encoding {
            Encoding::Utf8(mark) => self.at = mark,
            Encoding::Utf16(mark, unit) => {
                self.part = self.held.split_off(mark.min(self.held.len()));
                self.decode(unit);
            }
        }
        self.encoding = Some(encoding);
        Ok(encoding)
    }

    /// What whole characters `part` has becomes what is held.
    fn decode(&mut self, unit: fn([u8; 2]) -> u16) {
        let mut end = self.part.len() / 2 * 2;
        let is_high = |pair: &[u8]| (0xd800..0xdc00).contains(&unit([pair[0], pair[1]]));
        if end >= 2 && is_high(&self.part[end - 2..end]) {
            end -= 2;
        }
        let units = self.part[..end].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect();
        (self.held, self.at) = (text.into_bytes(), 0);
        self.part.drain(..end);
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.begin()?,
        };
        loop {
            if self.at < self.held.len() {
                let read = (&self.held[self.at..]).read(into)?;
                self.at += read;
                return Ok(read);
            }
            let Encoding::Utf16(_, unit) = encoding else { return self.text.read(into) };
            let mut chunk = vec![0; HEAD];
            let read = self.text.read(&mut chunk)?;
            if read == 0 {
                return Ok(0);
            }
            self.part.extend_from_slice(&chunk[..read]);
            self.decode(unit);
        }
    }
}

impl Encoding {
    /// By its mark; UTF-16 without one shows in zeros beside letters.
    fn from_bytes(bytes: &[u8]) -> Self {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => return Self::Utf8(3),
            [0xff, 0xfe, ..] => return Self::Utf16(2, u16::from_le_bytes),
            [0xfe, 0xff, ..] => return Self::Utf16(2, u16::from_be_bytes),
            _ => {}
        }
        let head = &bytes[..bytes.len().min(256) / 2 * 2];
        let is_letter = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let pairs = || head.chunks_exact(2).filter(|pair| pair[0] != 0 || pair[1] != 0);
        let letters_first = pairs().filter(|pair| is_letter(pair[0]) && pair[1] == 0).count();
        let letters_last = pairs().filter(|pair| is_letter(pair[1]) && pair[0] == 0).count();
        let most = head.len() / 2 * 9 / 10;
        match (letters_first, letters_last) {
            _ if head.len() < 16 => Self::Utf8(0),
            (first, _) if first >= most => Self::Utf16(0, u16::from_le_bytes),
            (_, last) if last >= most => Self::Utf16(0, u16::from_be_bytes),
            _ => Self::Utf8(0),
        }
    }
}

const HEAD: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_utf_16_whole_and_in_parts() {
        let text = "gc 1 @0.1s → 😀 ".repeat(3000);
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            text.clone().into_bytes(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", little.as_slice()].concat(),
            [b"\xfe\xff", big.as_slice()].concat(),
        ] {
            assert_eq!(String::from_utf8_lossy(&utf8(&bytes)), text);
            let mut read = String::new();
            Utf8Reader::new(bytes.as_slice()).read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
        let plain: Vec<u8> = "gc 1 @0.1s, no mark at all".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(&*utf8(&plain), b"gc 1 @0.1s, no mark at all");
        for bytes in [&b""[..], b"\xff", b"\xff\xfe\x00", b"a\0b\0", &[0; 300]] {
            let _ = utf8(bytes);
        }
    }
}
