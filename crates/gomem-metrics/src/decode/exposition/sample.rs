//! One sample: its line, by the grammar of either format.

use std::borrow::Cow;

use foldhash::HashSet;
use memchr::memchr2;

use super::dialect::Dialect;
use crate::error::TIMES_MS;

/// One sample.
///
/// ```
/// use gomem_metrics::Exposition;
///
/// let scrape = Exposition::decode(b"http_requests_total{code=\"200\"} 12 1700000000000\n");
/// let sample = &scrape.samples()[0];
/// assert_eq!((&*sample.name, sample.value), ("http_requests_total", 12.0));
/// assert_eq!(sample.timestamp_ms, Some(1_700_000_000_000));
/// assert!(sample.labels().eq([("code".into(), "200".into())]));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The metric and its labels as they stand in the text: the same series has the same bytes in every scrape of one
    /// exporter.
    pub(crate) identity: &'a str,
    /// The metric's name.
    pub name: Cow<'a, str>,
    /// The value; NaN where there is a native histogram in its place.
    pub value: f64,
    /// Milliseconds since the Unix epoch, where the exporter gave one.
    pub timestamp_ms: Option<i64>,
    /// What stands there besides.
    pub extra: Extra<'a>,
    pub(super) labels: &'a str,
}

/// What a sample may carry besides its value; kept as it stands.
///
/// ```
/// use gomem_metrics::{Dialect, Exposition, Extra};
///
/// let text = b"# TYPE a counter\na_total 5 # {trace_id=\"7\"} 1\n# EOF\n";
/// let scrape = Exposition::decode_as(text, Dialect::OpenMetrics);
/// assert!(matches!(scrape.samples()[0].extra, Extra::Exemplar(_)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Extra<'a> {
    /// Nothing.
    #[default]
    None,
    /// An exemplar: `{label="value"} value [timestamp]`.
    Exemplar(&'a str),
    /// A native histogram in place of the value: `{count:…,sum:…,…}`.
    Histogram(&'a str),
}

/// Where in a line something is wrong, and what.
pub(super) type Flaw = (usize, &'static str);

/// The rules that a line is read by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grammar {
    pub(super) dialect: Dialect,
    /// Only what the specification has.
    pub(super) strict: bool,
}

/// One label; a quoted name without a value is the metric's own name.
pub(super) struct Label<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Option<Cow<'a, str>>,
}

impl<'a> Sample<'a> {
    /// The labels, in the order of the text, unescaped.
    pub fn labels(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + use<'a> {
        let text = self.labels;
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Ok(Some((pair, next))) = LENIENT.label(text, at) {
                at = next;
                match pair.value {
                    Some(value) if pair.name != "__name__" => return Some((pair.name, value)),
                    _ => {}
                }
            }
            None
        })
    }

    /// The sample that begins at `start` of `line`.
    pub(super) fn decode(line: &'a str, start: usize, grammar: Grammar) -> Result<Self, Flaw> {
        let bytes = line.as_bytes();
        let name_end = name_end(bytes, start);
        let mut name = Cow::Borrowed(&line[start..name_end]);
        if grammar.strict {
            grammar.check_name(&name, start)?;
        }
        let mut at = grammar.skip_blanks_before(bytes, name_end, b'{');
        let mut labels = "";
        if bytes.get(at) == Some(&b'{') && !(grammar.is_exact() && at > name_end) {
            let inside = at + 1;
            let end = grammar.labels(line, inside, &mut name)?;
            labels = &line[inside..end];
            at = end + 1;
        }
        if name.is_empty() {
            return Err((start, "expected a metric name"));
        }
        let identity = line[start..at].trim_end();
        let value_start = grammar.skip_separator(bytes, at)?;
        if bytes.get(value_start) == Some(&b'{') {
            let (extra, end) = native_histogram(line, value_start)?;
            let (timestamp_ms, _) = grammar.timestamp_and_exemplar(line, end)?;
            return Ok(Self { identity, name, value: f64::NAN, timestamp_ms, extra, labels });
        }
        let (text, value_end) = word(line, value_start);
        let value = grammar.number(text).ok_or((value_start, "expected a number"))?;
        let (timestamp_ms, extra) = grammar.timestamp_and_exemplar(line, value_end)?;
        Ok(Self { identity, name, value, timestamp_ms, extra, labels })
    }
}

