//! Which words of objects are pointers: in each version of Go said in another place (`runtime/mbitmap.go`).

use crate::{
    core::{
        elf::word::{WORD, words},
        runtime::{
            process::Process,
            spans::Span,
            type_masks::{TypeMask, TypeMasks},
        },
    },
    memory::{LARGEST_WITH_HEADER, PAGE, SpanLayout, Target},
};

/// Which words of an object are pointers.
#[derive(Debug)]
pub(crate) enum Mask<'a> {
    None,
    All,
    /// Of an object of up to 64 words, a bit for each.
    Bits(u64),
    /// Of a larger one, the offsets of those that are.
    Offsets(&'a [u64]),
    /// Of whole values one behind the other up to the end, as the collector does: where the first begins, and what they are of.
    Elements {
        start: u64,
        address: u64,
        of_type: &'a TypeMask,
    },
}

/// Which words of objects are pointers.
pub(crate) struct Masks<'a> {
    process: &'a Process<'a>,
    types: TypeMasks<'a>,
    /// Where Go 1.21 has the bits of all memory: the list of arenas, and where in an arena bits are, and which of them end early.
    arenas: Option<(u64, u64, u64)>,
    /// What small spans end with.
    layout: SpanLayout,
    unknown: u64,
}

impl<'a> Masks<'a> {
    pub(crate) fn new(process: &'a Process<'a>, target: &Target, spans: &[Span]) -> Self {
        let arenas = || {
            let bits = process.layouts.field("runtime.heapArena bitmap")?;
            let list =
                process.word(process.field_address(process.variable("runtime.mheap_")?, "runtime.mheap arenas")?)?;
            Some((list, bits.offset, bits.offset.checked_add(bits.bytes)?))
        };
        // Spans of sixteen bytes tell it, else the version.
        let telling = spans.iter().find(|span| span.slot_bytes == 16 && span.bytes == PAGE && !span.is_noscan);
        let known = SpanLayout::of_target(target);
        let layout = telling.map_or(known, |span| SpanLayout { has_marks: span.slots <= MARKED, ..known });
        Self { process, types: TypeMasks::new(process), arenas: arenas(), layout, unknown: 0 }
    }

    /// The mask of each object of a span, one object after the other. Contents are those of the whole span.
    pub(crate) fn for_each(&mut self, span: &Span, contents: &[u8], mut visit: impl FnMut(u64, Mask<'_>)) {
        let mut offsets = Vec::new();
        let bits = if span.is_noscan || span.is_arena { None } else { self.bits(span, contents) };
        let slot_words = span.slot_bytes / WORD;
        for object in span.objects() {
            let start = object - span.start;
            match &bits {
                _ if span.is_noscan => visit(object, Mask::None),
                _ if span.is_arena => visit(object, Mask::All),
                Some(bits) if slot_words <= 64 => visit(object, Mask::Bits(bits_at(bits, start / WORD, slot_words))),
                Some(bits) => {
                    offsets.clear();
                    push_bits(bits, start / WORD, slot_words, &mut offsets);
                    visit(object, Mask::Offsets(&offsets));
                }
                None => {
                    let address = type_address(span, contents, start);
                    let of_type = self.types.of(address, span.slot_bytes);
                    // Without an address it is just being made.
                    self.unknown += u64::from(address != 0 && of_type.is_none());
                    visit(
                        object,
                        match &of_type {
                            Some(of_type) => {
                                let start = if has_header(span) { WORD } else { 0 };
                                Mask::Elements { start, address, of_type }
                            }
                            None => Mask::None,
                        },
                    );
                }
            }
        }
    }

    /// The bits of all words of a span, where there are such.
    fn bits(&self, span: &Span, contents: &[u8]) -> Option<Vec<u64>> {
        if let Some(arenas) = self.arenas {
            return Some(self.arena_bits(span, arenas));
        }
        if span.slot_bytes > SMALL || span.is_large {
            return None;
        }
        if span.slot_bytes == WORD {
            return Some(vec![u64::MAX; span.bytes.div_ceil(8 * 64) as usize]);
        }
        let (_, bits) = self.tail(span, contents)?;
        Some(words(bits).collect())
    }

    /// The bits of a span of small slots, and the address where they lie.
    fn tail<'b>(&self, span: &Span, contents: &'b [u8]) -> Option<(u64, &'b [u8])> {
        let length = span.bytes / 64;
        let start = span.bytes.checked_sub(length + self.layout.mark_bytes(span.slot_bytes))?;
        let bits = contents.get(usize::try_from(start).ok()?..)?.get(..length as usize)?;
        Some((span.start + start, bits))
    }

