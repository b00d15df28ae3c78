//! One scrape in the Prometheus text format.
//!
//! ```text
//! # HELP name text            # TYPE name counter|gauge|histogram|summary|untyped
//! name{label="value",…} value [timestamp_ms]
//! {"name with any character",label="value"} value      (Prometheus 3)
//! ```
//!
//! The reader is lenient: what one line says wrong costs that line, and it is told where. Nothing is dropped silently.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::error::Diagnostic;

/// One scrape, borrowed from its text.
#[derive(Debug, Clone, Default)]
pub struct Exposition<'a> {
    samples: Vec<Sample<'a>>,
    types: Vec<(&'a str, MetricType)>,
    diagnostics: Vec<Diagnostic>,
    lines: u64,
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<'a> {
    /// The metric and its labels as they stand in the text: the same series has the same bytes in every scrape of one
    /// exporter.
    pub(crate) identity: &'a str,
    /// The metric's name.
    pub name: Cow<'a, str>,
    /// The value.
    pub value: f64,
    /// Milliseconds since the Unix epoch, where the exporter gave one.
    pub timestamp_ms: Option<i64>,
    labels: &'a str,
}

/// The type a scrape declares for a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MetricType {
    /// Only grows, or restarts from zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by bucket.
    Histogram,
    /// Quantiles.
    Summary,
    /// Nothing is said.
    #[default]
    Untyped,
}

impl<'a> Exposition<'a> {
    /// Reads one scrape. Lines that cannot be read become [`diagnostics`](Self::diagnostics).
    #[must_use]
    pub fn decode(text: &'a [u8]) -> Self {
        let mut exposition = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (line, next) = match memchr(b'\n', rest) {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &[][..]),
            };
            rest = next;
            exposition.lines += 1;
            if let Err((column, problem)) = exposition.line(line) {
                let column = u32::try_from(column + 1).unwrap_or(u32::MAX);
                exposition.diagnostics.push(Diagnostic { line: exposition.lines, column, problem });
            }
        }
        exposition
    }

    /// The samples, in the order of the text.
    #[must_use]
    pub fn samples(&self) -> &[Sample<'a>] {
        &self.samples
    }

    /// The declared types: metric family and type.
    #[must_use]
    pub fn types(&self) -> &[(&'a str, MetricType)] {
        &self.types
    }

    /// The lines that could not be read.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many lines there were.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    fn line(&mut self, line: &'a [u8]) -> Result<(), Flaw> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let start = skip_blanks(line, 0);
        match line.get(start) {
            None => Ok(()),
            Some(b'#') => self.comment(&line[start + 1..]),
            Some(_) => {
                let text = std::str::from_utf8(line).map_err(|err| (err.valid_up_to(), "not UTF-8"))?;
                self.samples.push(sample(text, start)?);
                Ok(())
            }
        }
    }

    /// `# TYPE` lines are kept, all other comments are free text.
    fn comment(&mut self, comment: &'a [u8]) -> Result<(), Flaw> {
        let Ok(text) = std::str::from_utf8(comment) else { return Ok(()) };
        let mut words = text.split_ascii_whitespace();
        if words.next() != Some("TYPE") {
            return Ok(());
        }
        let (Some(name), Some(kind)) = (words.next(), words.next()) else {
            return Err((0, "TYPE without a metric and a type"));
        };
        let kind = match kind {
            "counter" => MetricType::Counter,
            "gauge" => MetricType::Gauge,
            "histogram" => MetricType::Histogram,
            "summary" => MetricType::Summary,
            "untyped" | "unknown" => MetricType::Untyped,
            _ => return Err((0, "TYPE with an unknown type")),
        };
        self.types.push((name, kind));
        Ok(())
    }
}

