//! Who lives where in the heap.

use crate::{
    replay::{
        crowds::Crowds,
        slots::{Layout, Object, PAGE_WORDS, Slot, Slots, Tenants},
        spans::{Span, Spans},
    },
    wire::ById,
};

/// Who lives where in the heap, by pages: the ids of objects that are allocated together are close to each other.
#[derive(Debug, Default)]
pub(super) struct Pages {
    spans: Spans,
    pages: ById<Page>,
    crowds: Crowds,
    living: u64,
    /// Those that others were born in the place of.
    overwritten: Vec<Object>,
}

#[derive(Debug)]
struct Page {
    span: Option<Span>,
    slots: Slots,
}

impl Pages {
    pub(super) fn set_span(&mut self, first: u64, pages: u64, class: u64) {
        let Some((pages, span)) = self.spans.insert(first, pages, class) else {
            return self.tell(first, 1, None);
        };
        self.tell(first, pages, Some(span));
    }

    pub(super) fn free_span(&mut self, first: u64) {
        let pages = self.spans.remove(first);
        self.tell(first, pages, None);
    }

    /// Takes the object that is born at an id.
    #[inline]
    pub(super) fn insert(&mut self, id: u64, object: impl FnOnce(Option<Span>) -> Object) {
        let (number, word) = split(id);
        let page = self.pages.get_or_insert_with(number, || Page::new(self.spans.of(number)));
        let object = object(page.span);
        let slot = page.slots.entry(word);
        self.living += 1;
        *slot = match slot.tenants() {
            Tenants::Nobody => Slot::of(Tenants::One(object)),
            tenants => {
                let before = self.overwritten.len();
                let several = self.crowds.join(tenants, object, holds_one(page.span), &mut self.overwritten);
                self.living -= (self.overwritten.len() - before) as u64;
                Slot::of(several)
            }
        };
    }

    /// Tells who dies at an id; an error has the span of an id where nobody lives.
    #[inline]
    pub(super) fn remove(&mut self, id: u64, mut died: impl FnMut(Object)) -> Result<(), Option<Span>> {
        let (number, word) = split(id);
        let Some(page) = self.pages.get_mut(number) else {
            return Err(self.spans.of(number).map(|(span, _)| span));
        };
        let slot = page.slots.get_mut(word).ok_or(page.span)?;
        match slot.tenants() {
            Tenants::Nobody => return Err(page.span),
            Tenants::One(object) => {
                *slot = Slot::EMPTY;
                self.living -= 1;
                died(object);
            }
            Tenants::Several(crowd) => {
                let living = &mut self.living;
                let left = self.crowds.leave(crowd, holds_one(page.span), |object| {
                    *living -= 1;
                    died(object);
                });
                *slot = Slot::of(left);
            }
        }
        Ok(())
    }

    /// How many live.
    pub(super) fn living(&self) -> u64 {
        self.living
    }

    /// Those that others were born in the place of, before their deaths were told.
    pub(super) fn overwritten(&self) -> &[Object] {
        &self.overwritten
    }

    /// All that live.
    pub(super) fn iter(&self) -> impl Iterator<Item = Object> {
        let slots = self.pages.values().flat_map(|page| page.slots.occupied());
        slots.flat_map(|(_, slot)| {
            let (one, crowd) = match slot.tenants() {
                Tenants::Nobody => (None, Crowds::NOBODY),
                Tenants::One(object) => (Some(object), Crowds::NOBODY),
                Tenants::Several(crowd) => (None, crowd),
            };
            one.into_iter().chain(self.crowds.of(crowd))
        })
    }

    /// Tells pages what their span is. Where it is none any longer, their slots stay: deaths in it can be told later.
    fn tell(&mut self, first: u64, pages: u64, span: Option<Span>) {
        for (before, number) in (0..pages).zip(first..) {
            let Some(page) = self.pages.get_mut(number) else { continue };
            page.span = span;
            let Some(span) = span else { continue };
            for (word, slot) in page.slots.lay_out(Layout::of(span, before)) {
                let new = page.slots.entry(word);
                *new = Slot::of(self.crowds.merge(new.tenants(), slot.tenants()));
            }
        }
    }
}

impl Page {
    /// Of a span, with so many pages before it.
    fn new(span: Option<(Span, u64)>) -> Self {
        let layout = span.map_or(Layout::WORDS, |(span, before)| Layout::of(span, before));
        Self { span: span.map(|(span, _)| span), slots: Slots::new(layout) }
    }
}

/// The page of an id, and the word in it.
#[inline]
fn split(id: u64) -> (u64, u16) {
    (id / u64::from(PAGE_WORDS), (id % u64::from(PAGE_WORDS)) as u16)
}

/// Whether a slot holds one object; it can hold several where objects are tiny, and where the span is not known.
fn holds_one(span: Option<Span>) -> bool {
    span.is_some_and(|span| !span.has_tiny_blocks())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: u64 = 5 << 2;
    const TINY: u64 = 2 << 2 | 2;

    fn born(pages: &mut Pages, id: u64, birth: u64) -> bool {
        let before = pages.overwritten().len();
        pages.insert(id, |_| Object { birth, cycles: 0, kind: 0 });
        pages.overwritten().len() > before
    }

    fn dead(pages: &mut Pages, id: u64) -> Vec<u64> {
        let mut dead = Vec::new();
        let _ = pages.remove(id, |object| dead.push(object.birth));
        dead
    }

    #[test]
    fn a_slot_has_one_and_for_a_time_two() {
        let mut pages = Pages::default();
        pages.set_span(3, 1, SMALL);
        assert!(!born(&mut pages, 3 * 1024 + 6, 1) && !born(&mut pages, 3 * 1024 + 6, 2));
        assert_eq!(dead(&mut pages, 3 * 1024 + 6), [1]);
        assert!(!born(&mut pages, 3 * 1024 + 6, 3) && born(&mut pages, 3 * 1024 + 6, 4));
        assert_eq!(pages.iter().map(|object| object.birth).collect::<Vec<_>>(), [4, 3]);
        assert_eq!((dead(&mut pages, 3 * 1024 + 6), pages.living()), (vec![3], 1));
        assert_eq!((dead(&mut pages, 3 * 1024 + 6), dead(&mut pages, 3 * 1024 + 6)), (vec![4], vec![]));
    }

    #[test]
    fn tiny_objects_die_together() {
        let mut pages = Pages::default();
        pages.set_span(0, 1, TINY);
        for (birth, id) in [(1, 8), (2, 8), (3, 9), (4, 10)] {
            assert!(!born(&mut pages, id, birth));
        }
        assert_eq!((dead(&mut pages, 8), pages.living()), (vec![2, 1, 3], 1));
        assert_eq!(pages.remove(8, |_| {}), Err(Span::new(1, TINY)));
        assert_eq!(pages.remove(5000, |_| {}), Err(None));
    }

    #[test]
    fn who_lives_in_a_span_outlives_its_end() {
        let mut pages = Pages::default();
        pages.set_span(2, 1, SMALL);
        born(&mut pages, 2 * 1024 + 12, 1);
        born(&mut pages, 2 * 1024 + 18, 2);
        pages.free_span(2);
        assert_eq!(dead(&mut pages, 2 * 1024 + 18), [2]);
        pages.set_span(2, 1, TINY);
        assert_eq!((dead(&mut pages, 2 * 1024 + 12), pages.living()), (vec![1], 0));
    }
}
