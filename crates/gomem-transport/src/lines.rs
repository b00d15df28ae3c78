//! A log, line by line, as the program wrote it.

use std::{borrow::Cow, collections::HashMap};

use gomem_table::checkpoint;

use crate::{
    escapes::without_escapes,
    prefix::Prefix,
    record::{self, Message},
};

/// A line as the program wrote it, without its end.
///
/// ```
/// let line = gomem_transport::lines(b"\x1b[1mgc 1\x1b[0m\n").next().expect("a line");
/// assert_eq!((line.number, &*line.text), (1, &b"gc 1"[..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line of the log, from 1; in a document of JSON, the message.
    pub number: u64,
    /// Who wrote it, as far as the log says.
    pub origin: Cow<'a, str>,
    /// The text.
    pub text: Cow<'a, [u8]>,
}

/// The lines of a log in UTF-8 (see [`utf8`](crate::utf8)). Lines that a container runtime cut into parts are one.
///
/// ```
/// let texts: Vec<_> = gomem_transport::lines(b"gc 1\r\ngc 2\n").map(|line| line.text.into_owned()).collect();
/// assert_eq!(texts, [b"gc 1", b"gc 2"]);
/// ```
pub fn lines(log: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = log;
    let mut number = 0;
    let mut parts = Parts::default();
    let mut ready: std::vec::IntoIter<Line<'_>> = document(log).unwrap_or_default().into_iter();
    if ready.len() > 0 {
        rest = &[];
    }
    std::iter::from_fn(move || {
        loop {
            checkpoint();
            if let Some(line) = ready.next() {
                return Some(line);
            }
            if rest.is_empty() {
                ready = parts.rest(number).into_iter();
                return ready.next();
            }
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            number += 1;
            ready = undone(line, number, &mut parts).into_iter();
        }
    })
}

/// The whole text as it was written. What nothing was done to is not copied.
///
/// ```
/// assert_eq!(&*gomem_transport::written(b"2026-01-02T03:04:05.6Z stderr F gc 1\n"), b"gc 1\n");
/// ```
#[must_use]
pub fn written(log: &[u8]) -> Cow<'_, [u8]> {
    let mut text: Option<Vec<u8>> = None;
    let mut same_to = 0;
    for line in lines(log) {
        match (&mut text, place_in(log, &line)) {
            (None, Some(end)) => same_to = end,
            (text, _) => {
                let text = text.get_or_insert_with(|| log[..same_to].to_vec());
                text.extend_from_slice(&line.text);
                text.push(b'\n');
            }
        }
    }
    text.map_or(Cow::Borrowed(log), Cow::Owned)
}

/// Where the next line begins, if this one is what stands between two line ends.
fn place_in(log: &[u8], line: &Line<'_>) -> Option<usize> {
    let Cow::Borrowed(text) = line.text else { return None };
    let begin = (text.as_ptr() as usize).checked_sub(log.as_ptr() as usize)?;
    let end = begin + text.len();
    let is_begin = begin == 0 || log.get(begin - 1) == Some(&b'\n');
    let is_end = log.get(end).is_none_or(|byte| *byte == b'\n');
    (is_begin && is_end).then_some(log.len().min(end + 1))
}

/// A file that is one document of JSON with messages in it.
fn document(log: &[u8]) -> Option<Vec<Line<'_>>> {
    let text = log.trim_ascii();
    let is_document = match text {
        [b'[', .., b']'] => true,
        [b'{', .., b'}'] => {
            let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
            // Records have a line each, and there is more than one; or the answer of a server is one line.
            !first.ends_with(b"}") || first.len() == text.len()
        }
        _ => false,
    };
    if !is_document || text.len() > LARGEST_DOCUMENT {
        return None;
    }
    let messages = record::messages(text)?;
    Some((1..).zip(messages).flat_map(|(number, message)| of_message(message, number)).collect())
}

/// The lines of a message; what is done to a line can be done within a message too.
fn of_message<'a>(message: Message, number: u64) -> Vec<Line<'a>> {
    let Message { text, origin } = message;
    let line = |text: &str| {
        let text = without_escapes(text.as_bytes()).into_owned();
        let prefix = Prefix::parse(&text).len;
        Line { number, origin: Cow::Owned(origin.clone()), text: Cow::Owned(text[prefix..].to_vec()) }
    };
    text.lines().map(line).collect()
}

/// What a line of the log gives: nothing while a part of it is missing, several for a record that holds several.
fn undone<'a>(line: &'a [u8], number: u64, parts: &mut Parts) -> Vec<Line<'a>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match without_escapes(line) {
        Cow::Borrowed(line) => plain(line, number, parts),
        Cow::Owned(line) => plain(&line, number, parts).into_iter().map(Line::into_owned).collect(),
    }
}