impl<'a> Sample<'a> {
    /// The labels, in the order of the text, unescaped.
    pub fn labels(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + use<'a> {
        let text = self.labels;
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Ok(Some((pair, next))) = label(text, at) {
                at = next;
                // A quoted name without a value is the metric's own name.
                if let Some(value) = pair.value {
                    return Some((pair.name, value));
                }
            }
            None
        })
    }
}

/// Where in a line something is wrong, and what.
type Flaw = (usize, &'static str);

struct Label<'a> {
    name: Cow<'a, str>,
    value: Option<Cow<'a, str>>,
}

fn sample(line: &str, start: usize) -> Result<Sample<'_>, Flaw> {
    let bytes = line.as_bytes();
    let name_end = start + bytes[start..].iter().take_while(|byte| is_name_byte(**byte)).count();
    let mut name = Cow::Borrowed(&line[start..name_end]);
    let mut at = skip_blanks(bytes, name_end);
    let mut labels = "";
    if bytes.get(at) == Some(&b'{') {
        let inside = at + 1;
        let mut cursor = inside;
        while let Some((pair, next)) = label(line, cursor)? {
            if pair.value.is_none() {
                name = pair.name;
            }
            cursor = next;
        }
        labels = &line[inside..cursor];
        at = skip_blanks(bytes, cursor);
        if bytes.get(at) != Some(&b'}') {
            return Err((at, "expected , or } after a label"));
        }
        at += 1;
    }
    if name.is_empty() {
        return Err((start, "expected a metric name"));
    }
    let identity = &line[start..at];
    let value_start = skip_blanks(bytes, at);
    let (value_text, value_end) = word(line, value_start);
    let value = value_text.parse::<f64>().map_err(|_| (value_start, "expected a number"))?;
    let time_start = skip_blanks(bytes, value_end);
    let (time_text, time_end) = word(line, time_start);
    let timestamp_ms = match time_text {
        "" => None,
        text => Some(text.parse::<i64>().map_err(|_| (time_start, "expected a timestamp in whole milliseconds"))?),
    };
    if skip_blanks(bytes, time_end) != bytes.len() {
        return Err((time_end, "unexpected text after the sample"));
    }
    Ok(Sample { identity, name, value, timestamp_ms, labels })
}

/// The label at `at`, and where the next one starts; `None` at the closing brace or the end.
fn label(line: &str, at: usize) -> Result<Option<(Label<'_>, usize)>, Flaw> {
    let bytes = line.as_bytes();
    let at = skip_blanks(bytes, at);
    let (name, after_name) = match bytes.get(at) {
        None | Some(b'}') => return Ok(None),
        Some(b'"') => quoted(line, at)?,
        Some(_) => {
            let end = at + bytes[at..].iter().take_while(|byte| is_name_byte(**byte)).count();
            if end == at {
                return Err((at, "expected a label name"));
            }
            (Cow::Borrowed(&line[at..end]), end)
        }
    };
    let mut cursor = skip_blanks(bytes, after_name);
    let mut value = None;
    if bytes.get(cursor) == Some(&b'=') {
        cursor = skip_blanks(bytes, cursor + 1);
        if bytes.get(cursor) != Some(&b'"') {
            return Err((cursor, "expected a quoted label value"));
        }
        let (text, end) = quoted(line, cursor)?;
        value = Some(text);
        cursor = skip_blanks(bytes, end);
    } else if bytes.get(at) != Some(&b'"') {
        return Err((cursor, "expected = after a label name"));
    }
    match bytes.get(cursor) {
        Some(b',') => cursor += 1,
        Some(b'}') | None => {}
        Some(_) => return Err((cursor, "expected , or } after a label")),
    }
    Ok(Some((Label { name, value }, cursor)))
}

