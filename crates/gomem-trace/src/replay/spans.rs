//! Spans of pages, and what their objects look like.

use std::{
    collections::{HashMap, hash_map::Entry},
    num::NonZero,
};

use foldhash::fast::RandomState;

use crate::replay::size_class::slot_bytes;

/// What the objects of a span look like, in one number: it is compared at each birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Span(NonZero<u64>);

impl Span {
    /// By its pages and the runtime's word for its class; `None` when it is not of the heap.
    pub(super) fn new(pages: u64, class: u64) -> Option<Self> {
        if class & NOT_HEAP != 0 {
            return None;
        }
        let (bytes, is_large) = match class >> 2 {
            0 => (pages.checked_mul(PAGE_BYTES).filter(|bytes| *bytes < 1 << 62)?, LARGE),
            small => (slot_bytes(small)?, 0),
        };
        NonZero::new(bytes << 2 | is_large | (class & NOSCAN) >> 1).map(Self)
    }

    pub(super) fn slot_bytes(self) -> u64 {
        self.0.get() >> 2
    }

    pub(super) fn is_noscan(self) -> bool {
        self.0.get() & 1 != 0
    }

    /// Whether it is one large object.
    fn is_large(self) -> bool {
        self.0.get() & LARGE != 0
    }

    /// Whether a slot can hold several objects without pointers (`mallocgcTiny`).
    #[inline]
    pub(super) fn has_tiny_blocks(self) -> bool {
        self.0.get() == TINY_BYTES << 2 | 1
    }

    /// What tells spans apart.
    #[inline]
    pub(super) fn number(self) -> u64 {
        self.0.get()
    }

    #[cfg(test)]
    pub(super) fn of_slots(bytes: u64) -> Self {
        Self(NonZero::new(bytes << 2).expect("a size"))
    }
}

/// The spans of the heap, by their first pages.
#[derive(Debug, Default)]
pub(super) struct Spans(HashMap<u64, Extent, RandomState>);

/// A span, where it is.
#[derive(Debug, Clone, Copy)]
struct Extent {
    span: Span,
    /// How many of its pages can have an object begin.
    pages: u64,
    /// How many cycles had ended when it was taken.
    cycles: u32,
}

impl Spans {
    /// Takes a span that is there after so many cycles; gives what its objects look like, and how many of its pages can have one
    /// begin.
    pub(super) fn insert(&mut self, first: u64, pages: u64, class: u64, cycles: u32) -> Option<(u64, Span)> {
        let Some(span) = Span::new(pages, class) else {
            self.0.remove(&first);
            return None;
        };
        let pages = if span.is_large() { 1 } else { pages.min(MOST_PAGES) };
        self.0.insert(first, Extent { span, pages, cycles });
        // The end of one that was there can be told later.
        (1..pages).filter_map(|page| first.checked_add(page)).for_each(|page| _ = self.0.remove(&page));
        Some((pages, span))
    }

    /// Takes a span away; gives how many of its pages could have had an object begin.
    ///
    /// Only what is swept is freed, so a span that was taken since the last cycle stays: the end of the one before it can be told
    /// later, since the time of the thread that swept that can run ahead.
    pub(super) fn remove(&mut self, first: u64, ended_cycles: u32) -> u64 {
        match self.0.entry(first) {
            Entry::Occupied(known) if known.get().cycles != ended_cycles => known.remove().pages,
            _ => 0,
        }
    }

    /// The span of a page, and how many of its pages are before that.
    pub(super) fn of(&self, page: u64) -> Option<(Span, u64)> {
        let firsts = (0..MOST_PAGES).map_while(|back| page.checked_sub(back).map(|first| (back, first)));
        firsts
            .filter_map(|(back, first)| self.0.get(&first).map(|extent| (back, extent)))
            .find_map(|(back, extent)| (back < extent.pages).then_some((extent.span, back)))
    }
}

/// `maxTinySize`.
const TINY_BYTES: u64 = 16;
const NOT_HEAP: u64 = 1;
const NOSCAN: u64 = 2;
const LARGE: u64 = 2;
/// What the runtime calls a page.
pub(super) const PAGE_BYTES: u64 = 8192;
/// Spans of small objects have no more pages (`class_to_allocnpages` in `sizeclasses.go`).
const MOST_PAGES: u64 = 10;
