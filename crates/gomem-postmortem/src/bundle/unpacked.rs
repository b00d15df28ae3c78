//! What a file holds, without what was put around it on its way.

use std::{borrow::Cow, io::Read as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::MultiGzDecoder;

use gomem_binary::Binary;
use gomem_metrics::Format;

use crate::bundle::signature::{GZIP, looks_like_text};

/// What a file holds: a program or text that was gzipped, such as a log or a scrape, as it was, and text in UTF-8; without the header of the
/// HTTP answer that it came in; what was written as base64, as it was before. A profile stays gzipped, since its decoder
/// inflates it, and so does what is damaged or would become too large.
#[must_use]
pub fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    let mut bytes = bytes;
    // An answer may hold base64, and that something gzipped.
    for _ in 0..MOST_LAYERS {
        match layer(&bytes) {
            Some(inner) => bytes = inner,
            None => break,
        }
    }
    bytes
}

/// What is in the outermost layer; `None` where there is none.
fn layer(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.starts_with(GZIP) {
        return inflated_text(bytes);
    }
    if let Some(inner) = from_base64(bytes) {
        return Some(inner);
    }
    let text = match gomem_transport::utf8(bytes) {
        Cow::Borrowed(same) if same.len() == bytes.len() => None,
        text => Some(text),
    };
    let body = gomem_transport::body(text.as_deref().unwrap_or(bytes));
    match (body, &text) {
        (Cow::Owned(body), _) => Some(body),
        (Cow::Borrowed(body), _) if body.len() < text.as_deref().unwrap_or(bytes).len() => Some(body.to_vec()),
        (Cow::Borrowed(_), Some(text)) => Some(text.to_vec()),
        (Cow::Borrowed(_), None) => None,
    }
}

fn inflated_text(bytes: &[u8]) -> Option<Vec<u8>> {
    let read = |most: u64| {
        let mut inflated = Vec::new();
        let read = MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut inflated);
        (read.is_ok() && inflated.len() as u64 <= most, inflated)
    };
    let (_, head) = read(HEAD);
    let is_scrape = Format::detect(&head) == Format::Protobuf;
    let is_known = is_scrape || Binary::is_program(&head);
    if head.is_empty() || !is_known && !looks_like_text(&gomem_transport::utf8(&head)) {
        return None;
    }
    let (is_whole, text) = read(LARGEST_TEXT);
    is_whole.then_some(text)
}

/// Something gzipped in the letters of base64, in lines or in one.
fn from_base64(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(GZIP_IN_BASE64) || bytes.len() as u64 > LARGEST_TEXT {
        return None;
    }
    let letters: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(letters).ok().filter(|inner| inner.starts_with(GZIP))
}

const GZIP_IN_BASE64: &[u8] = b"H4sI";
const MOST_LAYERS: usize = 4;
const HEAD: u64 = 512;
const LARGEST_TEXT: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn layers_are_taken_off() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"go_goroutines 1\n").unwrap();
        let gzip = gzip.finish().unwrap();
        let base64 = STANDARD.encode(&gzip);
        let answer = [b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", gzip.as_slice()].concat();
        let wide: Vec<u8> = "\u{feff}go_goroutines 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [b"go_goroutines 1\n".to_vec(), gzip, base64.into_bytes(), answer, wide] {
            assert_eq!(unpacked(bytes), b"go_goroutines 1\n");
        }
        assert_eq!(unpacked(b"H4sIxx".to_vec()), b"H4sIxx");
        assert_eq!(unpacked(b"\x1f\x8bxx".to_vec()), b"\x1f\x8bxx");
    }
}