impl Grammar {
    /// Strict OpenMetrics, where every blank is prescribed.
    fn is_exact(self) -> bool {
        self.strict && self.dialect == Dialect::OpenMetrics
    }

    fn skip_blanks(self, bytes: &[u8], from: usize) -> usize {
        if self.is_exact() { from } else { skip_blanks(bytes, from) }
    }

    /// Blanks may stand before `byte`; before anything else they are left to be the separator.
    fn skip_blanks_before(self, bytes: &[u8], from: usize, byte: u8) -> usize {
        let at = skip_blanks(bytes, from);
        if bytes.get(at) == Some(&byte) { at } else { from }
    }

    /// What separates the metric from its value, and the value from what follows.
    fn skip_separator(self, bytes: &[u8], from: usize) -> Result<usize, Flaw> {
        if self.is_exact() {
            let one = bytes.get(from) == Some(&b' ') && !matches!(bytes.get(from + 1), None | Some(b' ' | b'\t'));
            return if one { Ok(from + 1) } else { Err((from, "expected one space, and a value after it")) };
        }
        let at = skip_blanks(bytes, from);
        // `a{}1` is legal, `a1` is a name.
        if self.strict && at == from && bytes.get(from.wrapping_sub(1)) != Some(&b'}') {
            return Err((from, "expected a blank after the metric"));
        }
        Ok(at)
    }

