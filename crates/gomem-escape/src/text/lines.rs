//! The physical lines of a log, and which of them belong together.

use std::{borrow::Cow, io::Read};

use gomem_transport::{Utf8Reader, prefix_len, without_escapes};
use memchr::memchr;
use serde::Deserialize;

use crate::{
    error::{Error, ErrorKind, Limits},
    text::{position::Position, syntax::is_inside_raw_text},
};

/// One line, without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Its number, from 1. All lines of an event of `go build -json` have the event's.
    pub(crate) number: u64,
    /// How many physical lines it has: several, when a constant holds line breaks.
    pub(crate) lines: u64,
    pub(crate) bytes: &'a [u8],
}

/// Hands every line of `log` to `take`; those inside the events of `go build -json` and `go test -json` one by one.
/// Holds one line at a time, however long the log is.
pub(crate) fn for_each_line(
    log: impl Read,
    limits: &Limits,
    mut take: impl FnMut(Line<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut buffer = Buffer::new(Utf8Reader::new(log), limits);
    let mut number = 1;
    while let Some((end, lines)) = buffer.line(number)? {
        let bytes = without_return(buffer.pending().get(..end).unwrap_or_default());
        let bytes = &*without_escapes(bytes);
        match output_of_event(bytes) {
            Some(output) => {
                for (bytes, lines) in split(output.as_bytes()) {
                    take(Line { number, lines, bytes: &without_escapes(bytes) })?;
                }
            }
            None => take(Line { number, lines, bytes })?,
        }
        number += lines;
        buffer.consume(end + 1);
    }
    Ok(())
}

/// The lines of a text, each with how many physical lines it has.
pub(crate) fn split(text: &[u8]) -> impl Iterator<Item = (&[u8], u64)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = memchr(b'\n', rest).unwrap_or(rest.len());
        let mut lines = 1;
        if opens_raw_text(&rest[..end]) {
            (end, lines) = end_of_raw_text(rest, end).unwrap_or((end, 1));
        }
        let line = without_return(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or_default();
        Some((line, lines))
    })
}

/// A window over the log that moves forward.
struct Buffer<R> {
    log: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    is_at_end: bool,
    read: u64,
    limits: Limits,
}

impl<R: Read> Buffer<R> {
    fn new(log: R, limits: &Limits) -> Self {
        Self { log, bytes: Vec::new(), start: 0, end: 0, is_at_end: false, read: 0, limits: *limits }
    }

    /// What is read and not consumed.
    fn pending(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Where the line at the beginning ends, and how many physical lines it has; `None` at the end of the log.
    fn line(&mut self, number: u64) -> Result<Option<(usize, u64)>, Error> {
        let Some(end) = self.line_end(0, number)? else {
            return Ok((!self.pending().is_empty()).then(|| (self.pending().len(), 1)));
        };
        if !opens_raw_text(&self.pending()[..end]) {
            return Ok(Some((end, 1)));
        }
        // The text must be in the buffer to see where it closes.
        let mut last = end;
        for _ in 1..LONGEST_RAW_TEXT {
            match self.line_end(last + 1, number)? {
                Some(next) => last = next,
                None => break,
            }
        }
        Ok(Some(end_of_raw_text(self.pending(), end).unwrap_or((end, 1))))
    }

    /// Where the line that begins at `from` ends.
    fn line_end(&mut self, from: usize, number: u64) -> Result<Option<usize>, Error> {
        let mut searched = from;
        loop {
            if let Some(at) = self.pending().get(searched..).and_then(|rest| memchr(b'\n', rest)) {
                return Ok(Some(searched + at));
            }
            searched = self.pending().len();
            if searched > self.limits.line_bytes {
                let kind = ErrorKind::Limit { what: "bytes in one line", limit: self.limits.line_bytes as u64 };
                return Err(Error::new(kind, Some(number)));
            }
            if !self.fill(number)? {
                return Ok(None);
            }
        }
    }

    /// Reads on; false at the end of the log.
    fn fill(&mut self, number: u64) -> Result<bool, Error> {
        if self.is_at_end {
            return Ok(false);
        }
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.bytes.len() - self.end < CHUNK_BYTES {
            // Long lines are rare; then the buffer doubles.
            self.bytes.resize((self.end * 2).max(2 * CHUNK_BYTES), 0);
        }
        loop {
            match self.log.read(self.bytes.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => self.is_at_end = true,
                Ok(read) => {
                    self.end += read;
                    self.read += read as u64;
                }
                Err(problem) if problem.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(problem) => return Err(Error::new(ErrorKind::Read { problem: problem.to_string() }, Some(number))),
            }
            if self.read > self.limits.log_bytes {
                let kind = ErrorKind::Limit { what: "bytes", limit: self.limits.log_bytes };
                return Err(Error::new(kind, Some(number)));
            }
            return Ok(!self.is_at_end);
        }
    }
}

/// The text in an event of `go build -json` or `go test -json`, empty for an event without one; `None` for other lines.
fn output_of_event(line: &[u8]) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Event<'a> {
        #[serde(borrow, rename = "Action")]
        _action: Cow<'a, str>,
        #[serde(borrow, default)]
        output: Cow<'a, str>,
    }
    let line = line.get(prefix_before_json(line)..)?;
    if line.first() != Some(&b'{') {
        return None;
    }
    // An event without text is a line all the same.
    match serde_json::from_slice::<Event<'_>>(line) {
        Ok(event) if event.output.is_empty() => Some(Cow::Borrowed("\n")),
        Ok(event) => Some(event.output),
        // What a log shipper made of a line; the compiler's own JSON has a message as well.
        Err(_) if line.starts_with(b"{\"range\"") || line.starts_with(b"{\"version\"") => None,
        Err(_) => gomem_transport::message(line).map(|message| Cow::Owned(message.text)),
    }
}

