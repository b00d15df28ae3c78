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
    /// The page of small slots that is being read, and what was read of it.
    page: Option<Page>,
    pending: Vec<Pending>,
    /// The last object's size, where its fields stand in the file, and its kind.
    last: Option<(u64, Range<usize>, u32)>,
    pub(super) phantoms: Vec<Words>,
    pub(super) huge: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy)]
struct Page {
    address: u64,
    slot_bytes: u64,
    has_pointers: bool,
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
        let last = self.last.as_ref().map(|(bytes, fields, _)| (*bytes, &cursor.bytes[fields.clone()]));
        let (words, has_pointers, bytes) = cursor.words_like(self.order, last)?;
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
        let kind = self.kind(cursor.bytes, words.place + words.length..cursor.at, bytes);
        let (page, slot_bytes) = (address / PAGE, bytes);
        match &mut self.page {
            Some(current) if current.address == page && current.slot_bytes == slot_bytes => {
                current.has_pointers |= has_pointers;
            }
            _ => {
                self.end_page();
                if !is_small(slot_bytes, self.order) {
                    self.builder.push(address, kind, words.place, written);
                    return Ok(());
                }
                self.page = Some(Page { address: page, slot_bytes, has_pointers });
            }
        }
        self.pending.push(Pending { address, kind, words });
        Ok(())
    }

    /// The number of what an object has in common with others.
    #[inline]
    fn kind(&mut self, file: &[u8], fields: Range<usize>, bytes: u64) -> u32 {
        match &self.last {
            Some((last, known, kind)) if *last == bytes && file[known.clone()] == file[fields.clone()] => *kind,
            _ => {
                let kind = self.builder.kinds().with_fields(bytes, self.order, &file[fields.clone()]);
                self.last = Some((bytes, fields, kind));
                kind
            }
        }
    }

    /// Adds the page's objects, but not its last slots that are none: whether they are is known when all of them have been seen.
    fn end_page(&mut self) {
        let Some(page) = self.page.take() else { return };
        let slots = self.layout.slots(page.slot_bytes, page.has_pointers, self.order.word_bytes);
        let end = (page.address * PAGE).saturating_add(slots * page.slot_bytes);
        while let Some(slot) = self.pending.pop_if(|slot| slot.address >= end) {
            self.phantoms.push(slot.words);
        }
        for slot in self.pending.drain(..) {
            self.builder.push(slot.address, slot.kind, slot.words.place, slot.words.length as u64);
        }
    }

    pub(super) fn finish(mut self) -> (Objects, Vec<Words>, Vec<Diagnostic>) {
        self.end_page();
        (self.builder.finish(), self.phantoms, self.huge)
    }
}

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
