//! Windows: small slices and strings that keep a large buffer alive.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::{
    answers::{
        Types,
        maps::{self, Maps},
    },
    holders::{Ownership, Tier},
    memory::{Snapshot, slot_of},
    program::Leads,
};

/// A buffer of which only a small part is in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) object: u32,
    pub(crate) buffer_bytes: u64,
    /// The bytes that any view shows.
    pub(crate) shown_bytes: u64,
    pub(crate) views: u64,
    pub(crate) is_slice: bool,
    /// Whether a slice begins where the buffer does and has room up to its end: the program may fill it again.
    pub(crate) is_refillable: bool,
}

/// Buffers of at least so many bytes of which all views together show no more than one part of `ratio`; the largest first.
///
/// A view is a pointer with its length in the next word; of a slice the capacity follows. How large its elements are, the type of what
/// the pointer is in tells; where that is not known, the capacity bounds it. Where any pointer to a buffer has no length that can be
/// one, nothing is claimed.
pub(crate) fn windows(
    snapshot: &Snapshot,
    ownership: &Ownership,
    (maps, types): (&Maps, &Types),
    min_bytes: u64,
    ratio: u64,
) -> Vec<Window> {
    let mut buffers = Buffers { snapshot, types, min_bytes, views: HashMap::default() };
    // In a map's table a mask follows the pointer to the entries, which is no length, and a key's value its key.
    let parts: HashSet<u32, RandomState> = maps.heads().flat_map(|map| maps::parts(snapshot, map)).collect();
    for object in 0..snapshot.objects.len() as u32 {
        if ownership.tier(object) > Tier::Timer as u8 {
            continue;
        }
        let leads = types.leads(snapshot, object);
        let otherwise = parts.contains(&object).then_some(Leads::Untold);
        let content = snapshot.content(object);
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
            buffers.view(content, offset, value, leads(offset).or(otherwise));
        });
    }
    for segment in &snapshot.segments {
        let content = segment.words.content(&snapshot.file);
        segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, value| {
            let leads = types.static_leads(segment.address.wrapping_add(offset as u64));
            buffers.view(content, offset, value, leads);
        });
    }
    for frame in snapshot.goroutines.iter().flat_map(|goroutine| &goroutine.frames) {
        let content = frame.content(&snapshot.file);
        for offset in frame.pointers.iter().map(|offset| *offset as usize) {
            if let Some(value) = snapshot.target.order.word(content, offset) {
                buffers.view(content, offset, value, None);
            }
        }
    }
    let mut found: Vec<Window> = buffers
        .views
        .into_iter()
        .filter_map(|(object, views)| {
            let views = views?;
            let buffer_bytes = snapshot.objects.bytes(object);
            let window = Window {
                object,
                buffer_bytes,
                shown_bytes: shown(&views, |view| view.element_bytes),
                views: views.len() as u64,
                is_slice: views.iter().any(|view| view.is_slice),
                is_refillable: views.iter().any(|view| view.is_whole),
            };
            let at_most = shown(&views, |view| view.largest_element);
            (at_most.saturating_mul(ratio) <= buffer_bytes && ownership.tier(object) <= Tier::Timer as u8)
                .then_some(window)
        })
        .collect();
    found.sort_by_key(|window| (std::cmp::Reverse(window.buffer_bytes), window.object));
    found
}

struct View {
    start: u64,
    length: u64,
    is_slice: bool,
    /// Whether it is a slice that has room for all of the buffer.
    is_whole: bool,
    /// The bytes of an element: most likely, and at most.
    element_bytes: u64,
    largest_element: u64,
}

impl View {
    /// A string.
    fn text(start: u64, length: u64) -> Self {
        Self { start, length, is_slice: false, is_whole: false, element_bytes: 1, largest_element: 1 }
    }

    /// A slice of elements of known size.
    fn elements(start: u64, length: u64, capacity: u64, room: u64, element_bytes: u64) -> Self {
        let is_whole = start == 0 && slot_of(capacity.saturating_mul(element_bytes)) == room;
        Self { start, length, is_slice: true, is_whole, element_bytes, largest_element: element_bytes }
    }

