//! The slots of a page of the heap, and who lives in them.

use crate::replay::spans::{PAGE_BYTES, Span};

/// An object that lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object {
    /// In nanoseconds.
    pub(super) birth: u64,
    /// How many cycles had ended at its birth; [`EXISTED`](Self::EXISTED) when it was there before the trace.
    pub(super) cycles: u32,
    pub(super) kind: u32,
}

impl Object {
    /// Stands for the cycles before the trace.
    pub(super) const EXISTED: u32 = u32::MAX;
    /// There are fewer kinds.
    pub(super) const MOST_KINDS: u32 = u32::MAX - 1;

    /// Whether a death told after so many cycles can be its own: only what the last cycle found dead is swept. Times alone do
    /// not say it, since the time of a thread that sweeps runs ahead, and others use the slots meanwhile.
    #[inline]
    pub(super) fn can_be_dead(self, ended_cycles: u32) -> bool {
        self.cycles != ended_cycles
    }
}

/// A slot. It has the size of an object, since nearly all have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(Object);

/// Who lives in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenants {
    Nobody,
    One(Object),
    /// Those of a crowd.
    Several(u32),
}

impl Slot {
    pub(super) const EMPTY: Self = Self(Object { birth: 0, cycles: 0, kind: u32::MAX });
    const SEVERAL: u32 = Object::MOST_KINDS;

    pub(super) fn from_tenants(tenants: Tenants) -> Self {
        match tenants {
            Tenants::Nobody => Self::EMPTY,
            Tenants::One(object) => Self(object),
            Tenants::Several(crowd) => Self(Object { birth: 0, cycles: crowd, kind: Self::SEVERAL }),
        }
    }

    #[inline]
    pub(super) fn tenants(self) -> Tenants {
        match self.0.kind {
            u32::MAX => Tenants::Nobody,
            Self::SEVERAL => Tenants::Several(self.0.cycles),
            _ => Tenants::One(self.0),
        }
    }
}

/// The slots of a page, in which an object can begin.
#[derive(Debug)]
pub(super) struct Slots {
    layout: Layout,
    table: Table,
}

/// Slots by their numbers; a page with many objects has a place for each.
#[derive(Debug)]
enum Table {
    /// In order.
    Few(Vec<(u16, Slot)>),
    All(Box<[Slot]>),
}

impl Slots {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, table: Table::Few(Vec::new()) }
    }

    /// The slot that a word is in, where one was asked for before.
    #[inline]
    pub(super) fn get_mut(&mut self, word: u16) -> Option<&mut Slot> {
        let number = self.layout.number(word);
        match &mut self.table {
            Table::All(all) => all.get_mut(usize::from(number)),
            Table::Few(few) => {
                let place = place(few, number).ok()?;
                Some(&mut few[place].1)
            }
        }
    }

    /// The slot that a word is in.
    #[inline]
    pub(super) fn entry(&mut self, word: u16) -> &mut Slot {
        match self.table {
            Table::All(ref mut all) => &mut all[usize::from(self.layout.number(word))],
            Table::Few(_) => self.entry_of_few(word),
        }
    }

    /// Lays the page out in another way; gives who lived there, by their words.
    pub(super) fn lay_out(&mut self, layout: Layout) -> Vec<(u16, Slot)> {
        if self.layout == layout {
            return Vec::new();
        }
        let before = std::mem::replace(self, Self::new(layout));
        let word = |number: u16| before.layout.word(number);
        before.occupied().map(|(number, slot)| (word(number), slot)).collect()
    }

    /// The slots that somebody lives in, by their numbers.
    pub(super) fn occupied(&self) -> impl Iterator<Item = (u16, Slot)> {
        let (few, all) = match &self.table {
            Table::Few(few) => (&few[..], &[][..]),
            Table::All(all) => (&[][..], &all[..]),
        };
        let all = few.iter().copied().chain((0..).zip(all.iter().copied()));
        all.filter(|(_, slot)| *slot != Slot::EMPTY)
    }

    #[inline(never)]
    fn entry_of_few(&mut self, word: u16) -> &mut Slot {
        let (number, count) = (self.layout.number(word), self.layout.count());
        if let Table::Few(few) = &self.table
            && few.len() >= count / FEW_OF
        {
            let mut all = vec![Slot::EMPTY; count].into_boxed_slice();
            few.iter().for_each(|(number, slot)| all[usize::from(*number)] = *slot);
            self.table = Table::All(all);
        }
        match &mut self.table {
            Table::All(all) => &mut all[usize::from(number)],
            Table::Few(few) => {
                let place = place(few, number).unwrap_or_else(|place| {
                    few.insert(place, (number, Slot::EMPTY));
                    place
                });
                &mut few[place].1
            }
        }
    }
}

