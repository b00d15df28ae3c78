//! What is meant for a terminal.

use std::borrow::Cow;

/// A line without the escapes of terminals: colours, links, titles. Where a shipper wrote the escape character in letters,
/// `#033[` or `^[[`, it counts as well.
///
/// ```
/// assert_eq!(&*gomem_transport::without_escapes(b"\x1b[31mgc 1\x1b[0m"), b"gc 1");
/// ```
#[must_use]
pub fn without_escapes(line: &[u8]) -> Cow<'_, [u8]> {
    let Some(mut begin) = next(line) else { return Cow::Borrowed(line) };
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    loop {
        text.extend_from_slice(&rest[..begin.0]);
        rest = &rest[begin.0 + begin.1..];
        rest = &rest[escape_len(rest)..];
        match next(rest) {
            Some(next) => begin = next,
            None => break,
        }
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}

/// Where the next escape character stands, and in how many bytes.
fn next(line: &[u8]) -> Option<(usize, usize)> {
    memchr::memchr3_iter(ESCAPE, b'#', b'^', line).find_map(|at| match line[at] {
        ESCAPE => Some((at, 1)),
        // The bracket is a part of the escape, and is left to its end.
        _ => SPELLED.iter().find(|word| line[at..].starts_with(word)).map(|word| (at, word.len() - 1)),
    })
}

/// How long what follows the escape character is: `[…m`, `]…` up to a bell, or one letter.
fn escape_len(rest: &[u8]) -> usize {
    let past = |found: Option<usize>| found.map_or(rest.len(), |at| at + 1);
    match rest.first() {
        None => 0,
        Some(b'[') => match rest.iter().skip(1).position(|byte| !matches!(byte, b' '..=b'?')) {
            Some(end) if matches!(rest[end + 1], b'@'..=b'~') => end + 2,
            // Cut short: what follows is no part of it.
            Some(end) => end + 1,
            None => rest.len(),
        },
        Some(b']' | b'P' | b'_' | b'^') => past(rest.iter().position(|&byte| byte == BELL || byte == b'\\')),
        Some(b'(' | b')') => rest.len().min(2),
        Some(b'0'..=b'~') => 1,
        Some(_) => 0,
    }
}

const ESCAPE: u8 = 0x1b;
const SPELLED: [&[u8]; 2] = [b"#033[", b"^[["];
const BELL: u8 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_links_and_what_is_cut() {
        for (line, text) in [
            ("plain", "plain"),
            ("\x1b[36mapi-1  |\x1b[0m \x1b[2mgc 1\x1b[0m", "api-1  | gc 1"),
            ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
            ("#033[31mred#033[0m ^[[1mbold^[[0m", "red bold"),
            ("a\x1b[K\x1b(Bb\x1bMc\x1b", "abc"),
            ("a\x1b[31", "a"),
            ("issue #033 is open", "issue #033 is open"),
        ] {
            assert_eq!(String::from_utf8_lossy(&without_escapes(line.as_bytes())), text, "{line:?}");
        }
    }
}
