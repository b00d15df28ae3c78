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
    /// Letters that end at this offset, if that is known.
    Text(Option<u64>),
    /// A channel without pointers, what is sent, and the bytes that it has room for behind its head, if they are known.
    Channel(TypeId, TypeId, Option<u64>),
}

impl Claim {
    pub(super) fn value(type_id: TypeId) -> Self {
        Self { content: Content::Value(type_id), shown: None }
    }

    /// What it says of the object's contents; nothing of letters.
    pub(super) fn contents(&self) -> Option<Contents> {
        match self.content {
            Content::Value(type_id) | Content::Channel(type_id, ..) => Some(Contents { type_id, is_many: false }),
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
            Content::Text(end) => !has_pointers && end.is_some_and(is_slot_of),
            Content::Channel(head, element, room) => {
                let (head, element) = (values.bytes(head), values.bytes(element));
                let most = || bytes.saturating_sub(head).checked_div(element).unwrap_or_default() * element;
                !has_pointers && slot_of(head.saturating_add(room.unwrap_or_else(most))) == bytes
            }
            Content::Value(type_id) => match values.pointers(type_id) {
                0 => !has_pointers && values.bytes(type_id) > 0 && is_slot_of(values.bytes(type_id)),
                pointers => {
                    // The runtime repeats a type up to the end of the slot.
                    slot_of(values.bytes(type_id).saturating_add(header)) == bytes
                        && pointers_fit(snapshot, values, object, type_id) >= Some(pointers)
                }
            },
            Content::Elements(type_id, end) => {
                let element = values.bytes(type_id);
                match values.pointers(type_id) {
                    pointers if pointers == 0 || (!has_pointers && values.is_plain_bucket(type_id)) => {
                        !has_pointers && element > 0 && end.is_none_or(is_slot_of)
                    }
                    pointers => {
                        let Some(found) = pointers_fit(snapshot, values, object, type_id) else { return false };
                        let covered = header + found.div_ceil(pointers).saturating_mul(element);
                        // At the end a part of one may have room.
                        let is_whole = found.is_multiple_of(pointers) && slot_of(covered) == bytes;
                        found >= pointers && (is_whole || covered >= bytes)
                    }
                }
            }
        }
    }

    /// Whether an object whose type is known, but not what that is made of, begins with what is claimed and has no other pointers.
    pub(super) fn begins(&self, snapshot: &Snapshot, values: &Values, object: u32) -> bool {
        let Content::Value(type_id) = self.content else { return false };
        let end = values.bytes(type_id).saturating_add(header_bytes(snapshot, object));
        let pointers = values.pointers(type_id);
        pointers > 0
            && end <= snapshot.objects.bytes(object)
            && pointers_fit(snapshot, values, object, type_id) == Some(pointers)
    }

    /// What a claim that does not account for the whole object says of it: a slice or a string may show a part of its elements.
    pub(super) fn part(&self, snapshot: &Snapshot, values: &Values, object: u32) -> Option<Part> {
        let bytes = snapshot.objects.bytes(object);
        if bytes <= TINY || snapshot.objects.has_pointers(object, &snapshot.file) {
            return None;
        }
        match self.content {
            Content::Text(end) if end.is_none_or(|end| end <= bytes) => Some(Part::Text),
            Content::Elements(type_id, Some(end))
                if end <= bytes && values.pointers(type_id) == 0 && values.bytes(type_id) > 0 =>
            {
                Some(Part::Elements(type_id))
            }
            _ => None,
        }
    }
}

/// What a part of an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Elements(TypeId),
    Text,
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