/// The quoted text that opens at `at`, unescaped, and where it ends.
fn quoted(line: &str, at: usize) -> Result<(Cow<'_, str>, usize), Flaw> {
    let bytes = line.as_bytes();
    let start = at + 1;
    let mut cursor = start;
    let mut escaped = false;
    loop {
        match memchr2(b'"', b'\\', &bytes[cursor..]) {
            None => return Err((at, "quote is not closed")),
            Some(offset) if bytes[cursor + offset] == b'"' => {
                let end = cursor + offset;
                let raw = &line[start..end];
                let text = if escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) };
                return Ok((text, end + 1));
            }
            Some(offset) => {
                escaped = true;
                cursor += offset + 2;
                if cursor > bytes.len() {
                    return Err((at, "quote is not closed"));
                }
            }
        }
    }
}

/// `\\`, `\"` and `\n`; any other escape stands for itself, as the reference reader has it.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(ch) = chars.next() {
        if ch != '\\' {
            text.push(ch);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some(quoted @ ('\\' | '"')) => text.push(quoted),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

fn word(line: &str, start: usize) -> (&str, usize) {
    let rest = &line.as_bytes()[start..];
    let end = start + memchr2(b' ', b'\t', rest).unwrap_or(rest.len());
    (&line[start..end], end)
}

fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    from + bytes.get(from..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Sample<'_> {
        let exposition = Exposition::decode(text.as_bytes());
        assert_eq!(exposition.diagnostics(), [], "{text}");
        exposition.samples()[0].clone()
    }

    fn flaw(text: &[u8]) -> (u32, &'static str) {
        let exposition = Exposition::decode(text);
        assert_eq!(exposition.samples(), [], "{text:?}");
        let diagnostic = &exposition.diagnostics()[0];
        (diagnostic.column, diagnostic.problem)
    }

    #[test]
    fn names_labels_values_and_times() {
        let sample = one("http_requests{code=\"200\", path=\"a\\\"b,}\",} 1.5e+3 -12\n");
        assert_eq!((sample.name.as_ref(), sample.value, sample.timestamp_ms), ("http_requests", 1500.0, Some(-12)));
        let labels: Vec<_> = sample.labels().collect();
        assert_eq!(labels, [("code".into(), "200".into()), ("path".into(), "a\"b,}".into())]);
        assert!(one("a +Inf").value.is_infinite());
        assert!(one("a NaN").value.is_nan());
        assert_eq!(one("  a\t1\r").value, 1.0);
        assert_eq!(one("{\"go.goroutine.count\",job=\"x\"} 3").name, "go.goroutine.count");
    }

    #[test]
    fn a_bad_line_costs_only_itself_and_says_where() {
        assert_eq!(flaw(b"a{b=\"c} 1\n"), (5, "quote is not closed"));
        assert_eq!(flaw(b"a{b=\"c\\"), (5, "quote is not closed"));
        assert_eq!(flaw(b"a{b} 1\n"), (4, "expected = after a label name"));
        assert_eq!(flaw(b"a{b=\"c\";} 1\n"), (8, "expected , or } after a label"));
        assert_eq!(flaw(b"a one\n"), (3, "expected a number"));
        assert_eq!(flaw(b"a 1 2 3\n"), (6, "unexpected text after the sample"));
        assert_eq!(flaw(b"a 1 2.5\n"), (5, "expected a timestamp in whole milliseconds"));
        assert_eq!(flaw(b"{a=\"b\"} 1\n"), (1, "expected a metric name"));
        assert_eq!(flaw(b"a\xff 1\n"), (2, "not UTF-8"));
        let text = b"a 1\nb\nc 3\n# TYPE c bogus\n";
        let exposition = Exposition::decode(text);
        assert_eq!(exposition.samples().len(), 2);
        let lines: Vec<u64> = exposition.diagnostics().iter().map(|diagnostic| diagnostic.line).collect();
        assert_eq!(lines, [2, 4]);
        assert_eq!(exposition.lines(), 4);
    }

    #[test]
    fn types_are_kept() {
        let exposition = Exposition::decode(b"# HELP a text\n# TYPE a counter\na 1\n");
        assert_eq!(exposition.types(), [("a", MetricType::Counter)]);
    }
}
