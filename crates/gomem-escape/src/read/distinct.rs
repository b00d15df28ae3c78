//! Rows that are held once, however often the log says them.

use std::hash::Hash;

use foldhash::HashMap;

/// Rows in the order in which the log first says them, each found again by its key.
#[derive(Debug)]
pub(crate) struct Distinct<K, R> {
    rows: Vec<R>,
    index: HashMap<K, usize>,
}

impl<K: Eq + Hash, R> Distinct<K, R> {
    pub(crate) fn get(&self, key: &K) -> Option<&R> {
        self.rows.get(*self.index.get(key)?)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut R> {
        self.rows.get_mut(*self.index.get(key)?)
    }

    /// Adds a row whose key is new.
    pub(crate) fn insert(&mut self, key: K, row: R) {
        self.index.insert(key, self.rows.len());
        self.rows.push(row);
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut R> {
        self.rows.last_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn into_rows(self) -> Vec<R> {
        self.rows
    }
}

impl<K, R> Default for Distinct<K, R> {
    fn default() -> Self {
        Self { rows: Vec::new(), index: HashMap::default() }
    }
}
