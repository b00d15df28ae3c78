//! Lines, and where they are.

use std::borrow::Cow;

use gomem_table::checkpoint;

/// Takes lines off the front of a text.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    offset: usize,
    number: u64,
}

/// A line without its end.
pub(super) struct Line<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) offset: usize,
    /// From 1.
    pub(super) number: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0, number: 0 }
    }

    pub(super) fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest);
        let (line, taken) = end.map_or((self.rest, self.rest.len()), |end| (&self.rest[..end], end + 1));
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.number += 1;
        checkpoint();
        let found = Line { text: String::from_utf8_lossy(line), offset: self.offset, number: self.number };
        self.rest = &self.rest[taken..];
        self.offset += taken;
        Some(found)
    }

    /// The next line, without taking it.
    pub(super) fn peek(&self) -> Option<Line<'a>> {
        let mut ahead = *self;
        ahead.next()
    }
}

impl Line<'_> {
    pub(super) fn is_space_or_comment(&self) -> bool {
        let text = self.text.trim();
        text.is_empty() || text.starts_with('#')
    }

    pub(super) fn is_memory_map(&self) -> bool {
        self.text.contains("--- Memory map: ---") || self.text.contains("MAPPED_LIBRARIES:")
    }
}

/// All hexadecimal numbers in a text, each with its `0x`; `None` when one is larger than 64 bits.
pub(super) fn addresses(text: &str) -> Option<Vec<u64>> {
    let mut addresses = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        rest = &rest[at + 2..];
        let digits =
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()).len();
        if digits > 0 {
            addresses.push(u64::from_str_radix(&rest[..digits], 16).ok()?);
        }
        rest = &rest[digits..];
    }
    Some(addresses)
}
