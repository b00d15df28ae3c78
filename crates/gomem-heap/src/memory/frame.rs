//! A frame of a goroutine's stack.

use std::sync::Arc;

/// A function that a goroutine is in, and its part of the stack.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) function: Arc<str>,
    /// Where the function begins.
    pub(crate) entry: u64,
    /// The code that it carries out next, or returns to.
    pub(crate) pc: u64,
    /// The address of its lowest word.
    pub(crate) sp: u64,
    /// Where its contents are in the file.
    pub(crate) place: usize,
    /// Its bytes.
    pub(crate) length: usize,
    /// The offsets of words that are known to be pointers.
    pub(crate) pointers: Vec<u32>,
}

impl Frame {
    pub(crate) fn content<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        file.get(self.place..self.place.saturating_add(self.length)).unwrap_or_default()
    }
}
