//! What objects have in common: their size, and which of their words are pointers.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::memory::words::{Order, POINTER, varint};

/// What objects have in common, by number.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    all: Vec<Kind>,
    /// The number of each size and the fields that stand in a file.
    with_fields: HashMap<u64, HashMap<Box<[u8]>, u32, RandomState>, RandomState>,
    /// The number of each size whose fields are read in the file each time.
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
    /// Objects whose pointers stand behind their contents in the file, as these fields.
    pub(crate) fn with_fields(&mut self, bytes: u64, order: Order, fields: &[u8]) -> u32 {
        let is_short = fields.len() <= LONGEST_FIELDS;
        let known = self.with_fields.get(&bytes).filter(|_| is_short);
        if let Some(number) = known.and_then(|of_size| of_size.get(fields)) {
            return *number;
        }
        let is_common = is_short && self.all.len() < MOST_WITH_FIELDS;
        let Some(offsets) = is_common.then(|| offsets(order, fields)).flatten() else {
            return *self.in_file.entry(bytes).or_insert_with(|| {
                self.all.push(Kind { bytes, pointers: Pointers::InFile });
                self.all.len() as u32 - 1
            });
        };
        let number = self.add(bytes, 0, bytes, offsets);
        self.with_fields.entry(bytes).or_default().insert(fields.into(), number);
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

/// The offsets of pointers in fields; none where one is no whole word from the start, or is an interface.
fn offsets(order: Order, fields: &[u8]) -> Option<Vec<u64>> {
    let (mut offsets, mut at) = (Vec::new(), 0);
    loop {
        let (kind, after) = varint(fields, at)?;
        if kind == 0 {
            return Some(offsets);
        }
        let (offset, after) = varint(fields, after)?;
        let is_word = kind == POINTER && order.word_bytes as u64 == WORD && offset % WORD == 0;
        offsets.push(is_word.then_some(offset).filter(|offset| *offset <= FARTHEST)?);
        at = after;
    }
}

/// So many different fields are told apart, of a program a few hundred, and so long ones: large objects have their own.
const MOST_WITH_FIELDS: usize = 1 << 16;
const LONGEST_FIELDS: usize = 512;
/// Places of pointers have 32 bits.
const FARTHEST: u64 = u32::MAX as u64 * WORD;
/// What the places of pointers are counted in.
pub(super) const WORD: u64 = 8;