/// Where a number is, or belongs. Slots are mostly taken in order.
#[inline]
fn place(few: &[(u16, Slot)], number: u16) -> Result<usize, usize> {
    match few.last() {
        Some((last, _)) if *last >= number => few.binary_search_by_key(&number, |(known, _)| *known),
        _ => Err(few.len()),
    }
}

/// Which slots of a page there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// The word that the first slot begins with.
    first: u16,
    /// How many words a slot has.
    words: u16,
    /// `2^20 / words`, rounded up, so that a multiplication divides.
    reciprocal: u32,
}

impl Layout {
    /// Of a page whose span is not known: a slot for each word.
    pub(super) const WORDS: Self = Self::new(0, 1);

    /// Of a page of a span, of so many before it.
    pub(super) fn from_span(span: Span, pages_before: u64) -> Self {
        let words = (span.slot_bytes() / WORD_BYTES).max(1);
        let begun = (pages_before * u64::from(PAGE_WORDS)).checked_rem(words).unwrap_or(0);
        let first = if begun == 0 { 0 } else { words - begun };
        let in_page = |words: u64| u16::try_from(words).unwrap_or(u16::MAX);
        Self::new(in_page(first).min(PAGE_WORDS - 1), in_page(words).min(PAGE_WORDS))
    }

    const fn new(first: u16, words: u16) -> Self {
        Self { first, words, reciprocal: (1_u32 << 20).div_ceil(words as u32) }
    }

    /// The number of the slot that a word is in.
    #[inline]
    fn number(self, word: u16) -> u16 {
        let word = word.min(PAGE_WORDS - 1).saturating_sub(self.first);
        ((u32::from(word) * self.reciprocal) >> 20) as u16
    }

    /// The word that a slot begins with.
    fn word(self, number: u16) -> u16 {
        self.first + number * self.words
    }

    /// How many slots begin in the page.
    fn count(self) -> usize {
        usize::from(self.number(PAGE_WORDS - 1)) + 1
    }
}

const WORD_BYTES: u64 = 8;
/// How many words of 8 bytes a page has, which ids of objects count.
pub(super) const PAGE_WORDS: u16 = (PAGE_BYTES / WORD_BYTES) as u16;
/// A page with more objects than an eighth of its slots has a place for each. Less would let some bytes of a trace take a page's
/// whole table.
const FEW_OF: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_begin_where_the_runtime_lays_them() {
        for words in (1..=PAGE_WORDS).chain([1184, 4096]) {
            let span = Span::of_slots(u64::from(words) * WORD_BYTES);
            for page in 0..4 {
                let layout = Layout::from_span(span, page);
                let of_page = |word: &u64| *word / u64::from(PAGE_WORDS) == page;
                let begins = (0..4 * u64::from(PAGE_WORDS)).step_by(words.into()).filter(of_page);
                let begins: Vec<u16> = begins.map(|word| (word % u64::from(PAGE_WORDS)) as u16).collect();
                for (number, word) in (0..).zip(&begins) {
                    assert_eq!((layout.number(*word), layout.word(number)), (number, *word), "{words} in page {page}");
                }
                assert!(begins.is_empty() || begins.len() == layout.count(), "{words} in page {page}");
            }
        }
    }

    #[test]
    fn a_slot_is_found_by_each_of_its_words() {
        for layout in [Layout::WORDS, Layout::from_span(Span::of_slots(48), 1)] {
            let (mut slots, mut taken) = (Slots::new(layout), Vec::new());
            for word in (layout.first..PAGE_WORDS).step_by(layout.words.into()).rev() {
                let object = Object { birth: word.into(), cycles: 0, kind: 7 };
                *slots.entry(word) = Slot::from_tenants(Tenants::One(object));
                taken.push((word, object));
            }
            for (word, object) in taken {
                let last = word + layout.words - 1;
                assert_eq!(slots.get_mut(last).map(|slot| slot.tenants()), Some(Tenants::One(object)));
            }
            assert_eq!(slots.occupied().count(), layout.count());
        }
    }

    #[test]
    fn who_lives_in_a_page_is_known_when_it_is_laid_out_anew() {
        let mut slots = Slots::new(Layout::from_span(Span::of_slots(48), 0));
        *slots.entry(12) = Slot::from_tenants(Tenants::Several(3));
        assert_eq!(slots.lay_out(Layout::from_span(Span::of_slots(48), 0)), []);
        assert_eq!(slots.lay_out(Layout::WORDS), [(12, Slot::from_tenants(Tenants::Several(3)))]);
        assert_eq!(slots.get_mut(12), None);
    }
}
