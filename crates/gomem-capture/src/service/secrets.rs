//! What was sent in confidence, found again in what comes back.
//!
//! A service may repeat what it was sent, and seldom byte by byte: a URL is percent-encoded, a label is escaped, basic
//! authentication is base64. So a secret is looked for as it is, in base64 (wherever it begins within more text) and
//! in hexadecimal; and any character of these may be written literally, percent-encoded or escaped as JSON and HTML do.

use std::{cmp::Reverse, fmt, io::Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::bufread::MultiGzDecoder;

/// Values that are written nowhere.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    /// The longest first, since one may be a part of another.
    forms: Vec<String>,
}

impl Secrets {
    /// Adds a value; a shorter one than [`SHORTEST`] is found in any text by chance, and is not looked for.
    pub(crate) fn insert(&mut self, value: &str) {
        // base64 may be repeated without its padding.
        let value = value.trim_end_matches('=');
        if value.len() < SHORTEST {
            return;
        }
        let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.forms.extend([value.to_owned(), hex.to_uppercase(), hex]);
        for before in 0..3 {
            let inner = base64_within(value, before);
            self.forms.extend([inner.replace('+', "-").replace('/', "_"), inner]);
        }
        self.order();
    }

    /// Adds a header's value: whole, and the parts that may be secret alone.
    pub(crate) fn insert_header(&mut self, value: &str) {
        self.insert(value);
        let mut parts = value.split([' ', ';', ',']).filter(|part| !part.is_empty()).peekable();
        // `Bearer` and `Basic` are no secrets.
        if value.contains(' ') && parts.peek().is_some_and(|scheme| !scheme.contains('=')) {
            parts.next();
        }
        for part in parts {
            // `name=value` of a cookie, not the end of base64.
            let named =
                part.split_once('=').map(|(_, value)| value).filter(|value| !value.trim_matches('=').is_empty());
            self.insert(named.unwrap_or(part).trim_matches('"'));
        }
        // The password of basic authentication.
        let decoded = value.strip_prefix("Basic ").and_then(|encoded| STANDARD.decode(encoded.trim()).ok());
        if let Some((_, password)) = decoded.as_ref().and_then(|pair| str::from_utf8(pair).ok()?.split_once(':')) {
            self.insert(password);
        }
    }

    /// Adds all of another.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.forms.extend_from_slice(&other.forms);
        self.order();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// How many bytes one may take, as it is written.
    pub(crate) fn longest(&self) -> usize {
        self.forms.first().map_or(0, |form| form.len().saturating_mul(LONGEST_ESCAPE))
    }

    /// Puts `***` in the place of each, and counts them.
    pub(crate) fn blank(&self, text: &[u8]) -> Option<(Vec<u8>, usize)> {
        let (mut blanked, mut kept, mut count) = (Vec::new(), 0, 0);
        let mut at = 0;
        while let Some((start, end)) = self.find(text, at) {
            blanked.extend_from_slice(text.get(kept..start)?);
            blanked.extend_from_slice(BLANK);
            (kept, at, count) = (end, end, count + 1);
        }
        blanked.extend_from_slice(text.get(kept..)?);
        (count > 0).then_some((blanked, count))
    }

    /// A message without them.
    pub(crate) fn scrub(&self, message: &str) -> String {
        match self.blank(message.as_bytes()) {
            Some((blanked, _)) => String::from_utf8_lossy(&blanked).into_owned(),
            None => message.to_owned(),
        }
    }

    /// Is one in these bytes?
    pub(crate) fn are_in(&self, bytes: &[u8]) -> bool {
        self.find(bytes, 0).is_some()
    }

    /// Is one in what a gzip stream inflates to? `None` when it is more than is looked through. What follows a broken
    /// place inflates for nobody.
    pub(crate) fn are_inside(&self, gzip: &[u8]) -> Option<bool> {
        let mut stream = MultiGzDecoder::new(gzip).take(MOST_INFLATED);
        let mut chunk = vec![0; CHUNK];
        let (mut window, mut total) = (Vec::new(), 0);
        while let Ok(size @ 1..) = stream.read(&mut chunk) {
            total += size as u64;
            window.extend_from_slice(chunk.get(..size)?);
            if self.are_in(&window) {
                return Some(true);
            }
            // One may begin in this chunk and end in the next.
            let seen = window.len().saturating_sub(self.longest());
            window.drain(..seen);
        }
        (total < MOST_INFLATED).then_some(false)
    }

    fn order(&mut self) {
        self.forms.sort_by(|one, other| (Reverse(one.len()), one).cmp(&(Reverse(other.len()), other)));
        self.forms.dedup();
    }

