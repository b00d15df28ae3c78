//! Samples as nearly all of them are written, read without the whole grammar.

use std::borrow::Cow;

use memchr::memchr2;

use super::{
    sample::{Extra, Sample, name_end},
    short_number::short_number,
};

impl<'a> Sample<'a> {
    /// The sample of a line as nearly all of them are, without blanks at either end: a name, labels without escapes, one space,
    /// a number, and nothing else. `None` for any other, which [`decode`](Self::decode) reads.
    #[inline]
    pub(super) fn plain(line: &'a str) -> Option<Self> {
        let bytes = line.as_bytes();
        let name_end = name_end(bytes, 0);
        let (labels, identity_end) = match bytes.get(name_end)? {
            b' ' => ("", name_end),
            b'{' => {
                let end = plain_labels(bytes, name_end + 1)?;
                (&line[name_end + 1..end], end + 1)
            }
            _ => return None,
        };
        if name_end == 0 || bytes.get(identity_end) != Some(&b' ') {
            return None;
        }
        let text = &line[identity_end + 1..];
        let value = short_number(text.as_bytes()).or_else(|| text.parse().ok())?;
        let (identity, name) = (&line[..identity_end], Cow::Borrowed(&line[..name_end]));
        Some(Self { identity, name, value, timestamp_ms: None, extra: Extra::None, labels })
    }
}

/// Where the closing brace of a few labels is that have no escapes, no blanks around them, and no name twice.
#[inline]
fn plain_labels(bytes: &[u8], inside: usize) -> Option<usize> {
    let mut names: [&[u8]; FEW_PLAIN] = [&[]; FEW_PLAIN];
    let mut at = inside;
    for count in 0..FEW_PLAIN {
        let end = name_end(bytes, at);
        let name = &bytes[at..end];
        if bytes.get(end..end + 2) != Some(b"=\"") || name.is_empty() || name == b"__name__" {
            return None;
        }
        if names[..count].contains(&name) {
            return None;
        }
        names[count] = name;
        let quote = end + 2 + memchr2(b'"', b'\\', &bytes[end + 2..])?;
        match bytes.get(quote..quote + 2)? {
            b"\"}" => return Some(quote + 1),
            b"\"," => at = quote + 2,
            _ => return None,
        }
    }
    None
}

/// A line of more labels is no plain one.
const FEW_PLAIN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::exposition::sample::LENIENT;

    /// What is read by the short way is what the grammar makes of it.
    #[test]
    fn plain_samples_are_as_the_grammar_has_them() {
        let mut random = fastrand::Rng::with_seed(6);
        let parts = [
            "a",
            "go_goroutines",
            "b:c",
            "{",
            "}",
            "=",
            "\"",
            "\"",
            "l=\"x\"",
            "le=\"0.5\"",
            ",",
            " ",
            " ",
            "1",
            "2.5",
            "1e+06",
            "NaN",
            "+Inf",
            "-3",
            "\\",
            "#",
            "\t",
            "é",
            "__name__",
            "{l=\"x\",m=\"y\"} 1",
        ];
        let mut plain = 0;
        for _ in 0..300_000 {
            let line: String = (0..random.usize(1..7)).map(|_| parts[random.usize(..parts.len())]).collect();
            let Some(sample) = Sample::plain(&line) else { continue };
            let whole = Sample::decode(&line, 0, LENIENT).unwrap_or_else(|flaw| panic!("{line}: {flaw:?}"));
            assert_eq!(format!("{sample:?}"), format!("{whole:?}"), "{line}");
            plain += 1;
        }
        assert!(plain > 1_000, "{plain}");
    }
}
