//! A server's answer, as `curl -i` and `curl -v` print it.

use std::borrow::Cow;

/// What follows the header of an HTTP answer; with `curl -v`, the lines that it marked as received.
///
/// ```
/// let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\ngo_goroutines 12\n";
/// assert_eq!(&*gomem_transport::body(answer), b"go_goroutines 12\n");
/// ```
#[must_use]
pub fn body(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut rest = bytes;
    // A proxy answers first, and a redirection does.
    for _ in 0..MOST_ANSWERS {
        let Some(after) = after_header(rest) else { break };
        rest = after;
    }
    if is_marked(rest) {
        let line = |line: &'_ [u8]| line.strip_prefix(b"< ").map(<[u8]>::to_vec);
        let received: Vec<Vec<u8>> = rest.split(|byte| *byte == b'\n').filter_map(line).collect();
        let mut text = received.join(&b'\n');
        text.push(b'\n');
        if let Some(after) = after_header(&text) {
            return Cow::Owned(after.to_vec());
        }
        return Cow::Owned(text);
    }
    Cow::Borrowed(rest)
}

fn after_header(bytes: &[u8]) -> Option<&[u8]> {
    let after = bytes.strip_prefix(b"HTTP/")?;
    let head = &after[..after.len().min(LARGEST_HEADER)];
    let ends = [&b"\r\n\r\n"[..], b"\n\n"];
    let end = ends.iter().filter_map(|end| Some(memchr::memmem::find(head, end)? + end.len())).min()?;
    after.get(end..)
}

/// Nearly every line begins with `< `.
fn is_marked(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(LARGEST_HEADER)];
    let lines = || head.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    bytes.starts_with(b"< ") && lines().filter(|line| line.starts_with(b"< ")).count() * 10 >= lines().count() * 9
}

const MOST_ANSWERS: usize = 8;
const LARGEST_HEADER: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_marks() {
        assert_eq!(&*body(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nx 1\n"), b"x 1\n");
        assert_eq!(&*body(b"HTTP/1.1 302 Found\r\n\r\nHTTP/2 200\r\nA: b\r\n\r\nx"), b"x");
        assert_eq!(&*body(b"< x 1\n< y 2\n"), b"x 1\ny 2\n");
        assert_eq!(&*body(b"x < 1\n"), b"x < 1\n");
        assert_eq!(&*body(b"HTTP/"), b"HTTP/");
    }
}
