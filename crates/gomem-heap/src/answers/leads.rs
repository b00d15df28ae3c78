//! What a pointer of a known type leads to, and what it claims that this is.

use gomem_binary::TypeId;

use crate::{
    answers::{
        claims::{Claim, Content},
        types::header_bytes,
    },
    memory::{Snapshot, slot_of},
    program::{Leads, Values},
};

/// A pointer: where it is, and where it points to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pointer<'a> {
    /// What it is in.
    pub(super) content: &'a [u8],
    pub(super) offset: usize,
    pub(super) value: u64,
    /// Where what it is a part of begins and ends: of a variable only some words may be on the stack.
    pub(super) bounds: (usize, usize),
}

impl<'a> Pointer<'a> {
    pub(super) fn new(content: &'a [u8], offset: usize, value: u64) -> Self {
        Self { content, offset, value, bounds: (0, content.len()) }
    }

    /// A word behind it, or before.
    pub(super) fn word(&self, snapshot: &Snapshot, words: isize) -> Option<u64> {
        let order = snapshot.target.order;
        let distance = words.checked_mul(isize::try_from(order.word_bytes).ok()?)?;
        let at = self.offset.checked_add_signed(distance)?;
        let (start, end) = self.bounds;
        order.word(self.content, at).filter(|_| start <= at && at + order.word_bytes <= end)
    }
}

/// The object that a pointer leads to, and what it claims that this is; none where it points into the middle of something, or where its
/// type does not tell.
pub(super) fn claim(snapshot: &Snapshot, values: &Values, leads: Leads, pointer: Pointer<'_>) -> Option<(u32, Claim)> {
    let (object, start) = snapshot.objects.find_start(pointer.value)?;
    let start = start.checked_add(header_bytes(snapshot, object))?;
    let offset = pointer.value.checked_sub(start)?;
    let word = |words| pointer.word(snapshot, words);
    let at_start = |content, shown| (offset == 0).then_some((object, Claim { content, shown }));
    match leads {
        Leads::Value(type_id) if offset == 0 => Some((object, value(snapshot, values, object, type_id))),
        Leads::Elements(type_id) => {
            let bytes = values.bytes(type_id);
            // A slice that begins behind the first element has elements before it.
            let is_element = offset.checked_rem(bytes)? == 0;
            let room = word(2).map(|count| offset.saturating_add(count.saturating_mul(bytes)));
            is_element.then_some((object, Claim { content: Content::Elements(type_id, room), shown: None }))
        }
        Leads::Text => {
            let end = word(1).map(|count| offset.saturating_add(count));
            Some((object, Claim { content: Content::Text(end), shown: None }))
        }
        Leads::Head { head, shown } => match channel_element(values, shown) {
            Some(element) if !snapshot.objects.has_pointers(object, &snapshot.file) => {
                at_start(Content::Channel(head, element, room(snapshot, values, object, element)), Some(shown))
            }
            _ => at_start(Content::Value(head), Some(shown)),
        },
        Leads::Front { whole, front } => {
            let is_whole = slot_of(values.bytes(whole)) == snapshot.objects.bytes(object);
            match is_whole {
                true => at_start(Content::Value(whole), Some(front)),
                false => at_start(value(snapshot, values, object, front).content, None),
            }
        }
        // The number of tables is in the word behind the list.
        Leads::Directory { group, .. } if word(1)? == 0 => at_start(Content::Value(group), None),
        Leads::Directory { table, .. } => at_start(Content::Elements(table, None), None),
        Leads::Groups(group) => at_start(Content::Elements(group, None), None),
        Leads::TrieNode(node) => {
            let is_entry = *snapshot.content(object).first()? != 0;
            at_start(Content::Value(values.trie_type(node, is_entry)?), None)
        }
        // A timer begins with its channel; the runtime's lists lead to the rest.
        Leads::Value(type_id) => values.around(type_id, offset).and_then(|whole| {
            let claim = Claim::value(whole);
            claim.fits(snapshot, values, object).then_some((object, claim))
        }),
        Leads::Interface | Leads::Function | Leads::Untold => None,
    }
}

/// Whether the words behind a slice's or a string's pointer can be its own: what it says to show lies in the object. Of variables only the
/// first word may be where debug information says that all are.
pub(super) fn is_whole(snapshot: &Snapshot, values: &Values, leads: Leads, pointer: Pointer<'_>) -> bool {
    let Some((object, start)) = snapshot.objects.find_start(pointer.value) else { return true };
    let (length, room) = match leads {
        Leads::Elements(type_id) => {
            let bytes = |words| pointer.word(snapshot, words).map(|count| count.saturating_mul(values.bytes(type_id)));
            (bytes(1), bytes(2))
        }
        Leads::Text => (pointer.word(snapshot, 1), None),
        _ => return true,
    };
    let most = snapshot.objects.bytes(object) - (pointer.value - start);
    let room = room.unwrap_or(most);
    length.is_none_or(|length| length <= room) && room <= most
}

/// A value, or if the slot is larger, elements of which a pointer leads to the first.
fn value(snapshot: &Snapshot, values: &Values, object: u32, type_id: TypeId) -> Claim {
    let slot = slot_of(values.bytes(type_id).saturating_add(header_bytes(snapshot, object)));
    // Of elements without pointers nothing proves how many they are.
    if values.pointers(type_id) == 0 || slot == snapshot.objects.bytes(object) {
        return Claim::value(type_id);
    }
    Claim { content: Content::Elements(type_id, None), shown: None }
}

/// The bytes that a channel without pointers has for what is sent; none where its contents were not copied: its second word counts, and the
/// third points to them, or to itself.
fn room(snapshot: &Snapshot, values: &Values, object: u32, element: TypeId) -> Option<u64> {
    let word = |at: usize| snapshot.word(object, at * snapshot.target.order.word_bytes);
    word(2).filter(|buffer| *buffer != 0)?;
    word(1)?.checked_mul(values.bytes(element))
}

fn channel_element(values: &Values, shown: TypeId) -> Option<TypeId> {
    match values.shape(shown)? {
        gomem_binary::Shape::Channel { element, .. } => Some(*element),
        _ => None,
    }
}