fn plain<'a>(line: &'a [u8], number: u64, parts: &mut Parts) -> Vec<Line<'a>> {
    let prefix = Prefix::parse(line);
    let text = &line[prefix.len..];
    if let Some(message) = record::message(text) {
        // Docker cuts lines of more than 16 KiB: a part has no line end.
        let is_docker = text.starts_with(b"{\"log\":") && memchr::memmem::find(text, b"\"stream\":").is_some();
        let is_part = is_docker && !message.text.ends_with('\n');
        if is_part || parts.holds(&message.origin) {
            let Some(whole) = parts.add(&message.origin, message.text.as_bytes(), is_part) else { return Vec::new() };
            let text = String::from_utf8_lossy(&whole).into_owned();
            return of_message(Message { text, ..message }, number);
        }
        return of_message(message, number);
    }
    let origin = String::from_utf8_lossy(prefix.origin);
    if prefix.goes_on || parts.holds(&origin) && !prefix.continues {
        return match parts.add(&origin, text, prefix.goes_on) {
            Some(text) => vec![Line { number, origin, text: Cow::Owned(text) }],
            None => Vec::new(),
        };
    }
    let text = match unescaped(text) {
        Some(text) => Cow::Owned(text),
        None => Cow::Borrowed(text),
    };
    vec![Line { number, origin, text }]
}

/// The line of a document that was cut, or is no document: `<`, `>` and `&` as JSON for web pages writes them.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    // Most lines have no backslash at all.
    memchr::memchr(b'\\', text)?;
    memchr::memmem::find(text, b"\\u00")?;
    let mut letters = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"\\u00") {
        letters.extend_from_slice(&rest[..at]);
        let (letter, len) = match rest.get(at + 4..at + 6) {
            Some(b"3e") => (&b">"[..], 6),
            Some(b"3c") => (&b"<"[..], 6),
            Some(b"26") => (&b"&"[..], 6),
            _ => (&b"\\u00"[..], 4),
        };
        letters.extend_from_slice(letter);
        rest = &rest[at + len..];
    }
    letters.extend_from_slice(rest);
    Some(letters)
}

impl Line<'_> {
    fn into_owned<'b>(self) -> Line<'b> {
        Line {
            number: self.number,
            origin: Cow::Owned(self.origin.into_owned()),
            text: Cow::Owned(self.text.into_owned()),
        }
    }
}

/// Lines of which the end is missing, by their origin.
#[derive(Debug, Default)]
struct Parts {
    open: HashMap<String, Vec<u8>>,
}

impl Parts {
    fn holds(&self, origin: &str) -> bool {
        !self.open.is_empty() && self.open.contains_key(origin)
    }

    /// The whole line, when this was its last part.
    fn add(&mut self, origin: &str, part: &[u8], goes_on: bool) -> Option<Vec<u8>> {
        let mut whole = self.open.remove(origin).unwrap_or_default();
        whole.extend_from_slice(part);
        if goes_on && whole.len() < LONGEST_LINE {
            self.open.insert(origin.to_owned(), whole);
            return None;
        }
        Some(whole)
    }

    /// At the end of the log, what has no end.
    fn rest<'a>(&mut self, number: u64) -> Vec<Line<'a>> {
        let mut open: Vec<(String, Vec<u8>)> = self.open.drain().collect();
        open.sort();
        let line = |(origin, text)| Line { number, origin: Cow::Owned(origin), text: Cow::Owned(text) };
        open.into_iter().map(line).collect()
    }
}

/// Larger documents are read line by line.
const LARGEST_DOCUMENT: usize = 256 << 20;
const LONGEST_LINE: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(log: &str) -> Vec<(u64, String, String)> {
        let owned =
            |line: Line<'_>| (line.number, line.origin.into_owned(), String::from_utf8_lossy(&line.text).into_owned());
        lines(log.as_bytes()).map(owned).collect()
    }

    #[test]
    fn every_way_is_undone() {
        for log in [
            "x y\n",
            "x y\r\n",
            "\x1b[1mx\x1b[0m y",
            "2026-01-02T03:04:05Z x y\n",
            "2026-01-02T03:04:05Z stderr P x\n2026-01-02T03:04:05Z stderr F  y\n",
            "{\"log\":\"x \",\"stream\":\"a\"}\n{\"log\":\"y\\n\",\"stream\":\"a\"}\n",
            "2026-01-02T03:04:05Z stderr F {\"msg\":\"\\u001b[1mx\\u001b[0m y\"}\n",
            "[\n{\"textPayload\": \"x y\"}\n]\n",
            "{\"events\": [\n {\"message\": \"x y\"}]}",
        ] {
            let found: Vec<String> = texts(log).into_iter().map(|line| line.2).collect();
            assert_eq!(found, ["x y"], "{log:?}");
        }
        assert_eq!(texts("a  | x\nb  | y"), [(1, "a".into(), "x".into()), (2, "b".into(), "y".into())]);
        assert_eq!(texts("{\"msg\":\"x\\ny\"}\nz")[1], (1, String::new(), "y".into()));
        assert_eq!(texts(" \"a\": \"3-\\u003e5 \\u0041\","), [(1, String::new(), " \"a\": \"3->5 \\u0041\",".into())]);
        assert_eq!(texts(""), []);
    }

    #[test]
    fn what_was_not_changed_is_not_copied() {
        assert!(matches!(written(b"a\nb\n"), Cow::Borrowed(_)));
        assert_eq!(&*written(b"x-1 | a\nx-1 | b\n"), b"a\nb\n");
        assert_eq!(&*written(b"a\r\nb"), b"a\nb\n");
    }
}
