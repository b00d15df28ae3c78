//! Any bytes as a text that was shipped.

use std::io::Read as _;

use gomem_transport::{Utf8Reader, body, lines, message, prefix_len, utf8, without_escapes, written};

pub fn transport(bytes: &[u8]) {
    let text = utf8(bytes);
    let mut read = Vec::new();
    Utf8Reader::new(bytes).read_to_end(&mut read).unwrap();
    // Half a unit at the end is none.
    assert!(read.starts_with(&text) || text.starts_with(&read) || bytes.len() > 16 << 10);
    let _ = body(&text);
    let mut count = 0;
    for line in lines(&text) {
        assert!(!line.text.contains(&b'\n') || line.text.len() > 1);
        let plain = without_escapes(&line.text);
        assert!(plain.len() <= line.text.len() && prefix_len(&plain) <= plain.len());
        let _ = message(&plain);
        count += 1;
    }
    assert!(count <= text.len() + 1);
    let _ = written(&text);
}
