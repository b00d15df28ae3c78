//! Dumps, cores and programs that were gzipped on their way.

use std::io::{BufReader, Read};

use flate2::read::MultiGzDecoder;

/// What is gzipped, up to so many bytes; of what is cut, as far as it goes. `None` where there is more.
pub(crate) fn inflated(bytes: Vec<u8>, most: u64) -> Option<Vec<u8>> {
    if !bytes.starts_with(GZIP) {
        return Some(bytes);
    }
    let mut inflated = Vec::new();
    let _ = MultiGzDecoder::new(bytes.as_slice()).take(most.saturating_add(1)).read_to_end(&mut inflated);
    (inflated.len() as u64 <= most).then_some(inflated)
}

/// What is gzipped as it comes, and what is not as it is.
pub(crate) fn unpacked<'a>(mut source: impl Read + 'a) -> Box<dyn Read + 'a> {
    let mut head = Vec::new();
    let _ = source.by_ref().take(GZIP.len() as u64).read_to_end(&mut head);
    let is_packed = head == GZIP;
    // What is large is read in large pieces.
    let whole = std::io::Cursor::new(head).chain(BufReader::with_capacity(1 << 20, source));
    if is_packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) }
}

/// The first bytes of what may be gzipped.
pub(crate) fn head(bytes: &[u8], length: usize) -> Vec<u8> {
    if !bytes.starts_with(GZIP) {
        return bytes[..bytes.len().min(length)].to_vec();
    }
    let mut head = Vec::new();
    let _ = MultiGzDecoder::new(bytes).take(length as u64).read_to_end(&mut head);
    head
}

const GZIP: &[u8] = &[0x1f, 0x8b];
