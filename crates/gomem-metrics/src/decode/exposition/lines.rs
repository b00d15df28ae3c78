//! Lines of a scrape.

use memchr::memchr;

/// The first line, and what follows it.
pub(super) fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'\n', text) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}