    /// Reads what tells the pointers of a span as what it is: a part of the runtime's structures. Types that were made while the
    /// program ran lie among its own objects. Bits that are in the contents are not read again, but given with their address.
    pub(crate) fn touch<'b>(&mut self, span: &Span, contents: &'b [u8]) -> Option<(u64, &'b [u8])> {
        if let Some(arenas) = self.arenas {
            self.arena_bits(span, arenas);
            None
        } else if span.slot_bytes > SMALL || span.is_large {
            for object in span.objects() {
                self.types.of(type_address(span, contents, object - span.start), span.slot_bytes);
            }
            None
        } else {
            self.tail(span, contents)
        }
    }

    /// How many objects have a type that cannot be read, so that their pointers are not known.
    pub(crate) fn unknown(&self) -> u64 {
        self.unknown
    }

    /// The bits that Go 1.21 has apart from the span. What is beyond the last pointer of an object is not cleared, and said to be so.
    fn arena_bits(&self, span: &Span, (list, bits, ends): (u64, u64, u64)) -> Vec<u64> {
        let mut all = vec![0; span.bytes.div_ceil(8 * 64) as usize];
        // Where the object ends of which no more pointers follow.
        let mut over = span.start;
        for (number, mask) in all.iter_mut().enumerate() {
            let address = span.start + number as u64 * BITS_BYTES;
            let arena = address.wrapping_add(ARENA_BASE) >> ARENA_SHIFT;
            let word = address % (1 << ARENA_SHIFT) / BITS_BYTES;
            let arena = arena.checked_mul(WORD).and_then(|place| self.process.word(list.checked_add(place)?));
            let read = |offset: u64, bytes| self.process.number(arena?.checked_add(offset)?, bytes);
            *mask = read(bits.saturating_add(word * WORD), WORD).unwrap_or_default();
            let ended = over.saturating_sub(address) / WORD;
            *mask = if ended < 64 { *mask >> ended << ended } else { 0 };
            if read(ends.saturating_add(word / 8), 1).is_some_and(|byte| byte >> (word % 8) & 1 == 1) {
                let object = (address + BITS_BYTES - 1 - span.start) / span.slot_bytes;
                over = span.start + (object + 1) * span.slot_bytes;
            }
        }
        all
    }
}

/// Whether a span's objects have their type in front.
fn has_header(span: &Span) -> bool {
    span.slot_bytes <= LARGEST_WITH_HEADER && !span.is_large
}

/// Where the type of an object without bits lies.
fn type_address(span: &Span, contents: &[u8], start: u64) -> u64 {
    if !has_header(span) {
        return span.large_type;
    }
    let in_front = usize::try_from(start).ok().and_then(|at| words(contents.get(at..)?).next());
    in_front.unwrap_or_default()
}

/// Up to 64 bits, from one word on; what is not there is no pointer.
fn bits_at(bits: &[u64], first: u64, count: u64) -> u64 {
    let part = |number: u64| bits.get(number as usize).copied().unwrap_or_default();
    let (number, within) = (first / 64, first % 64);
    let low = part(number) >> within;
    let all = if within == 0 { low } else { low | part(number + 1) << (64 - within) };
    if count < 64 { all & ((1 << count) - 1) } else { all }
}

/// The offsets of set bits, from one word on.
fn push_bits(bits: &[u64], first: u64, count: u64, offsets: &mut Vec<u64>) {
    for word in (0..count).step_by(64) {
        let mut mask = bits_at(bits, first + word, (count - word).min(64));
        while mask != 0 {
            offsets.push((word + u64::from(mask.trailing_zeros())) * WORD);
            mask &= mask - 1;
        }
    }
}

/// The largest slots with their pointers' bits at the end of the page (`MinSizeForMallocHeader`).
const SMALL: u64 = 512;
/// How many slots of sixteen bytes there is room for beside marks (`spanInlineMarkBits` in `runtime/mgcmark_greenteagc.go`).
const MARKED: u64 = 496;
/// Where arenas are counted from, and how large one is (`arenaBaseOffset`, `logHeapArenaBytes` in `runtime/malloc.go`).
const ARENA_BASE: u64 = 0x8000_0000_0000;
const ARENA_SHIFT: u32 = 26;
/// The memory that a word of bits is of.
const BITS_BYTES: u64 = 64 * WORD;

#[cfg(test)]
mod tests {
    use super::{bits_at, push_bits};

    #[test]
    fn bits_of_an_object_may_lie_in_two_words() {
        let mut offsets = Vec::new();
        push_bits(&[1 << 62 | 1, 0b101], 60, 8, &mut offsets);
        assert_eq!(offsets, [16, 32, 48]);
        assert_eq!(bits_at(&[1 << 62 | 1, 0b101], 60, 8), 0b1010100);
        offsets.clear();
        push_bits(&[u64::MAX], 0, 128, &mut offsets);
        assert_eq!(offsets.len(), 64, "what is not there is no pointer");
    }
}
