//! Varints by the word: lengths vary from number to number, which a branch for each byte would not foresee.

/// Takes numbers off the front of `bytes` and hands them over, up to one that is longer than a word or may be: eight bytes are
/// looked at together, which are eight numbers of one byte, or else two numbers, which have no more than seven bytes between
/// them. Gives what is left.
#[inline]
pub(crate) fn take_words(mut bytes: &[u8], mut take: impl FnMut(u64)) -> &[u8] {
    while let Some(chunk) = bytes.first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let ends = !word & HIGH_BITS;
        let second = ends & ends.wrapping_sub(1);
        let length = if ends == HIGH_BITS {
            chunk.iter().for_each(|&byte| take(u64::from(byte)));
            8
        } else if second != 0 {
            let first_bits = ends.trailing_zeros() + 1;
            let both_bits = second.trailing_zeros() + 1;
            take(joined(word, first_bits));
            take(joined(word >> first_bits, both_bits - first_bits));
            both_bits / 8
        } else if ends != 0 {
            let bits = ends.trailing_zeros() + 1;
            take(joined(word, bits));
            bits / 8
        } else {
            break;
        };
        bytes = &bytes[length as usize..];
    }
    bytes
}

/// The number in the first `bits` of a word, of which each byte holds seven.
#[inline]
fn joined(word: u64, bits: u32) -> u64 {
    let groups = word & (u64::MAX >> (64 - bits));
    let pairs = groups & 0x007f_007f_007f_007f | (groups & 0x7f00_7f00_7f00_7f00) >> 1;
    let quads = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    quads & 0x0fff_ffff | (quads & 0x0fff_ffff_0000_0000) >> 4
}

/// Set in every byte of a number but its last.
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
