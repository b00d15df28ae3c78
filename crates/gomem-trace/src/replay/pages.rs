//! What is in each slot of the heap.

use crate::{
    replay::spans::{PAGE_BYTES, Span, Spans},
    wire::ById,
};

/// What is in each slot of the heap, by pages: the ids of objects that are allocated together are close to each other.
#[derive(Debug, Default)]
pub(super) struct Pages {
    spans: Spans,
    places: ById<u32>,
    pages: Vec<Page>,
    /// The page that was asked for last, and its place.
    last: Option<(u64, u32)>,
}

#[derive(Debug)]
struct Page {
    span: Option<Span>,
    slots: Slots,
}

/// Slots with their numbers; a page with many has a place for each.
#[derive(Debug)]
enum Slots {
    /// By slot.
    Few(Vec<(u16, u32)>),
    All(Box<[u32]>),
}

impl Pages {
    pub(super) fn set_span(&mut self, first: u64, pages: u64, class: u64) {
        let told = self.spans.insert(first, pages, class);
        let (pages, span) = told.map_or((1, None), |(pages, span)| (pages, Some(span)));
        self.tell(first, pages, span);
    }

    pub(super) fn free_span(&mut self, first: u64) {
        let pages = self.spans.remove(first);
        self.tell(first, pages, None);
    }

    /// The span that an object is in, and its slot where its page is known.
    #[inline]
    pub(super) fn known(&mut self, id: u64) -> (Option<Span>, Option<&mut u32>) {
        let page = id / SLOTS;
        match self.find(page) {
            Some(place) => {
                let page = &mut self.pages[place as usize];
                (page.span, page.slots.get_mut(slot_of(page.span, id)))
            }
            None => (self.spans.of(page), None),
        }
    }

    /// The span that an object is in, and its slot, of a page that may be new.
    #[inline]
    pub(super) fn slot(&mut self, id: u64) -> (Option<Span>, &mut u32) {
        let page = id / SLOTS;
        let place = match self.find(page) {
            Some(place) => place,
            None => {
                let place = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
                self.pages.push(Page { span: self.spans.of(page), slots: Slots::Few(Vec::new()) });
                self.places.insert(page, place);
                self.last = Some((page, place));
                place
            }
        };
        let page = &mut self.pages[place as usize];
        (page.span, page.slots.get_or_insert(slot_of(page.span, id)))
    }

    #[inline]
    fn find(&mut self, page: u64) -> Option<u32> {
        if let Some((last, place)) = self.last
            && last == page
        {
            return Some(place);
        }
        let place = *self.places.get(page)?;
        self.last = Some((page, place));
        Some(place)
    }

    fn tell(&mut self, first: u64, pages: u64, span: Option<Span>) {
        for page in first..first.saturating_add(pages) {
            if let Some(place) = self.find(page) {
                self.pages[place as usize].span = span;
            }
        }
    }
}

impl Slots {
    fn get_mut(&mut self, slot: u16) -> Option<&mut u32> {
        match self {
            Self::Few(few) => few.binary_search_by_key(&slot, |(known, _)| *known).ok().map(|place| &mut few[place].1),
            Self::All(all) => all.get_mut(usize::from(slot)),
        }
    }

    #[inline]
    fn get_or_insert(&mut self, slot: u16) -> &mut u32 {
        match self {
            Self::All(all) => &mut all[usize::from(slot)],
            Self::Few(_) => self.get_or_insert_few(slot),
        }
    }

    fn get_or_insert_few(&mut self, slot: u16) -> &mut u32 {
        if let Self::Few(few) = self
            && few.len() == MOST_FEW
            && few.binary_search_by_key(&slot, |(known, _)| *known).is_err()
        {
            let mut all = vec![0; SLOTS as usize].into_boxed_slice();
            for (slot, number) in few {
                all[usize::from(*slot)] = *number;
            }
            *self = Self::All(all);
        }
        match self {
            Self::All(all) => &mut all[usize::from(slot)],
            Self::Few(few) => {
                let place = few.binary_search_by_key(&slot, |(known, _)| *known).unwrap_or_else(|place| {
                    few.insert(place, (slot, 0));
                    place
                });
                &mut few[place].1
            }
        }
    }
}

/// The slot that an object is in, as its death is told; ids count words of 8 bytes.
#[inline]
fn slot_of(span: Option<Span>, id: u64) -> u16 {
    (span.map_or(id, |span| span.slot_id(id)) % SLOTS) as u16
}

const SLOTS: u64 = PAGE_BYTES / 8;
/// A page with more objects has a place for each slot. Fewer would let some bytes of a trace take a page's whole table.
const MOST_FEW: usize = 32;
