//! The smallest values without pointers, several of which may share a slot (`mallocgcTiny` in `runtime/malloc.go`).

use crate::{
    answers::{
        claims::{Claim, TINY},
        types::{ObjectType, TypeSource},
        typing::Typing,
    },
    program::Leads,
};

impl Typing<'_> {
    /// Whether an object may be several values.
    pub(super) fn is_tiny(&self, object: u32) -> bool {
        let objects = &self.snapshot.objects;
        objects.bytes(object) == TINY && !objects.has_pointers(object, &self.snapshot.file)
    }

    /// A pointer into the middle of a slot says what lies there; where it does not, nothing is known of the slot.
    pub(super) fn tiny(&mut self, leads: Option<Leads>, address: u64) {
        let found = self.snapshot.objects.find_start(address);
        let Some((object, start)) = found.filter(|(object, start)| *start != address && self.is_tiny(*object)) else {
            return;
        };
        let values = &self.types.values;
        let is_within = |type_id| values.bytes(type_id) > address - start;
        let current = self.types.of(object).and_then(|current| current.contents);
        if self.disputed.contains(&object) || current.is_some_and(|current| is_within(current.type_id)) {
            return;
        }
        let claim = match leads {
            Some(Leads::Value(type_id)) if values.pointers(type_id) == 0 => Some(Claim::value(type_id)),
            _ => None,
        };
        match claim.and_then(|claim| self.claimed_type(claim)) {
            Some(number) => self.share(object, number),
            None => {
                self.types.forget(object);
                self.disputed.insert(object);
            }
        }
    }

    /// One of the values in a slot is of a type.
    pub(super) fn share(&mut self, object: u32, number: u32) {
        let mixture = match self.types.number(object) {
            None => number,
            Some(current) => self.mixture(current, number),
        };
        self.types.set_number(object, mixture);
    }

    /// The number of what is values of two types, either of which may be several already.
    fn mixture(&mut self, current: u32, added: u32) -> u32 {
        if let Some(known) = self.mixtures.get(&(current, added)) {
            return *known;
        }
        let of = |number: u32| self.types.all()[number as usize].name.split(TOGETHER).map(str::to_owned);
        let mut names: Vec<String> = of(current).chain(of(added)).collect();
        names.sort_unstable();
        names.dedup();
        let found = match names.as_slice() {
            [_] => current,
            names => {
                let name = names.join(TOGETHER).into();
                self.types.enter(ObjectType { name, source: TypeSource::Dwarf, contents: None })
            }
        };
        self.mixtures.insert((current, added), found);
        found
    }
}

/// What stands between the types of values that share a slot.
const TOGETHER: &str = " + ";
