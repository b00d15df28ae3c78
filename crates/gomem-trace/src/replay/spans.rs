//! Spans of pages, and what their objects look like.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::replay::size_class::slot_bytes;

/// What the objects of a span look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Span {
    pub(super) slot_bytes: u64,
    pub(super) is_noscan: bool,
    /// Whether it is one large object.
    is_large: bool,
}

impl Span {
    /// By its pages and the runtime's word for its class; `None` when it is not of the heap.
    fn new(pages: u64, class: u64) -> Option<Self> {
        if class & NOT_HEAP != 0 {
            return None;
        }
        let bytes = match class >> 2 {
            0 => pages.checked_mul(PAGE_BYTES)?,
            small => slot_bytes(small)?,
        };
        Some(Self { slot_bytes: bytes, is_noscan: class & NOSCAN != 0, is_large: class >> 2 == 0 })
    }

    /// Whether a slot can hold several objects without pointers (`mallocgcTiny`).
    pub(super) fn has_tiny_blocks(self) -> bool {
        self.is_noscan && self.slot_bytes == TINY_BYTES
    }

    /// Whether objects begin behind a word that has their type (`mallocgcSmallScanHeader`): that is where their birth is told,
    /// and their death is told where the slot begins.
    fn has_headers(self) -> bool {
        !self.is_noscan && !self.is_large && self.slot_bytes > MOST_WITHOUT_HEADER
    }

    /// The id of the slot that an object is in, as its death is told.
    pub(super) fn slot_id(self, id: u64) -> u64 {
        if self.has_tiny_blocks() || self.has_headers() { id & !1 } else { id }
    }
}

/// The spans of small objects, by their first pages.
#[derive(Debug, Default)]
pub(super) struct Spans(HashMap<u64, (u64, Span), RandomState>);

impl Spans {
    /// Takes a span; gives what its objects look like, and how many of its pages can have one begin.
    pub(super) fn insert(&mut self, first: u64, pages: u64, class: u64) -> Option<(u64, Span)> {
        let Some(span) = Span::new(pages, class) else {
            self.0.remove(&first);
            return None;
        };
        let told = (if span.is_large { 1 } else { pages.min(MOST_PAGES) }, span);
        self.0.insert(first, told);
        Some(told)
    }

    /// Takes a span away; gives how many of its pages could have had an object begin.
    pub(super) fn remove(&mut self, first: u64) -> u64 {
        self.0.remove(&first).map_or(0, |(pages, _)| pages)
    }

    /// The span of a page.
    pub(super) fn of(&self, page: u64) -> Option<Span> {
        let firsts = (0..MOST_PAGES).map_while(|back| page.checked_sub(back).map(|first| (back, first)));
        firsts
            .filter_map(|(back, first)| self.0.get(&first).map(|(pages, span)| (back, pages, span)))
            .find_map(|(back, pages, span)| (back < *pages).then_some(*span))
    }
}

/// `maxTinySize`.
const TINY_BYTES: u64 = 16;
/// `minSizeForMallocHeader`.
const MOST_WITHOUT_HEADER: u64 = 512;
const NOT_HEAP: u64 = 1;
const NOSCAN: u64 = 2;
/// What the runtime calls a page.
pub(super) const PAGE_BYTES: u64 = 8192;
/// Spans of small objects have no more pages (`class_to_allocnpages` in `sizeclasses.go`).
const MOST_PAGES: u64 = 10;