    /// The labels from `inside` the braces; gives where the closing one is.
    pub(super) fn labels<'a>(self, line: &'a str, inside: usize, name: &mut Cow<'a, str>) -> Result<usize, Flaw> {
        let mut seen = LabelNames::default();
        let mut at = inside;
        while let Some((label, next)) = self.label(line, at)? {
            if label.value.is_none() {
                if !name.is_empty() {
                    return Err((at, "a second metric name"));
                }
                *name = label.name;
            } else if self.strict && label.name == "__name__" {
                return Err((at, "the label __name__ is reserved for the metric's name"));
            } else if !seen.insert(label.name.clone()) {
                return Err((at, "a label of this name stands there already"));
            } else if label.name == "__name__" {
                // `promtool tsdb dump` puts the name among the labels.
                if !name.is_empty() {
                    return Err((at, "a second metric name"));
                }
                *name = label.value.unwrap_or_default();
            }
            at = next;
        }
        let end = self.skip_blanks(line.as_bytes(), at);
        if line.as_bytes().get(end) != Some(&b'}') {
            return Err((end, "expected , or } after a label"));
        }
        if self.is_exact() && end > inside && line.as_bytes()[end - 1] == b',' {
            return Err((end - 1, "a comma after the last label"));
        }
        Ok(end)
    }

    /// The label at `at`, and where the next one starts; `None` at the closing brace or the end.
    fn label(self, line: &str, at: usize) -> Result<Option<(Label<'_>, usize)>, Flaw> {
        let bytes = line.as_bytes();
        let at = self.skip_blanks(bytes, at);
        let (name, after_name) = match bytes.get(at) {
            None | Some(b'}') => return Ok(None),
            Some(b'"') => self.quoted(line, at)?,
            Some(_) => {
                let end = name_end(bytes, at);
                if end == at || (self.strict && !is_label_name(&line[at..end])) {
                    return Err((at, "expected a label name"));
                }
                (Cow::Borrowed(&line[at..end]), end)
            }
        };
        let mut cursor = self.skip_blanks(bytes, after_name);
        let mut value = None;
        if bytes.get(cursor) == Some(&b'=') {
            cursor = self.skip_blanks(bytes, cursor + 1);
            if bytes.get(cursor) != Some(&b'"') {
                return Err((cursor, "expected a quoted label value"));
            }
            let (text, end) = self.quoted(line, cursor)?;
            value = Some(text);
            cursor = self.skip_blanks(bytes, end);
        } else if bytes.get(at) != Some(&b'"') {
            return Err((cursor, "expected = after a label name"));
        }
        if name.is_empty() && self.strict {
            return Err((at, "an empty name"));
        }
        match bytes.get(cursor) {
            Some(b',') => cursor += 1,
            Some(b'}') | None => {}
            Some(_) => return Err((cursor, "expected , or } after a label")),
        }
        Ok(Some((Label { name, value }, cursor)))
    }

    /// The quoted text that opens at `at`, unescaped, and where it ends.
    pub(super) fn quoted(self, line: &str, at: usize) -> Result<(Cow<'_, str>, usize), Flaw> {
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
                    let known = matches!(bytes[cursor - 1], b'\\' | b'"' | b'n');
                    if self.strict && self.dialect == Dialect::Prometheus && !known {
                        return Err((cursor - 2, "an escape other than \\\\, \\\" and \\n"));
                    }
                }
            }
        }
    }

    /// A decimal number, an infinity, or NaN.
    pub(super) fn number(self, text: &str) -> Option<f64> {
        let value: f64 = text.parse().ok()?;
        if self.strict {
            let digits = text.trim_start_matches(['+', '-']);
            let signed_nan = value.is_nan() && digits.len() < text.len();
            let overflow =
                value.is_infinite() && digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
            if signed_nan || (overflow && self.dialect == Dialect::Prometheus) {
                return None;
            }
        }
        Some(value)
    }

    /// What follows the value.
    fn timestamp_and_exemplar(self, line: &str, value_end: usize) -> Result<(Option<i64>, Extra<'_>), Flaw> {
        let bytes = line.as_bytes();
        if value_end == bytes.len() {
            return Ok((None, Extra::None));
        }
        let mut at = self.skip_separator(bytes, value_end).map_err(|flaw| (flaw.0, "a blank, and nothing after it"))?;
        let mut timestamp_ms = None;
        if at < bytes.len() && bytes[at] != b'#' {
            let (text, end) = word(line, at);
            let time = self.timestamp(text).ok_or((at, self.expected_timestamp()))?;
            // A specification knows of no calendar.
            if !self.strict && !TIMES_MS.contains(&time) {
                return Err((at, "a timestamp outside of the years 1 to 9999"));
            }
            timestamp_ms = Some(time);
            if end == bytes.len() {
                return Ok((timestamp_ms, Extra::None));
            }
            at = self.skip_separator(bytes, end).map_err(|flaw| (flaw.0, "a blank, and nothing after it"))?;
        }
        match bytes.get(at) {
            None => Ok((timestamp_ms, Extra::None)),
            // Some exporters write exemplars into the Prometheus format; strictly they are OpenMetrics only.
            Some(b'#') if self.dialect == Dialect::OpenMetrics || !self.strict => {
                let start =
                    self.skip_separator(bytes, at + 1).map_err(|flaw| (flaw.0, "expected one space after #"))?;
                self.exemplar(line, start)?;
                Ok((timestamp_ms, Extra::Exemplar(&line[start..])))
            }
            Some(_) => Err((at, "unexpected text after the sample")),
        }
    }

    fn exemplar(self, line: &str, at: usize) -> Result<(), Flaw> {
        let bytes = line.as_bytes();
        if bytes.get(at) != Some(&b'{') {
            return Err((at, "expected the { of an exemplar's labels"));
        }
        // The place of the metric's name is taken: an exemplar has none.
        let end = self.labels(line, at + 1, &mut Cow::Borrowed("exemplar"))?;
        let start = self.skip_separator(bytes, end + 1)?;
        let (text, value_end) = word(line, start);
        self.number(text).ok_or((start, "expected the exemplar's value"))?;
        if value_end == bytes.len() {
            return Ok(());
        }
        let start = self.skip_separator(bytes, value_end)?;
        let (text, end) = word(line, start);
        if !text.is_empty() && seconds(text).is_none() {
            return Err((start, "expected the exemplar's timestamp in seconds"));
        }
        if self.skip_blanks(bytes, end) == bytes.len() {
            Ok(())
        } else {
            Err((end, "unexpected text after the exemplar"))
        }
    }

    fn timestamp(self, text: &str) -> Option<i64> {
        match self.dialect {
            Dialect::Prometheus if self.strict => text.parse().ok(),
            // A dump of OpenMetrics that lost its last line has seconds, and so have scripts: the numbers tell.
            Dialect::Prometheus => match text.parse::<i64>() {
                Ok(time) if SECONDS.contains(&time) => time.checked_mul(1000),
                Ok(time) => Some(time),
                Err(_) => seconds(text).filter(|time| SECONDS.contains(&(time / 1000))),
            },
            Dialect::OpenMetrics => seconds(text),
        }
    }

    fn expected_timestamp(self) -> &'static str {
        match self.dialect {
            Dialect::Prometheus => "expected a timestamp in whole milliseconds",
            Dialect::OpenMetrics => "expected a timestamp in seconds",
        }
    }

    /// An unquoted name, which may be absent: a quoted one may follow.
    fn check_name(self, name: &str, at: usize) -> Result<(), Flaw> {
        if name.is_empty() || is_metric_name(name) { Ok(()) } else { Err((at, "not a metric name")) }
    }
}

