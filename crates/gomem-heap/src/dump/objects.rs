//! Objects as they are read, without slots that are none.

use std::ops::Range;

use crate::{
    dump::{cursor::Cursor, stop::Stop},
    error::{Diagnostic, Error, ErrorKind, Flaw},
    memory::{Builder, Objects, Order, PAGE, SpanLayout, Words, is_small},
};

/// Objects as they are read.
#[derive(Debug)]
pub(super) struct ObjectReader {
    builder: Builder,
    order: Order,
    layout: SpanLayout,
    limit: u32,
    /// The bytes of all.
    bytes: u64,
    /// The page of small slots that is being read.
    page: Option<Page>,
    /// What was read of it from where slots may be none.
    pending: Vec<Pending>,
    last: Option<Last>,
    pub(super) phantoms: Vec<Words>,
    pub(super) huge: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy)]
struct Page {
    address: u64,
    slot_bytes: u64,
    has_pointers: bool,
    /// What lies before is an object in any case.
    certain_end: u64,
}

/// The last object: most have the size and the fields of the one before, and need no second look.
#[derive(Debug)]
struct Last {
    bytes: u64,
    /// Where its fields stand in the file.
    fields: Range<usize>,
    /// The first eight bytes of them, and which bits of those are theirs.
    head: u64,
    mask: u64,
    kind: u32,
}

/// An object of the page, unless it turns out to be none.
#[derive(Debug, Clone, Copy)]
struct Pending {
    address: u64,
    kind: u32,
    words: Words,
}

impl ObjectReader {
    pub(super) fn new(order: Order, layout: SpanLayout, limit: u32) -> Self {
        let builder = Builder::default();
        let (page, pending, last, phantoms, huge) = (None, Vec::new(), None, Vec::new(), Vec::new());
        Self { builder, order, layout, limit, bytes: 0, page, pending, last, phantoms, huge }
    }

    #[inline]
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let start = cursor.at;
        let address = cursor.number()?;
        let (words, bytes) = cursor.content()?;
        let fields = cursor.at;
        let kind = self.kind(cursor, bytes)?;
        let has_pointers = cursor.at - fields > 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MOST_BYTES {
            return Err(Stop::Damaged("objects of more bytes than a heap can have"));
        }
        if self.builder.len() + self.pending.len() >= self.limit as usize {
            let kind = ErrorKind::Limit { what: "objects", limit: u64::from(self.limit) };
            return Err(Stop::Refused(Error::new(kind, start)));
        }
        let written = words.length as u64;
        if written != bytes {
            let flaw = Flaw::HugeObject { bytes, written };
            self.huge.push(Diagnostic { offset: Some(start as u64), flaw });
        }
        let (page, slot_bytes) = (address / PAGE, bytes);
        match &mut self.page {
            Some(current) if current.address == page && current.slot_bytes == slot_bytes => {
                current.has_pointers |= has_pointers;
            }
            _ => {
                self.end_page();
                self.page = is_small(slot_bytes, self.order).then(|| {
                    let certain_end = self.end_of_slots(page, slot_bytes, true);
                    Page { address: page, slot_bytes, has_pointers, certain_end }
                });
            }
        }
        let is_certain = self.page.as_ref().is_none_or(|page| address < page.certain_end);
        if is_certain && self.pending.is_empty() {
            self.builder.push(address, kind, words.place, written);
        } else {
            self.pending.push(Pending { address, kind, words });
        }
        Ok(())
    }

    /// Reads the fields of an object of so many bytes; gives the number of what it has in common with others.
    #[inline]
    fn kind(&mut self, cursor: &mut Cursor<'_>, bytes: u64) -> Result<u32, Stop> {
        match &self.last {
            Some(last) if last.bytes == bytes && last.has_fields_at(cursor) => {
                cursor.at += last.fields.len();
                Ok(last.kind)
            }
            _ => self.other_kind(cursor, bytes),
        }
    }

    fn other_kind(&mut self, cursor: &mut Cursor<'_>, bytes: u64) -> Result<u32, Stop> {
        let start = cursor.at;
        cursor.fields(self.order, bytes)?;
        let kind = self.builder.kinds().with_fields(bytes, self.order, &cursor.bytes[start..cursor.at]);
        self.last = Some(Last::new(cursor.bytes, bytes, start..cursor.at, kind));
        Ok(kind)
    }

    /// Adds the page's objects, but not its last slots that are none: whether they are is known when all of them have been seen.
    fn end_page(&mut self) {
        let Some(page) = self.page.take() else { return };
        let end = self.end_of_slots(page.address, page.slot_bytes, page.has_pointers);
        while let Some(slot) = self.pending.pop_if(|slot| slot.address >= end) {
            self.phantoms.push(slot.words);
        }
        for slot in self.pending.drain(..) {
            self.builder.push(slot.address, slot.kind, slot.words.place, slot.words.length as u64);
        }
    }

    /// Where the slots of a page end.
    fn end_of_slots(&self, page: u64, slot_bytes: u64, has_pointers: bool) -> u64 {
        let slots = self.layout.slots(slot_bytes, has_pointers, self.order.word_bytes);
        (page * PAGE).saturating_add(slots * slot_bytes)
    }

    pub(super) fn finish(mut self) -> (Objects, Vec<Words>, Vec<Diagnostic>) {
        self.end_page();
        (self.builder.finish(), self.phantoms, self.huge)
    }
}

impl Last {
    fn new(file: &[u8], bytes: u64, fields: Range<usize>, kind: u32) -> Self {
        let mut head = [0; HEAD];
        let mut mask = [0; HEAD];
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(&file[fields.clone()]) {
            (*head, *mask) = (*byte, u8::MAX);
        }
        Self { bytes, fields, head: u64::from_le_bytes(head), mask: u64::from_le_bytes(mask), kind }
    }

    /// Whether the same fields follow.
    #[inline]
    fn has_fields_at(&self, cursor: &Cursor<'_>) -> bool {
        let rest = &cursor.bytes[cursor.at..];
        match rest.first_chunk() {
            Some(head) if self.fields.len() <= HEAD => u64::from_le_bytes(*head) & self.mask == self.head,
            _ => rest.starts_with(&cursor.bytes[self.fields.clone()]),
        }
    }
}

/// Most fields are no longer.
const HEAD: usize = 8;
/// No heap has more addresses (`heapAddrBits` in `runtime/malloc.go`), so that no sum of objects is too large for 64 bits.
const MOST_BYTES: u64 = 1 << 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_objects_have_room() {
        let order = Order { word_bytes: 8, is_big_endian: false };
        let target = crate::memory::Target { order, arch: "amd64".into(), go_version: "go1.27.3".into() };
        let [layout, ..] = SpanLayout::candidates(&target);
        let mut reader = ObjectReader::new(order, layout, 10);
        // At 0x1000 an object of 2^47 bytes, of which nothing is written.
        let half = [0x80, 0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0];
        let mut read = || reader.read(&mut Cursor { bytes: &half, at: 0 });
        assert_eq!((read(), read()), (Ok(()), Ok(())));
        assert!(matches!(read(), Err(Stop::Damaged(_))));
    }
}
