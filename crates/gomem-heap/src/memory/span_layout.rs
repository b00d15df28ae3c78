//! What lies at the end of a small span in place of objects.
//!
//! Since Go 1.22 it holds the bitmap of the span's pointers, and with the Green Tea collector its marks. Heap dumps have the slots that lie
//! there as if they were objects: the runtime walks `pages * 8192 / size` slots and writes those that are not free.

use crate::memory::{Order, PAGE, Target};

/// What lies at the end of a small span in place of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanLayout {
    pub(crate) has_bitmap: bool,
    pub(crate) has_marks: bool,
}

impl SpanLayout {
    /// That of a version of Go, and the others, which a version that nobody has seen may have.
    pub(crate) fn candidates(target: &Target) -> [Self; 4] {
        let known = Self::of_target(target);
        let others = [(false, false), (true, false), (true, true), (false, true)]
            .map(|(has_bitmap, has_marks)| Self { has_bitmap, has_marks })
            .into_iter()
            .filter(|other| *other != known);
        let mut all = [known; 4];
        for (candidate, other) in all.iter_mut().skip(1).zip(others) {
            *candidate = other;
        }
        all
    }

    pub(crate) fn of_target(target: &Target) -> Self {
        let (minor, version) = (target.go_minor(), &target.go_version);
        let has = |experiment: &str| version.split([' ', '-', ':', ',']).any(|word| word == experiment);
        Self { has_bitmap: minor >= 22, has_marks: !has("nogreenteagc") && (minor >= 26 || has("greenteagc")) }
    }

    /// How many objects a page of slots of this size has room for.
    pub(crate) fn slots(self, slot_bytes: u64, has_pointers: bool, word_bytes: usize) -> u64 {
        let bitmap = if self.has_bitmap && has_pointers { PAGE / word_bytes as u64 / 8 } else { 0 };
        (PAGE - bitmap - self.mark_bytes(slot_bytes)) / slot_bytes.max(1)
    }

    /// The bytes of the collector's marks behind slots of this size.
    pub(crate) fn mark_bytes(self, slot_bytes: u64) -> u64 {
        if self.has_marks && slot_bytes >= 16 { MARKS } else { 0 }
    }
}

/// Whether spans of such slots are one page with the bitmap at its end (`heapBitsInSpan` in `runtime/mbitmap.go`).
pub(crate) fn is_small(slot_bytes: u64, order: Order) -> bool {
    slot_bytes <= order.largest_with_bitmap()
}

/// `spanInlineMarkBits` in `runtime/mgcmark_greenteagc.go`.
const MARKS: u64 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_tell_what_ends_a_span() {
        let order = Order { word_bytes: 8, is_big_endian: false };
        let layout = |version: &str| {
            let layout = SpanLayout::of_target(&Target { order, arch: "amd64".into(), go_version: version.into() });
            (layout.has_bitmap, layout.has_marks)
        };
        assert_eq!(layout("go1.21.13"), (false, false));
        assert_eq!(layout("go1.22"), (true, false));
        assert_eq!(layout("go1.25.5 X:greenteagc"), (true, true));
        assert_eq!(layout("go1.26.8-X:nogreenteagc"), (true, false));
        assert_eq!(layout("go1.27.3"), (true, true));
        assert_eq!(layout("devel go1.29-abcdef"), (true, true));
    }

    #[test]
    fn small_slots_are_smaller_with_small_words() {
        let order = |word_bytes| Order { word_bytes, is_big_endian: false };
        assert_eq!((is_small(512, order(8)), is_small(576, order(8))), (true, false));
        assert_eq!((is_small(128, order(4)), is_small(144, order(4))), (true, false));
    }

    #[test]
    fn a_page_has_less_room_than_slots() {
        let green = SpanLayout { has_bitmap: true, has_marks: true };
        assert_eq!(green.slots(16, true, 8), 496);
        assert_eq!(green.slots(16, false, 8), 504);
        assert_eq!(green.slots(8, true, 8), 1008);
        assert_eq!(SpanLayout { has_bitmap: false, has_marks: false }.slots(16, true, 8), 512);
    }
}
