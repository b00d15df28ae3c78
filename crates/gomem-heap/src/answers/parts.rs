//! What is known of objects of which slices and strings show a part.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{answers::claims::Part, program::Values};

/// What is known of objects by what shows a part of them.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Nothing of those that are shown as two things.
    of_object: HashMap<u32, Option<Part>, RandomState>,
}

impl Parts {
    pub(super) fn is_empty(&self) -> bool {
        self.of_object.is_empty()
    }

    /// Something shows a part of an object as this.
    pub(super) fn add(&mut self, object: u32, part: Part, values: &Values) {
        let is_byte = |part| matches!(part, Part::Elements(type_id) if values.bytes(type_id) == 1);
        let known = self.of_object.entry(object).or_insert(Some(part));
        *known = match *known {
            Some(known) if known == part => Some(part),
            // A string may share its letters with the buffer that it was made in.
            Some(Part::Text) if is_byte(part) => Some(part),
            Some(known) if part == Part::Text && is_byte(known) => Some(known),
            _ => None,
        };
    }

    /// Something else leads to an object.
    pub(super) fn dispute(&mut self, object: u32) {
        if let Some(known) = self.of_object.get_mut(&object) {
            *known = None;
        }
    }

    /// The objects of which no two things are said.
    pub(super) fn all(self) -> impl Iterator<Item = (u32, Part)> {
        self.of_object.into_iter().filter_map(|(object, part)| Some((object, part?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_something_else_leads_to_is_not_what_a_part_shows() {
        let values = Values::default();
        let mut parts = Parts::default();
        parts.add(7, Part::Text, &values);
        parts.add(8, Part::Text, &values);
        parts.dispute(8);
        parts.dispute(9);
        parts.add(8, Part::Text, &values);
        assert_eq!(parts.all().collect::<Vec<_>>(), [(7, Part::Text)]);
    }
}
