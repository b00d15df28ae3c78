//! Numbers of what is kept in a list, each once.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Finds the number of what is kept in a list, each once. There can be a million, so that the list alone holds them.
#[derive(Default)]
pub(crate) struct Numbers {
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl Numbers {
    /// The number of a key, where the list's elements have keys; `None` when it is new, and then has the number `next`.
    pub(crate) fn find_or_add<K: Hash + Eq>(&mut self, key: &K, next: usize, of: impl Fn(usize) -> K) -> Option<usize> {
        let Self { numbers, hasher } = self;
        let entry = numbers.entry(
            hasher.hash_one(key),
            |number| of(*number as usize) == *key,
            |number| hasher.hash_one(of(*number as usize)),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => Some(*known.get() as usize),
            hashbrown::hash_table::Entry::Vacant(free) => {
                free.insert(next as u32);
                None
            }
        }
    }
}
