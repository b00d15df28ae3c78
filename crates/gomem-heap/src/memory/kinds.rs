//! What objects have in common: their size, and which of their words are pointers.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// What objects have in common, by number.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    all: Vec<Kind>,
    /// Of those whose pointers stand in the file, the number of each size.
    in_file: HashMap<u64, u32, RandomState>,
    /// The words of elements that are pointers.
    words: Vec<u32>,
    /// Where the runtime describes the type of all objects of a kind, by its number.
    types: HashMap<u32, u64, RandomState>,
}

/// Objects of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// Of the slot.
    pub(super) bytes: u64,
    pub(super) pointers: Pointers,
}

/// What tells the pointers of an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pointers {
    /// What stands behind its contents in the file.
    InFile,
    /// They lie alike in each of its elements: where the first begins, how many bytes each has, and which words of it are pointers.
    Elements { start: u64, bytes: u64, first: u32, end: u32 },
}

impl Kinds {
    /// Objects whose pointers stand behind their contents in the file.
    pub(super) fn in_file(&mut self, bytes: u64) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.in_file.entry(bytes).or_insert(next);
        if number == next {
            self.all.push(Kind { bytes, pointers: Pointers::InFile });
        }
        number
    }

    /// Objects of elements of so many bytes, the first of which begins at `start`, and the offsets of the pointers of each.
    pub(crate) fn add(&mut self, bytes: u64, start: u64, each: u64, offsets: impl IntoIterator<Item = u64>) -> u32 {
        let first = self.words.len() as u32;
        self.words.extend(offsets.into_iter().filter_map(|offset| u32::try_from(offset / WORD).ok()));
        let end = self.words.len() as u32;
        self.all.push(Kind { bytes, pointers: Pointers::Elements { start, bytes: each, first, end } });
        self.all.len() as u32 - 1
    }

    /// All objects of a kind are values of the type that the runtime describes at an address.
    pub(crate) fn set_type(&mut self, number: u32, address: u64) {
        self.types.insert(number, address);
    }

    pub(super) fn type_address(&self, number: u32) -> Option<u64> {
        self.types.get(&number).copied()
    }

    #[inline]
    pub(super) fn of(&self, number: u32) -> &Kind {
        &self.all[number as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The pointers of each element, in words.
    pub(super) fn words(&self, first: u32, end: u32) -> &[u32] {
        self.words.get(first as usize..end as usize).unwrap_or_default()
    }
}

/// What the places of pointers are counted in.
pub(super) const WORD: u64 = 8;
