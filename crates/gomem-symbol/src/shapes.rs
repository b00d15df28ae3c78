//! Types of generic code, short enough to be read.

use std::borrow::Cow;

/// Shortens what the compiler calls shapes in a message: `hasherEntry[go.shape.[]*example.com/ast.Term,…]` is
/// `hasherEntry[…]`, and `[]go.shape.struct { A int; … }` is `[]struct {…}`.
///
/// ```
/// let message = "make([]go.shape.struct { Value int; next *T }, n) escapes to heap";
/// assert_eq!(gomem_symbol::shortened(message), "make([]struct {…}, n) escapes to heap");
/// ```
#[must_use]
pub fn shortened(message: &str) -> Cow<'_, str> {
    if !message.contains(SHAPE) {
        return Cow::Borrowed(message);
    }
    let mut short = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(next) = rest.chars().next() {
        let closed = match next {
            // The key of a map says what it is.
            '[' if !short.ends_with("map") => group(rest, '[', ']').filter(|group| group.contains(SHAPE)),
            _ => None,
        };
        if let Some(arguments) = closed {
            short.push_str("[…]");
            rest = &rest[arguments.len()..];
        } else if let Some(shape) = rest.strip_prefix(SHAPE) {
            let kind = ["struct ", "interface "].iter().find(|kind| shape.starts_with(**kind));
            rest = match kind.and_then(|kind| Some((kind, group(&shape[kind.len()..], '{', '}')?))) {
                Some((kind, fields)) => {
                    short.push_str(kind);
                    short.push_str("{…}");
                    &shape[kind.len() + fields.len()..]
                }
                None => shape,
            };
        } else {
            short.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    Cow::Owned(short)
}

/// What stands between the first letter, which opens, and the one that closes it, with both.
fn group(text: &str, open: char, close: char) -> Option<&str> {
    let mut depth = 0_i32;
    for (at, letter) in text.char_indices() {
        depth += i32::from(letter == open) - i32::from(letter == close);
        if depth == 0 {
            return (at > 0).then(|| &text[..at + letter.len_utf8()]);
        }
    }
    None
}

const SHAPE: &str = "go.shape.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_left_out() {
        for (long, short) in [
            ("&util.entry[go.shape.[]*a/b.Term,go.shape.interface {}]{...} escapes", "&util.entry[…]{...} escapes"),
            ("make([]go.shape.struct { a.b int; c map[string]int }, n)", "make([]struct {…}, n)"),
            ("go.shape.interface { Hash() int } escapes", "interface {…} escapes"),
            ("make(map[go.shape.string]int) escapes", "make(map[string]int) escapes"),
            ("go.shape.int(x) + 1", "int(x) + 1"),
            ("m[go.shape.int", "m[int"),
            ("[]byte(s) escapes to heap", "[]byte(s) escapes to heap"),
        ] {
            assert_eq!(shortened(long), short);
        }
    }
}
