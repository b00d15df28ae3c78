//! Claims of what an object is, and whether it can be: what a pointer's type says is believed only of an object whose slot and pointers
//! are those of the type.

use gomem_binary::TypeId;

use crate::{
    answers::types::{Contents, header_bytes},
    memory::{Snapshot, slot_of},
    program::Values,
};

/// What an object is claimed to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) content: Content,
    /// The type that it is known by, if that is another.
    pub(super) shown: Option<TypeId>,
}

/// What is claimed to be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Value(TypeId),
    /// Elements, which end at this offset, as far as there is room for them; where nothing says it, they fill the slot.
    Elements(TypeId, Option<u64>),
    /// Letters that end at this offset.
    Text(u64),
    /// A channel without pointers, with room for so many bytes behind its head.
    Channel(TypeId, u64),
}

impl Claim {
    pub(super) fn value(type_id: TypeId) -> Self {
        Self { content: Content::Value(type_id), shown: None }
    }

    /// What it says of the object's contents; nothing of letters.
    pub(super) fn contents(&self) -> Option<Contents> {
        match self.content {
            Content::Value(type_id) | Content::Channel(type_id, _) => Some(Contents { type_id, is_many: false }),
            Content::Elements(type_id, _) => Some(Contents { type_id, is_many: true }),
            Content::Text(_) => None,
        }
    }

    /// Whether an object can be what is claimed.
    pub(super) fn fits(&self, snapshot: &Snapshot, values: &Values, object: u32) -> bool {
        let bytes = snapshot.objects.bytes(object);
        let header = header_bytes(snapshot, object);
        let has_pointers = snapshot.objects.has_pointers(object, &snapshot.file);
        // Values of less than 16 bytes without pointers share a slot of 16.
        let is_slot_of =
            |asked: u64| slot_of(asked.saturating_add(header)) == bytes || (asked < bytes && bytes == TINY);
        match self.content {
            Content::Text(end) => !has_pointers && is_slot_of(end),
            Content::Channel(head, room) => !has_pointers && slot_of(values.bytes(head).saturating_add(room)) == bytes,
            Content::Value(type_id) => match values.pointers(type_id) {
                0 => !has_pointers && values.bytes(type_id) > 0 && is_slot_of(values.bytes(type_id)),
                pointers => {
                    slot_of(values.bytes(type_id).saturating_add(header)) == bytes
                        && pointers_fit(snapshot, values, object, type_id) == Some(pointers)
                }
            },
            Content::Elements(type_id, end) => {
                let element = values.bytes(type_id);
                match values.pointers(type_id) {
                    0 => !has_pointers && element > 0 && end.is_none_or(is_slot_of),
                    pointers => {
                        let Some(found) = pointers_fit(snapshot, values, object, type_id) else { return false };
                        let covered = header + found.div_ceil(pointers).saturating_mul(element);
                        // The runtime repeats a type up to the end of a slot, where a part of one may have room.
                        let is_whole = found.is_multiple_of(pointers) && slot_of(covered) == bytes;
                        found >= pointers && (is_whole || covered >= bytes)
                    }
                }
            }
        }
    }
}

/// How many pointers an object has, if they lie where those of values of a type do that follow each other from its begin on.
fn pointers_fit(snapshot: &Snapshot, values: &Values, object: u32, type_id: TypeId) -> Option<u64> {
    let (header, bytes, each) = (header_bytes(snapshot, object), values.bytes(type_id), values.pointers(type_id));
    let (mut found, mut fits) = (0_u64, bytes > 0);
    snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, _| {
        let is_next = || {
            let offset = (offset as u64).checked_sub(header)?;
            let (rank, _) = values.pointer(type_id, offset % bytes)?;
            Some(rank.checked_add((offset / bytes).checked_mul(each)?)? == found)
        };
        fits = fits && is_next() == Some(true);
        found += 1;
    });
    fits.then_some(found)
}

/// The slot of the smallest values without pointers (`maxTinySize` in `runtime/malloc.go`).
pub(super) const TINY: u64 = 16;