/// Where JSON begins in a line that ends with it: a node of Kubernetes puts a time and more before each line.
fn prefix_before_json(line: &[u8]) -> usize {
    if line.last() == Some(&b'}') && line.first() != Some(&b'{') { prefix_len(line) } else { 0 }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a diagnostic ends inside a back-quoted text.
fn opens_raw_text(line: &[u8]) -> bool {
    memchr(b'`', line).is_some()
        && is_inside_raw_text(line)
        && std::str::from_utf8(line).is_ok_and(|line| Position::split(line).is_some())
}

/// Where the diagnostic ends whose first line ends at `end`, and how many lines it has.
fn end_of_raw_text(text: &[u8], mut end: usize) -> Option<(usize, u64)> {
    for lines in 2..=LONGEST_RAW_TEXT {
        let next = text.get(end + 1..)?;
        end += 1 + memchr(b'\n', next).unwrap_or(next.len());
        if !is_inside_raw_text(&text[..end]) {
            return Some((end, lines));
        }
    }
    None
}

/// Lines that one diagnostic may have.
const LONGEST_RAW_TEXT: u64 = 100;

const CHUNK_BYTES: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, u64, String)> {
        let mut found = Vec::new();
        for_each_line(text, &Limits::default(), |line| {
            found.push((line.number, line.lines, String::from_utf8_lossy(line.bytes).into_owned()));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn line_ends_and_numbers() {
        assert_eq!(lines(b"a\r\n\nb"), [(1, 1, "a".into()), (2, 1, String::new()), (3, 1, "b".into())]);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn a_back_quoted_constant_joins_lines() {
        let text = b"a.go:1:2: `x\ny` escapes to heap\na.go:2:2: b does not escape\n";
        assert_eq!(
            lines(text),
            [(1, 2, "a.go:1:2: `x\ny` escapes to heap".into()), (3, 1, "a.go:2:2: b does not escape".into())]
        );
        // Never closed: each line is its own.
        assert_eq!(lines(b"a.go:1:2: `x\ny\n").len(), 2);
        // A quote within quotes is none.
        assert_eq!(lines(b"a.go:1:2: \"`\" escapes to heap\nx `\n").len(), 2);
    }

    #[test]
    fn events_hold_lines() {
        let text = b"{\"Action\":\"build-output\",\"Output\":\"# p\\na\\n\"}\n{\"Action\":\"build-fail\"}\nb\n";
        assert_eq!(lines(text), [(1, 1, "# p".into()), (1, 1, "a".into()), (2, 1, String::new()), (3, 1, "b".into())]);
    }

    #[test]
    fn what_shippers_did_is_undone() {
        let wide: Vec<u8> = "# p\r\na → b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(lines(&[b"\xff\xfe", wide.as_slice()].concat())[1].2, "a → b");
        assert_eq!(lines(b"\x1b[31ma\x1b[0m\r\n")[0].2, "a");
        assert_eq!(lines(b"{\"log\":\"a \\u0026b\\n\",\"stream\":\"stderr\"}\n")[0].2, "a &b");
        assert_eq!(lines(b"2026-01-02T03:04:05Z stderr F {\"message\":\"a\"}\n")[0].2, "a");
    }

    #[test]
    fn lines_longer_than_the_buffer_and_than_the_limit() {
        let long = vec![b'x'; 3 * CHUNK_BYTES];
        assert_eq!(lines(&[&long[..], b"\ny"].concat()).len(), 2);
        let limits = Limits { line_bytes: 10, ..Limits::default() };
        let err = for_each_line(&long[..], &limits, |_| Ok(())).unwrap_err();
        assert!(err.is_limit(), "{err}");
        let limits = Limits { log_bytes: 10, ..Limits::default() };
        assert!(for_each_line(&long[..], &limits, |_| Ok(())).unwrap_err().is_limit());
    }
}