    /// Where the first begins and ends, the longest of those that begin there.
    fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut begins = [false; 256];
        for byte in b"%\\&".iter().chain(self.forms.iter().filter_map(|form| form.as_bytes().first())) {
            if let Some(begin) = begins.get_mut(usize::from(*byte)) {
                *begin = !self.forms.is_empty();
            }
        }
        // A space is `+` in a form.
        begins[usize::from(b'+')] |= begins[usize::from(b' ')];
        let begins = |byte: u8| begins.get(usize::from(byte)).is_some_and(|begin| *begin);
        (from..text.len()).filter(|start| text.get(*start).is_some_and(|byte| begins(*byte))).find_map(|start| {
            let rest = text.get(start..)?;
            let length = self.forms.iter().find_map(|form| length_of(form, rest))?;
            Some((start, start + length))
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// The characters that base64 has for a text alone, when so many bytes stand before it in their group of three.
fn base64_within(value: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(value.as_bytes());
    let encoded = STANDARD.encode(&bytes);
    let inner = encoded.trim_end_matches('=');
    // Those at both ends hold bits of the neighbours too.
    let end = inner.len() - usize::from(!bytes.len().is_multiple_of(3));
    inner.get([0, 2, 3].get(before).copied().unwrap_or(0)..end).unwrap_or_default().to_owned()
}

/// How many bytes of the text write this, when it begins so.
fn length_of(form: &str, text: &[u8]) -> Option<usize> {
    form.chars().try_fold(0, |at, char| Some(at + length_of_char(char, text.get(at..)?)?))
}

fn length_of_char(char: char, text: &[u8]) -> Option<usize> {
    let mut buffer = [0; 4];
    let literal = char.encode_utf8(&mut buffer).as_bytes();
    let is_char = |number: Option<u32>| number == Some(u32::from(char));
    let escaped = match text {
        [b'%', ..] => literal.iter().try_fold(0, |at, byte| {
            let digits = text.get(at..)?.strip_prefix(b"%")?.get(..2)?;
            (number(digits, 16)? == u32::from(*byte)).then_some(at + 3)
        }),
        [b'\\', b'u', rest @ ..] => is_char(rest.get(..4).and_then(|digits| number(digits, 16))).then_some(6),
        [b'\\', b'x', rest @ ..] => is_char(rest.get(..2).and_then(|digits| number(digits, 16))).then_some(4),
        [b'\\', b't', ..] if char == '\t' => Some(2),
        [b'\\', second @ (b'"' | b'\\' | b'/' | b'\''), ..] if char == char::from(*second) => Some(2),
        [b'&', rest @ ..] => {
            let end = rest.iter().take(LONGEST_ENTITY).position(|byte| *byte == b';');
            end.filter(|end| is_char(rest.get(..*end).and_then(entity))).map(|end| end + 2)
        }
        [b'+', ..] if char == ' ' => Some(1),
        _ => None,
    };
    escaped.or_else(|| text.starts_with(literal).then_some(literal.len()))
}

/// A character by its name in HTML.
fn entity(name: &[u8]) -> Option<u32> {
    match name {
        b"amp" => Some('&'.into()),
        b"lt" => Some('<'.into()),
        b"gt" => Some('>'.into()),
        b"quot" => Some('"'.into()),
        b"apos" => Some('\''.into()),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    u32::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()
}

/// Shorter values are found in any text by chance.
pub(crate) const SHORTEST: usize = 6;
const BLANK: &[u8] = b"***";
/// `\u0041`, for a byte.
const LONGEST_ESCAPE: usize = 6;
/// `#x10ffff`, and a few zeros.
const LONGEST_ENTITY: usize = 9;
/// A profile inflates to a few MiB, of a large service to a few hundred.
const MOST_INFLATED: u64 = 1 << 30;
const CHUNK: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn secrets(value: &str) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.insert(value);
        secrets
    }

    #[test]
    fn a_value_is_found_however_it_is_written() {
        let secrets = secrets("a/b \"<c>&é+9");
        for written in [
            r#"a/b "<c>&é+9"#,
            "a%2Fb%20%22%3Cc%3E%26%C3%A9%2B9",
            "a%2fb+%22%3cc%3e&%c3%a9%2b9",
            r#"a\/b \"<c>&é+9"#,
            r#"a/b \"\u003cc\u003e\u0026\u00e9+9"#,
            "a/b &quot;&lt;c&gt;&amp;&#233;&#43;9",
            "%61%2F%62%20%22%3C%63%3E%26%C3%A9%2B%39",
        ] {
            assert_eq!(secrets.scrub(&format!("x {written} y")), "x *** y");
        }
        assert_eq!(secrets.scrub("a/b"), "a/b");
    }

    #[test]
    fn base64_is_found_wherever_it_begins() {
        let secrets = secrets("hunter2222");
        for before in ["", "a", "ab", "user:"] {
            for after in ["", "!", "!!"] {
                let encoded = STANDARD.encode(format!("{before}hunter2222{after}"));
                assert!(secrets.are_in(encoded.as_bytes()), "{before} {after}");
                assert!(secrets.are_in(encoded.replace('=', "%3D").as_bytes()), "{before} {after}");
            }
        }
        assert!(secrets.are_in(b"68756e74657232323232"));
    }

    #[test]
    fn parts_of_headers() {
        let mut secrets = Secrets::default();
        secrets.insert_header("Bearer hunter2222");
        secrets.insert_header("id=abcdefgh; session=ijklmnop");
        secrets.insert_header("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let text = "Bearer hunter2222, Bearer x, abcdefgh, session, ijklmnop, open sesame, QWxhZGRpbjpvcGVuIHNlc2FtZQ";
        assert_eq!(secrets.scrub(text), "***, Bearer x, ***, session, ***, ***, ***");
    }

    #[test]
    fn short_values_and_none_at_all_are_not_looked_for() {
        assert!(secrets("prod").is_empty());
        assert!(!Secrets::default().are_in(b"% & \\"));
    }

    #[test]
    fn a_value_across_chunks_of_a_stream_is_found() {
        let gzip = |text: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let secrets = secrets("hunter2222");
        for before in [0, CHUNK - 9, CHUNK - 5, CHUNK - 1, 3 * CHUNK - 4] {
            let text = [&vec![b'x'; before], b"hunter2222".as_slice()].concat();
            assert_eq!(secrets.are_inside(&gzip(&text)), Some(true), "{before}");
            assert_eq!(secrets.are_inside(&gzip(text.get(..before + 9).unwrap())), Some(false), "{before}");
        }
        // Two streams, one after the other, inflate to one text.
        let two = [gzip(b"hunter"), gzip(b"2222")].concat();
        assert_eq!(secrets.are_inside(&two), Some(true));
    }
}
