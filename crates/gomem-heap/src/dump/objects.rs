//! Objects as they are read, without slots that are none.

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
    /// The page of small slots that is being read.
    page: Option<Page>,
    pub(super) phantoms: Vec<Words>,
    pub(super) huge: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy)]
struct Page {
    address: u64,
    slot_bytes: u64,
    first: usize,
    has_pointers: bool,
}

impl ObjectReader {
    pub(super) fn new(order: Order, layout: SpanLayout, limit: u32) -> Self {
        Self { builder: Builder::default(), order, layout, limit, page: None, phantoms: Vec::new(), huge: Vec::new() }
    }

    #[inline]
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let start = cursor.at;
        let address = cursor.number()?;
        let (words, has_pointers, bytes) = cursor.words(self.order)?;
        if self.builder.len() >= self.limit as usize {
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
                if is_small(slot_bytes, self.order) {
                    let first = self.builder.len();
                    self.page = Some(Page { address: page, slot_bytes, first, has_pointers });
                }
            }
        }
        self.builder.push(address, bytes, words.place, written);
        Ok(())
    }

    /// Drops the page's last slots that are no objects: whether they are is known when all of its objects have been seen.
    fn end_page(&mut self) {
        let Some(page) = self.page.take() else { return };
        let slots = self.layout.slots(page.slot_bytes, page.has_pointers, self.order.word_bytes);
        let end = (page.address * PAGE).saturating_add(slots * page.slot_bytes);
        let mut objects = self.builder.len();
        while objects > page.first && self.builder.address(objects - 1) >= end {
            objects -= 1;
            self.phantoms.push(self.builder.words(objects));
        }
        self.builder.truncate(objects);
    }

    pub(super) fn finish(mut self) -> (Objects, Vec<Words>, Vec<Diagnostic>) {
        self.end_page();
        (self.builder.finish(), self.phantoms, self.huge)
    }
}
