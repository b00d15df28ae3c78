//! What a file holds, without what was put around it on its way.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use gomem_binary::Binary;
use gomem_heap::Heap;
use gomem_metrics::Format;
use gomem_transport::Compression;

use crate::bundle::{
    packing::{
        drawn_graph::table_of_graph,
        problem_list::log_of_problems,
        room::{MOST_BYTES, Room},
        source_page::text_of_page,
    },
    signature::looks_like_text,
};

/// What a file holds: a program or text that was compressed, such as a log or a scrape, as it was, and text in UTF-8; without
/// the header of the HTTP answer that it came in; what was written as base64, as it was before; of a graph that pprof drew, the
/// table of its functions, of its page of sources the listing, and of an editor's list of problems the compiler's log. A gzipped
/// profile, a core and a heap dump stay compressed, since their decoders inflate them, and so does what is damaged or would become
/// too large.
///
/// ```
/// // What is not compressed stays as it is.
/// assert_eq!(gomem_postmortem::unpacked(b"gc 1".to_vec()), b"gc 1");
/// ```
#[must_use]
pub fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    unpacked_within(bytes, &mut Room::default())
}

/// The same, of a file that shares its room with others.
pub(crate) fn unpacked_within(bytes: Vec<u8>, room: &mut Room) -> Vec<u8> {
    let mut bytes = bytes;
    // An answer may hold base64, and that something gzipped.
    for _ in 0..MOST_LAYERS {
        match layer(&bytes, room) {
            Some(inner) => bytes = inner,
            None => break,
        }
    }
    bytes
}

/// What is in the outermost layer; `None` where there is none.
fn layer(bytes: &[u8], room: &mut Room) -> Option<Vec<u8>> {
    if let Some(compression) = Compression::from_head(bytes) {
        return inflated(bytes, compression, room);
    }
    if let Some(inner) = from_base64(bytes) {
        return Some(inner);
    }
    if let Some(text) = table_of_graph(bytes).or_else(|| log_of_problems(bytes)).or_else(|| text_of_page(bytes)) {
        return Some(text);
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

fn inflated(bytes: &[u8], compression: Compression, room: &mut Room) -> Option<Vec<u8>> {
    let head = Compression::head_within(bytes, HEAD);
    let is_known = match compression {
        Compression::Gzip => {
            Format::detect(&head) == Format::Protobuf
                || Binary::is_program(&head)
                || looks_like_text(&gomem_transport::utf8(&head))
        }
        Compression::Zstd => !Heap::is_heap_dump(bytes) && !Heap::is_core(bytes),
    };
    if head.is_empty() || !is_known {
        return None;
    }
    let (inner, is_whole) = room.read(compression.reader(bytes));
    is_whole.then_some(inner)
}

/// Something gzipped in the letters of base64, in lines or in one.
fn from_base64(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(GZIP_IN_BASE64) || bytes.len() as u64 > MOST_BYTES {
        return None;
    }
    let letters: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(letters).ok().filter(|inner| Compression::from_head(inner) == Some(Compression::Gzip))
}

const GZIP_IN_BASE64: &[u8] = b"H4sI";
const MOST_LAYERS: usize = 4;
const HEAD: usize = 512;

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
        let zstd = zstd::encode_all(&b"go_goroutines 1\n"[..], 3).unwrap();
        for bytes in [b"go_goroutines 1\n".to_vec(), gzip, zstd, base64.into_bytes(), answer, wide] {
            assert_eq!(unpacked(bytes), b"go_goroutines 1\n");
        }
        assert_eq!(unpacked(b"H4sIxx".to_vec()), b"H4sIxx");
        assert_eq!(unpacked(b"\x1f\x8bxx".to_vec()), b"\x1f\x8bxx");
        // Its decoder takes it as it comes.
        let dump = zstd::encode_all(&b"go1.7 heap dump\n"[..], 3).unwrap();
        assert_eq!(unpacked(dump.clone()), dump);
    }
}
