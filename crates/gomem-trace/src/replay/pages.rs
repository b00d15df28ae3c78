//! Who lives where in the heap.

use std::collections::{HashMap, hash_map::Entry};

use foldhash::fast::RandomState;

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
    /// The slots of those who live in a page that is another span's by now: their deaths can be told later.
    late: HashMap<u64, Slot, RandomState>,
    living: u64,
    /// Those that others were born in the place of.
    overwritten: Vec<Object>,
}

#[derive(Debug)]
struct Page {
    span: Option<Span>,
    slots: Slots,
    /// Whether some may live there since it was another span's.
    has_late: bool,
}

impl Pages {
    /// Takes a span that is there after so many cycles.
    pub(super) fn set_span(&mut self, first: u64, pages: u64, class: u64, cycles: u32) {
        let Some((pages, span)) = self.spans.insert(first, pages, class, cycles) else {
            if let Some(page) = self.pages.get_mut(first) {
                page.span = None;
            }
            return;
        };
        for (before, number) in (0..pages).map(|before| (before, first.saturating_add(before))) {
            let Some(page) = self.pages.get_mut(number) else { continue };
            page.span = Some(span);
            for (word, slot) in page.slots.lay_out(Layout::from_span(span, before)) {
                page.has_late = true;
                let late = self.late.entry(number * u64::from(PAGE_WORDS) + u64::from(word)).or_insert(Slot::EMPTY);
                *late = Slot::from_tenants(self.crowds.merge(late.tenants(), slot.tenants()));
            }
        }
    }

    /// Takes the end of a span, after so many cycles.
    pub(super) fn free_span(&mut self, first: u64, ended_cycles: u32) {
        for number in (0..self.spans.remove(first, ended_cycles)).map(|page| first.saturating_add(page)) {
            if let Some(page) = self.pages.get_mut(number) {
                // Another can have been taken there since. Slots stay: deaths in them can be told later.
                page.span = self.spans.of(number).map(|(span, _)| span);
            }
        }
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
            Tenants::Nobody => Slot::from_tenants(Tenants::One(object)),
            tenants => {
                let before = self.overwritten.len();
                let several = self.crowds.join(tenants, object, holds_one(page.span), &mut self.overwritten);
                self.living -= (self.overwritten.len() - before) as u64;
                Slot::from_tenants(several)
            }
        };
    }

    /// Tells who dies at an id after so many cycles; an error has the span of an id where nobody can have died.
    #[inline]
    pub(super) fn remove(
        &mut self,
        id: u64,
        ended_cycles: u32,
        mut died: impl FnMut(Object),
    ) -> Result<(), Option<Span>> {
        let (number, word) = split(id);
        let Some(page) = self.pages.get_mut(number) else {
            return Err(self.spans.of(number).map(|(span, _)| span));
        };
        let mut is_dead = |slot: &mut Slot| {
            let before = self.living;
            let died = |object| {
                self.living -= 1;
                died(object);
            };
            *slot = leave(*slot, ended_cycles, &mut self.crowds, died);
            self.living < before
        };
        if page.has_late
            && let Entry::Occupied(mut late) = self.late.entry(id)
            && is_dead(late.get_mut())
        {
            if *late.get() == Slot::EMPTY {
                late.remove();
            }
            return Ok(());
        }
        if page.slots.get_mut(word).is_some_and(is_dead) { Ok(()) } else { Err(page.span) }
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
        let slots = self.pages.values().flat_map(|page| page.slots.occupied()).map(|(_, slot)| slot);
        slots.chain(self.late.values().copied()).flat_map(|slot| {
            let (one, crowd) = match slot.tenants() {
                Tenants::Nobody => (None, Crowds::NOBODY),
                Tenants::One(object) => (Some(object), Crowds::NOBODY),
                Tenants::Several(crowd) => (None, crowd),
            };
            one.into_iter().chain(self.crowds.of(crowd))
        })
    }
}

impl Page {
    /// Of a span, with so many pages before it.
    fn new(span: Option<(Span, u64)>) -> Self {
        let layout = span.map_or(Layout::WORDS, |(span, before)| Layout::from_span(span, before));
        Self { span: span.map(|(span, _)| span), slots: Slots::new(layout), has_late: false }
    }
}

