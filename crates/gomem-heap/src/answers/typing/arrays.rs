//! Objects that only slices of an array in them lead to.

use crate::answers::{
    claims::{Claim, Content},
    leads::Pointer,
    typing::Typing,
};

impl<'a> Typing<'a> {
    /// Of an object that only a slice of an array in it leads to, its type is the one that has such an array there.
    pub(super) fn array(&mut self, object: u32, claim: Claim, pointer: Pointer<'a>) {
        let (snapshot, values) = (self.snapshot, &self.types.values);
        let Content::Elements(element, Some(end)) = claim.content else { return };
        if self.types.number(object).is_some() || !snapshot.objects.has_pointers(object, &snapshot.file) {
            return;
        }
        let count = pointer.word(snapshot, 2).filter(|count| *count > 0);
        let Some((count, bytes)) = count.and_then(|count| Some((count, count.checked_mul(values.bytes(element))?)))
        else {
            return;
        };
        let Some(offset) = end.checked_sub(bytes) else { return };
        let key = (element, count, offset);
        let structs = self.with_array.entry(key).or_insert_with(|| values.with_array(element, count, offset));
        let mut found = structs.iter().filter(|id| Claim::value(**id).fits(snapshot, values, object));
        if let (Some(&type_id), None) = (found.next(), found.next()) {
            self.claim(object, Claim::value(type_id));
        }
    }
}