/// The names of a sample's labels so far. Most samples have a handful, and whoever wrote the text may have put a million there.
/// The first ones need no memory of their own, which would be asked for with every sample.
#[derive(Default)]
struct LabelNames<'a> {
    few: [Cow<'a, str>; FEW_LABELS],
    /// How many of `few` there are.
    count: usize,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> LabelNames<'a> {
    /// Whether it is new.
    fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.iter().take(self.count).any(|known| *known == name) {
            return false;
        }
        let Some(free) = self.few.get_mut(self.count) else { return self.many.insert(name) };
        *free = name;
        self.count += 1;
        true
    }
}

/// Milliseconds, out of seconds with a fraction.
/// Milliseconds; beyond what fits, which the specification allows, the most that does.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let value: f64 = text.parse().ok()?;
    value.is_finite().then(|| (value * 1000.0).round() as i64)
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
pub(super) fn is_metric_name(name: &str) -> bool {
    !name.is_empty()
        && !name.as_bytes()[0].is_ascii_digit()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}

fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.contains(':')
}

/// A histogram with a schema instead of buckets: `{count:3,sum:1.5,…}`, without nested braces.
fn native_histogram(line: &str, at: usize) -> Result<(Extra<'_>, usize), Flaw> {
    let rest = &line[at..];
    match memchr::memchr(b'}', rest.as_bytes()) {
        Some(end) if rest.starts_with("{count:") => Ok((Extra::Histogram(&rest[..=end]), at + end + 1)),
        _ => Err((at, "expected a number")),
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

pub(super) fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    from + bytes.get(from..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Where the name ends that begins there; eight bytes are looked at together.
#[inline]
pub(super) fn name_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes[at..].first_chunk() {
        let others = others_than_of_names(u64::from_le_bytes(*chunk));
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += chunk.len();
    }
    at + bytes[at..].iter().take_while(|byte| is_name_byte(**byte)).count()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.')
}

/// The highest bit of each byte that no name has. Without it a byte is below 128, so that sums of such bytes stay in their byte,
/// and reach the highest bit where the byte is large enough.
#[inline]
fn others_than_of_names(word: u64) -> u64 {
    let bytes = word & !HIGH_BITS;
    let is_at_least = |bytes: u64, least: u8| bytes + EACH_BYTE * u64::from(0x80 - least);
    let is_within = |bytes, first, last| is_at_least(bytes, first) & !is_at_least(bytes, last + 1);
    let is_other_than = |byte| is_at_least(bytes ^ (EACH_BYTE * u64::from(byte)), 1);
    // The digits and the colon follow each other, and small letters differ from large ones by one bit.
    let is_of_name = is_within(bytes | (EACH_BYTE * 0x20), b'a', b'z')
        | is_within(bytes, b'0', b':')
        | !(is_other_than(b'_') & is_other_than(b'.'));
    (!is_of_name | word) & HIGH_BITS
}

/// Numbers between these are seconds of the years 2001 to 2100, or milliseconds of early 1970.
pub(super) const SECONDS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;
const FEW_LABELS: usize = 16;
const EACH_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = EACH_BYTE * 0x80;
pub(super) const LENIENT: Grammar = Grammar { dialect: Dialect::Prometheus, strict: false };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_the_first_other_byte_is() {
        let mut random = fastrand::Rng::with_seed(5);
        for byte in 0..=255_u8 {
            assert_eq!(others_than_of_names(u64::from_le_bytes([byte; 8])) == 0, is_name_byte(byte), "{byte}");
            for length in 0..30 {
                let mut bytes = vec![b'a'; length];
                bytes.push(byte);
                bytes.extend((0..random.usize(..12)).map(|_| random.u8(..)));
                let expected = bytes.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(bytes.len());
                assert_eq!(name_end(&bytes, 0), expected);
            }
        }
    }
}
