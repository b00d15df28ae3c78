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
}

impl Pointer<'_> {
    /// A word behind it, or before.
    pub(super) fn word(&self, snapshot: &Snapshot, words: isize) -> Option<u64> {
        let order = snapshot.target.order;
        let distance = words.checked_mul(isize::try_from(order.word_bytes).ok()?)?;
        order.word(self.content, self.offset.checked_add_signed(distance)?)
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
            let room = word(2)?.checked_mul(bytes)?;
            // A slice that begins behind the first element has elements before it.
            let is_element = offset.checked_rem(bytes)? == 0;
            let content = Content::Elements(type_id, Some(offset.checked_add(room)?));
            is_element.then_some((object, Claim { content, shown: None }))
        }
        Leads::Text => Some((object, Claim { content: Content::Text(offset.checked_add(word(1)?)?), shown: None })),
        Leads::Head { head, shown } => {
            let has_pointers = snapshot.objects.has_pointers(object, &snapshot.file);
            let room = || snapshot.word(object, snapshot.target.order.word_bytes).zip(channel_element(values, shown));
            match room() {
                Some((count, element)) if !has_pointers => {
                    at_start(Content::Channel(head, count.checked_mul(values.bytes(element))?), Some(shown))
                }
                _ => at_start(Content::Value(head), Some(shown)),
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
        Leads::Value(_) | Leads::Interface | Leads::Function | Leads::Untold => None,
    }
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

fn channel_element(values: &Values, shown: TypeId) -> Option<TypeId> {
    match values.shape(shown)? {
        gomem_binary::Shape::Channel { element, .. } => Some(*element),
        _ => None,
    }
}