/// A slot when those are dead that a cycle has ended for.
#[inline]
fn leave(slot: Slot, ended_cycles: u32, crowds: &mut Crowds, mut died: impl FnMut(Object)) -> Slot {
    match slot.tenants() {
        Tenants::One(object) if object.can_be_dead(ended_cycles) => {
            died(object);
            Slot::EMPTY
        }
        Tenants::Several(crowd) => Slot::from_tenants(crowds.leave(crowd, ended_cycles, died)),
        Tenants::Nobody | Tenants::One(_) => slot,
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
        is_overwriting(pages, id, Object { birth, cycles: 0, kind: 0 })
    }

    fn dead(pages: &mut Pages, id: u64, ended_cycles: u32) -> Vec<u64> {
        let mut dead = Vec::new();
        let _ = pages.remove(id, ended_cycles, |object| dead.push(object.birth));
        dead
    }

    fn born_after(pages: &mut Pages, id: u64, cycles: u32) -> bool {
        is_overwriting(pages, id, Object { birth: u64::from(cycles) * 10, cycles, kind: 0 })
    }

    fn is_overwriting(pages: &mut Pages, id: u64, object: Object) -> bool {
        let before = pages.overwritten().len();
        pages.insert(id, |_| object);
        pages.overwritten().len() > before
    }

    #[test]
    fn a_slot_has_one_and_for_a_time_two() {
        let (mut pages, id) = (Pages::default(), 3 * 1024 + 6);
        pages.set_span(3, 1, SMALL, 0);
        assert!(!born_after(&mut pages, id, 0) && !born_after(&mut pages, id, 1));
        assert_eq!((dead(&mut pages, id, 1), dead(&mut pages, id, 1)), (vec![0], vec![]), "one is of this cycle");
        assert!(!born_after(&mut pages, id, 2) && born_after(&mut pages, id, 3));
        assert_eq!(pages.iter().map(|object| object.birth).collect::<Vec<_>>(), [30, 20]);
        assert_eq!((dead(&mut pages, id, 3), pages.living()), (vec![20], 1));
        assert_eq!((dead(&mut pages, id, 4), dead(&mut pages, id, 5)), (vec![30], vec![]));
    }

    #[test]
    fn tiny_objects_die_together() {
        let mut pages = Pages::default();
        pages.set_span(0, 1, TINY, 0);
        for (birth, id) in [(1, 8), (2, 8), (3, 9), (4, 10)] {
            assert!(!born(&mut pages, id, birth));
        }
        assert!(!born_after(&mut pages, 9, 1) && !born_after(&mut pages, 8, 1));
        assert_eq!((dead(&mut pages, 8, 1), pages.living()), (vec![3, 2, 1], 3), "two are of this cycle");
        assert_eq!(pages.remove(8, 1, |_| {}), Err(Span::new(1, TINY)));
        assert_eq!(dead(&mut pages, 8, 2), [10, 10]);
        assert_eq!(pages.remove(5000, 2, |_| {}), Err(None));
    }

    #[test]
    fn who_lives_in_a_span_outlives_its_end() {
        let mut pages = Pages::default();
        pages.set_span(2, 1, SMALL, 0);
        born(&mut pages, 2 * 1024 + 12, 1);
        born(&mut pages, 2 * 1024 + 18, 2);
        pages.free_span(2, 1);
        assert_eq!(dead(&mut pages, 2 * 1024 + 18, 1), [2]);
        pages.set_span(2, 1, TINY, 1);
        pages.free_span(2, 1);
        assert_eq!(pages.spans.of(2), Span::new(1, TINY).zip(Some(0)), "it was taken in this cycle");
        assert_eq!((dead(&mut pages, 2 * 1024 + 12, 1), pages.living()), (vec![1], 0));
    }

    #[test]
    fn a_span_can_be_taken_before_the_end_of_another_is_told() {
        let (mut pages, id) = (Pages::default(), 379 * 1024 + 960);
        pages.set_span(379, 1, 18 << 2, 0);
        born(&mut pages, id, 1);
        born(&mut pages, id - 32, 2);
        pages.set_span(377, 3, 56 << 2, 2);
        assert_eq!((dead(&mut pages, id, 2), dead(&mut pages, id - 32, 2)), (vec![1], vec![2]));
        pages.free_span(379, 2);
        assert_eq!(pages.spans.of(379), Span::new(3, 56 << 2).zip(Some(2)));
        pages.set_span(378, 1, SMALL, 3);
        pages.free_span(377, 3);
        assert_eq!((pages.spans.of(378), pages.spans.of(379)), (Span::new(1, SMALL).zip(Some(0)), None));
    }
}
