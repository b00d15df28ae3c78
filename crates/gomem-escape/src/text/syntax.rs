//! Quotes and brackets in what the compiler prints of a program.

/// Walks over an expression and knows what stands inside quotes and brackets.
///
/// Constants are cut after 72 characters and then end in `...` without a quote (`go/constant`'s `stringVal.String`);
/// Go 1.21 prints back-quoted ones as they are in the source.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    quote: Option<u8>,
    is_escaped: bool,
    /// Characters since the quote, and dots at their end.
    length: u32,
    dots: u32,
    depth: i32,
}

impl Walk {
    /// Whether the next byte stands outside of quotes; and how many brackets are open before it.
    fn step(&mut self, byte: u8) -> Option<i32> {
        let Some(open) = self.quote else {
            let depth = self.depth;
            match byte {
                b'"' | b'`' | b'\'' => *self = Self { quote: Some(byte), depth, ..Self::default() },
                b'{' | b'(' | b'[' => self.depth += 1,
                b'}' | b')' | b']' => self.depth -= 1,
                _ => {}
            }
            return Some(depth);
        };
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == open {
            self.quote = None;
            return None;
        } else if byte == b'\\' && open != b'`' {
            self.is_escaped = true;
        }
        self.length += u32::from(byte & 0xc0 != 0x80);
        self.dots = if byte == b'.' { self.dots + 1 } else { 0 };
        if open == b'"' && self.length == LONGEST_CONSTANT - 1 && self.dots >= 3 {
            self.quote = None;
        }
        None
    }
}

/// The bytes outside of quotes, each with its place and how many brackets are open before it.
pub(crate) fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, u8, i32)> + '_ {
    let mut walk = Walk::default();
    text.bytes().enumerate().filter_map(move |(at, byte)| walk.step(byte).map(|depth| (at, byte, depth)))
}

/// Where `mark` first stands outside of quotes and brackets.
pub(crate) fn find(text: &str, mark: &str) -> Option<usize> {
    outside_quotes(text)
        .find(|(at, _, depth)| *depth == 0 && text.as_bytes()[*at..].starts_with(mark.as_bytes()))
        .map(|(at, ..)| at)
}

/// Whether a back-quoted text is open at the end.
pub(crate) fn is_inside_raw_text(text: &[u8]) -> bool {
    let mut walk = Walk::default();
    for &byte in text {
        walk.step(byte);
    }
    walk.quote == Some(b'`')
}

/// Characters of a constant, with its quotes.
const LONGEST_CONSTANT: u32 = 72;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_inside_quotes_and_brackets_do_not_count() {
        assert_eq!(find("{storage for k + \" = \" + v} = &x", " = "), Some(27));
        assert_eq!(find("\"a = \\\" = b\" = c", " = "), Some(12));
        assert_eq!(find("`a\" = ` = c", " = "), Some(7));
        assert_eq!(find("f(a = b)", " = "), None);
        let cut = format!("\"{}... = x", "c".repeat(68));
        assert_eq!(find(&cut, " = "), Some(72));
    }

    #[test]
    fn raw_text() {
        assert!(is_inside_raw_text(b"f(`a\n"));
        assert!(!is_inside_raw_text(b"f('`', \"`\")"));
    }
}
