//! Spans: the pages that the allocator cuts into slots of one size (`mspan` in `runtime/mheap.go`).

use crate::{
    core::runtime::{
        layouts::Place,
        process::{Process, number},
    },
    error::Error,
    memory::PAGE,
};

/// Pages that are cut into slots of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    pub(crate) slot_bytes: u64,
    pub(crate) slots: u64,
    /// Slots before this one have been handed out.
    pub(crate) free_index: u64,
    /// A bit for each slot that was alive at the last sweep.
    pub(crate) allocated: Vec<u8>,
    /// Whether nothing in it has pointers.
    pub(crate) is_noscan: bool,
    /// Whether it is one large object.
    pub(crate) is_large: bool,
    /// The type of a large object (since Go 1.22).
    pub(crate) large_type: u64,
    /// What waits for its objects to die, and samples.
    pub(crate) specials: u64,
    /// Whether objects of any kind lie in it one behind the other.
    pub(crate) is_arena: bool,
}

impl Span {
    pub(crate) fn is_allocated(&self, slot: u64) -> bool {
        let bit = || self.allocated.get((slot / 8) as usize).is_some_and(|byte| byte >> (slot % 8) & 1 == 1);
        slot < self.free_index || bit()
    }

    /// The address of a slot that is allocated.
    pub(crate) fn objects(&self) -> impl Iterator<Item = u64> {
        (0..self.slots).filter(|slot| self.is_allocated(*slot)).map(|slot| self.start + slot * self.slot_bytes)
    }
}

/// The spans in use, by address, and how many of them are not in the core or cannot be.
pub(crate) fn spans(process: &Process<'_>) -> Result<(Vec<Span>, u64), Error> {
    let list = process
        .variable("runtime.mheap_")
        .and_then(|heap| process.slice(process.field_address(heap, "runtime.mheap allspans")?))
        .ok_or_else(|| Error::lacks(LIST))?;
    let (mut spans, mut lost) = (Vec::new(), 0);
    let fields = Fields::new(process);
    for address in list {
        match fields.as_ref().and_then(|fields| fields.span(process, address)) {
            Some(Some(span)) => spans.push(span),
            Some(None) => {}
            None => lost += 1,
        }
    }
    spans.sort_by_key(|span: &Span| span.start);
    let (mut end, before) = (0, spans.len());
    spans.retain(|span| {
        let is_free = span.start >= end;
        end = end.max(span.start + span.bytes);
        is_free
    });
    lost += (before - spans.len()) as u64;
    Ok((spans, lost))
}

/// Where the fields of a span lie.
struct Fields {
    bytes: u64,
    places: [Place; NAMES.len()],
    large_type: Option<Place>,
}

impl Fields {
    fn new(process: &Process<'_>) -> Option<Self> {
        let mut places = [Place { offset: 0, bytes: 0 }; NAMES.len()];
        for (place, name) in places.iter_mut().zip(NAMES) {
            *place = process.layouts.field(name)?;
        }
        let large_type = process.layouts.field("runtime.mspan largeType");
        Some(Self { bytes: process.layouts.bytes("runtime.mspan")?, places, large_type })
    }

    /// A span; nothing of one that is not in use.
    fn span(&self, process: &Process<'_>, address: u64) -> Option<Option<Span>> {
        let record = process.bytes(address, self.bytes)?;
        let mut values = [0; NAMES.len()];
        for (value, place) in values.iter_mut().zip(&self.places) {
            *value = number(&record, *place)?;
        }
        let [state, start, pages, slot_bytes, slots, free_index, allocated, class, specials, is_arena] = values;
        if state != IN_USE {
            return Some(None);
        }
        let bytes = pages.checked_mul(PAGE).filter(|bytes| *bytes > 0)?;
        let is_whole = start % PAGE == 0 && slot_bytes > 0 && slot_bytes % 8 == 0 && slots <= MOST_SLOTS;
        let fits = is_whole && slots.checked_mul(slot_bytes).is_some_and(|used| used <= bytes);
        if !fits || !process.memory.has(start, bytes) {
            return None;
        }
        Some(Some(Span {
            start,
            bytes,
            slot_bytes,
            slots,
            free_index: free_index.min(slots),
            allocated: process.bytes(allocated, slots.div_ceil(8))?,
            is_noscan: class & 1 == 1,
            is_large: class >> 1 == 0,
            large_type: self.large_type.and_then(|place| number(&record, place)).unwrap_or_default(),
            specials,
            is_arena: is_arena != 0,
        }))
    }
}

const NAMES: [&str; 10] = [
    "runtime.mspan state",
    "runtime.mspan startAddr",
    "runtime.mspan npages",
    "runtime.mspan elemsize",
    "runtime.mspan nelems",
    "runtime.mspan freeindex",
    "runtime.mspan allocBits",
    "runtime.mspan spanclass",
    "runtime.mspan specials",
    "runtime.mspan isUserArenaChunk",
];
/// What lists them.
pub(crate) const LIST: &str = "the runtime's list of spans";
/// `mSpanInUse`.
pub(crate) const IN_USE: u64 = 1;
/// More than of eight bytes in the largest span of slots.
const MOST_SLOTS: u64 = 8192;
