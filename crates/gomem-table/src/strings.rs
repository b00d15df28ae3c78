//! Interned text.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    sync::Arc,
};

/// Text stored once and referenced by code, shared between the columns of one table.
///
/// Codes are dense: `0..len()`. A pool built with [`StringPoolBuilder`] holds each text once; one collected from an
/// iterator holds what the iterator gave, repeated or not.
///
/// ```
/// use gomem_table::StringPoolBuilder;
///
/// let mut builder = StringPoolBuilder::new();
/// builder.intern("main.a");
/// let pool = builder.finish();
/// assert!(pool.iter().eq(["main.a"]));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StringPool {
    text: String,
    ends: Vec<usize>,
}

impl StringPool {
    /// The text of `code`; empty for a code that the pool does not hold.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        let index = code as usize;
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..end]
    }

    /// How many texts the pool holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the pool holds no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts, in the order of their codes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        (0..self.ends.len()).map(|index| self.text(index as u32))
    }

    fn push(&mut self, text: &str) -> u32 {
        let code = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        code
    }
}

impl<S: AsRef<str>> FromIterator<S> for StringPool {
    fn from_iter<I: IntoIterator<Item = S>>(iter: I) -> Self {
        let mut pool = Self::default();
        for text in iter {
            pool.push(text.as_ref());
        }
        pool
    }
}

/// Builds a [`StringPool`] in which each text is held once.
///
/// ```
/// let mut pool = gomem_table::StringPoolBuilder::new();
/// let (first, again) = (pool.intern("main.parse"), pool.intern("main.parse"));
/// assert_eq!(first, again);
/// assert_eq!(pool.finish().text(first), "main.parse");
/// ```
#[derive(Debug, Clone, Default)]
pub struct StringPoolBuilder {
    pool: StringPool,
    hash: RandomState,
    /// The first text of each hash: the texts themselves are in the pool.
    codes: HashMap<u64, u32, BuildHasherDefault<Unhashed>>,
    /// The next text of the same hash, which hardly ever is.
    next: HashMap<u32, u32>,
}

impl StringPoolBuilder {
    /// An empty pool.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The code of `text`, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.intern_hashed(text, self.hash.hash_one(text))
    }

    fn intern_hashed(&mut self, text: &str, hash: u64) -> u32 {
        let mut code = match self.codes.entry(hash) {
            Entry::Vacant(entry) => return *entry.insert(self.pool.push(text)),
            Entry::Occupied(entry) => *entry.get(),
        };
        while self.pool.text(code) != text {
            code = match self.next.entry(code) {
                Entry::Vacant(entry) => return *entry.insert(self.pool.push(text)),
                Entry::Occupied(entry) => *entry.get(),
            };
        }
        code
    }

    /// Whether no text was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pool.is_empty()
    }

    /// The text of a code handed out before.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.pool.text(code)
    }

    /// The finished pool, ready to be shared by columns.
    #[must_use]
    pub fn finish(self) -> Arc<StringPool> {
        Arc::new(self.pool)
    }
}

/// A number that is a hash already.
#[derive(Debug, Clone, Default)]
struct Unhashed(u64);

impl Hasher for Unhashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_one_hash_are_told_apart() {
        let mut builder = StringPoolBuilder::new();
        let texts = ["a", "b", "", "a", "c", "b", "c"];
        assert_eq!(texts.map(|text| builder.intern_hashed(text, 1)), [0, 1, 2, 0, 3, 1, 3]);
        assert_eq!(builder.finish().iter().collect::<Vec<_>>(), ["a", "b", "", "c"]);
    }

    #[test]
    fn interning_gives_one_code_per_text() {
        let mut builder = StringPoolBuilder::new();
        assert_eq!(builder.intern("main"), 0);
        assert_eq!(builder.intern(""), 1);
        assert_eq!(builder.intern("main"), 0);
        let pool = builder.finish();
        assert_eq!(pool.len(), 2);
        assert_eq!(pool.text(0), "main");
        assert_eq!(pool.text(1), "");
        assert_eq!(pool.text(7), "");
        assert_eq!(pool.iter().collect::<Vec<_>>(), ["main", ""]);
    }
}
