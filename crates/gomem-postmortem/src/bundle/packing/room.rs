//! How much may come out of what is packed.

use std::io::{self, Read};

use gomem_table::Interruptible;

/// What is left of the bytes that one file may unpack to, whatever is packed in it how often: archives in archives, and files
/// that share their packed bytes, would otherwise give any number of them.
#[derive(Debug)]
pub(crate) struct Room(u64);

impl Default for Room {
    fn default() -> Self {
        Self(MOST_BYTES)
    }
}

impl Room {
    #[cfg(test)]
    pub(crate) fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// What comes out, and whether that is all. What came out is taken from the room even where it is of no use.
    pub(crate) fn read(&mut self, packed: impl Read) -> (Vec<u8>, bool) {
        let mut bytes = Vec::new();
        let read = Interruptible(packed).take(self.0.saturating_add(1)).read_to_end(&mut bytes);
        let is_within = bytes.len() as u64 <= self.0;
        self.0 = self.0.saturating_sub(bytes.len() as u64);
        bytes.truncate(usize::try_from(MOST_BYTES).unwrap_or(usize::MAX));
        (bytes, read.is_ok() && is_within)
    }

    /// Whether all that comes out has room; it is taken, but not kept. What is damaged is as large as it was until there.
    pub(crate) fn take(&mut self, packed: impl Read) -> bool {
        let mut counted = Counted(0);
        let _ = io::copy(&mut Interruptible(packed).take(self.0.saturating_add(1)), &mut counted);
        let is_within = counted.0 <= self.0;
        self.0 = self.0.saturating_sub(counted.0);
        is_within
    }
}

/// Bytes that are counted only.
struct Counted(u64);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What one file unpacks to at most.
pub(crate) const MOST_BYTES: u64 = 1 << 30;