    /// A string, or a slice of elements of some size: its capacity and the room for it tell it, if it goes to the buffer's end. One that
    /// begins where no such element does was made to end earlier: there elements are no larger than what lies before.
    fn new(start: u64, length: u64, capacity: Option<u64>, room: u64) -> Self {
        let Some(capacity) = capacity else { return Self::text(start, length) };
        let whole = room / capacity;
        let (element_bytes, largest_element) =
            if start.is_multiple_of(whole) { (whole, whole) } else { (1, start.min(whole)) };
        Self { start, length, is_slice: true, is_whole: start == 0, element_bytes, largest_element }
    }
}

struct Buffers<'a> {
    snapshot: &'a Snapshot,
    types: &'a Types,
    min_bytes: u64,
    /// The views of each buffer; `None` where one of them has no length.
    views: HashMap<u32, Option<Vec<View>>, RandomState>,
}

impl Buffers<'_> {
    fn view(&mut self, content: &[u8], offset: usize, value: u64, leads: Option<Leads>) {
        let objects = &self.snapshot.objects;
        let Some((object, first)) = objects.find_start(value) else { return };
        let bytes = objects.bytes(object);
        if bytes < self.min_bytes || objects.has_pointers(object, &self.snapshot.file) {
            return;
        }
        let order = self.snapshot.target.order;
        let (start, room) = (value - first, bytes - (value - first));
        let next = |words: usize| order.word(content, offset.checked_add(words * order.word_bytes)?);
        let length = next(1).filter(|length| (1..=room).contains(length));
        let capacity = next(2).filter(|capacity| length.is_some_and(|length| (length..=room).contains(capacity)));
        let view = length.and_then(|length| match leads {
            None => Some(View::new(start, length, capacity, room)),
            Some(Leads::Text) => Some(View::text(start, length)),
            Some(Leads::Elements(element)) => {
                let (capacity, bytes) = (capacity?, self.types.values.bytes(element));
                let fits = bytes > 0 && capacity.checked_mul(bytes)? <= room;
                fits.then(|| View::elements(start, length, capacity, room, bytes))
            }
            Some(_) => None,
        });
        let views = self.views.entry(object).or_insert_with(|| Some(Vec::new()));
        match (views.as_mut(), view) {
            (Some(views), Some(view)) => views.push(view),
            _ => *views = None,
        }
    }
}

/// The bytes that any of these shows, with elements of some size.
fn shown(views: &[View], element_bytes: impl Fn(&View) -> u64) -> u64 {
    let end = |view: &View| view.start.saturating_add(view.length.saturating_mul(element_bytes(view)));
    union(views.iter().map(|view| (view.start, end(view))).collect())
}

/// The bytes that are in any of these parts.
fn union(mut parts: Vec<(u64, u64)>) -> u64 {
    parts.sort_unstable();
    let (mut sum, mut reached) = (0, 0);
    for (start, end) in parts {
        sum += end.saturating_sub(start.max(reached));
        reached = reached.max(end);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_larger_than_a_byte_are_told() {
        let of = |view: View| (view.element_bytes, view.largest_element);
        // All of 100,000 numbers; ten of them from the thousandth on; bytes to the end, and some that end earlier.
        assert_eq!(of(View::new(0, 100_000, Some(100_000), 802_816)), (8, 8));
        assert_eq!(of(View::new(8000, 10, Some(99_000), 794_816)), (8, 8));
        assert_eq!(of(View::new(100, 100, Some(8092), 8092)), (1, 1));
        assert_eq!(of(View::new(100, 16, Some(16), 122_780)), (1, 100));
        assert_eq!(of(View::new(100, 16, None, 122_780)), (1, 1), "a string");
    }

    #[test]
    fn what_has_room_for_all_may_be_filled_again() {
        assert!(View::elements(0, 16, 32_000, 32_768, 1).is_whole && View::elements(0, 16, 4000, 32_768, 8).is_whole);
        assert!(!View::elements(0, 16, 16, 32_768, 1).is_whole, "it was cut to what it shows");
        assert!(!View::elements(64, 16, 31_936, 32_704, 1).is_whole, "nobody gets at what is before");
    }

    #[test]
    fn parts_count_once() {
        assert_eq!(union(vec![(10, 20), (0, 5), (15, 30), (16, 17)]), 25);
    }
}
