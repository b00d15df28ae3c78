//! Memory that is read by address: that in a core's file, or a process's own.

use std::fmt;

/// Memory by address.
pub(crate) trait Memory: fmt::Debug {
    /// Appends what lies at an address; `false` and nothing where a part of it is not there.
    fn copy(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool;

    /// The same, of memory that is the program's own, and no structure of the runtime.
    fn copy_contents(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool {
        self.copy(address, bytes, out)
    }

    /// Where contents lie in what is held, and they themselves; none where they are not held in one piece.
    fn piece(&self, _address: u64, _bytes: u64) -> Option<(usize, &[u8])> {
        None
    }

    /// Whether all of these bytes are there.
    fn has(&self, address: u64, bytes: u64) -> bool;

    /// So many bytes at an address, as a number; at most eight.
    fn number(&self, address: u64, bytes: usize) -> Option<u64>;

    /// How many bytes there are beside those of zeros, about.
    fn held_bytes(&self) -> u64;
}
