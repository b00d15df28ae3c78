//! Words of a process's memory.

/// The bytes of a word.
pub(crate) const WORD: u64 = 8;

/// Bytes as words.
pub(crate) fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word))
}
