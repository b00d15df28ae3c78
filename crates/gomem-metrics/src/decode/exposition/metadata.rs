//! `# HELP`, `# TYPE` and `# UNIT` lines.

use std::borrow::Cow;

use memchr::memchr2;

use super::{
    dialect::Dialect,
    sample::{Flaw, Grammar, is_metric_name, skip_blanks},
};

/// The type a scrape declares for a metric.
///
/// ```
/// use gomem_metrics::{Exposition, MetricType};
///
/// let scrape = Exposition::decode(b"# TYPE go_goroutines gauge\ngo_goroutines 7\n");
/// assert_eq!(scrape.types()[0].1, MetricType::Gauge);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MetricType {
    /// Only grows, or restarts from zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by bucket.
    Histogram,
    /// Counts by bucket that go up and down.
    GaugeHistogram,
    /// Quantiles.
    Summary,
    /// Labels about the program, with the value 1.
    Info,
    /// One of several states.
    StateSet,
    /// Nothing is said.
    #[default]
    Untyped,
}

/// One metadata line.
#[derive(Debug)]
pub(super) struct Metadata<'a> {
    pub(super) keyword: Keyword,
    pub(super) name: Cow<'a, str>,
    pub(super) kind: Option<MetricType>,
    /// What follows the name.
    pub(super) text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Help,
    Type,
    Unit,
}

impl MetricType {
    /// As either format calls it; `untyped` is the Prometheus format's word for `unknown`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "counter" => Self::Counter,
            "gauge" => Self::Gauge,
            "histogram" => Self::Histogram,
            "gaugehistogram" | "gauge_histogram" => Self::GaugeHistogram,
            "summary" => Self::Summary,
            "info" => Self::Info,
            "stateset" => Self::StateSet,
            "untyped" | "unknown" => Self::Untyped,
            _ => return None,
        })
    }

    /// The names of its samples, as what follows the family's name.
    pub(super) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total", "_created"],
            Self::Summary => &["", "_count", "_sum", "_created"],
            Self::Histogram => &["_count", "_sum", "_bucket", "_created"],
            Self::GaugeHistogram => &["_gcount", "_gsum", "_bucket"],
            Self::Info => &["_info"],
            Self::Gauge | Self::StateSet | Self::Untyped => &[""],
        }
    }
}

impl<'a> Metadata<'a> {
    /// The name and type of a line as nearly all of them are: `# TYPE name type`, with one space each. `None` for any other.
    #[inline]
    pub(super) fn plain_type(line: &'a str) -> Option<(&'a str, MetricType)> {
        let rest = line.strip_prefix("# TYPE ")?;
        let end = memchr2(b' ', b'\t', rest.as_bytes()).filter(|end| *end > 0 && rest.as_bytes()[*end] == b' ')?;
        let (name, kind) = (&rest[..end], MetricType::parse(&rest[end + 1..])?);
        (!name.starts_with('"')).then_some((name, kind))
    }

    /// Whatever can be understood of the comment whose `#` is at `start`; `None` for free text.
    pub(super) fn lenient(line: &'a str, start: usize) -> Result<Option<Self>, Flaw> {
        let mut words = line[start + 1..].split_ascii_whitespace();
        if words.next() != Some("TYPE") {
            return Ok(None);
        }
        Self::prometheus(line, start, LENIENT)
    }

    /// The comment whose `#` is at `start`, by the Prometheus format.
    pub(super) fn strict(line: &'a str, start: usize) -> Result<Option<Self>, Flaw> {
        Self::prometheus(line, start, Grammar { dialect: Dialect::Prometheus, strict: true })
    }

    /// A line of OpenMetrics, where every comment is metadata and every blank is prescribed.
    pub(super) fn open_metrics(line: &'a str) -> Result<Self, Flaw> {
        let rest = line.strip_prefix("# ").ok_or((0, "expected # and one space"))?;
        let (word, rest) = rest.split_once(' ').ok_or((line.len(), "expected HELP, TYPE or UNIT, and a name"))?;
        let keyword = Keyword::parse(word).ok_or((2, "expected HELP, TYPE or UNIT"))?;
        let at = line.len() - rest.len();
        let grammar = Grammar { dialect: Dialect::OpenMetrics, strict: true };
        let (name, text) = if rest.starts_with('"') {
            let (name, end) = grammar.quoted(line, at)?;
            (name, line[end..].strip_prefix(' '))
        } else {
            let (name, text) = rest.split_once(' ').map_or((rest, None), |(name, text)| (name, Some(text)));
            if !is_metric_name(name) {
                return Err((at, "not a metric name"));
            }
            (Cow::Borrowed(name), Some(text).flatten())
        };
        let text = text.ok_or((line.len(), "expected one space and a text after the name"))?;
        let kind = match keyword {
            Keyword::Type => {
                let known = MetricType::parse(text).filter(|_| !matches!(text, "untyped" | "gauge_histogram"));
                Some(known.ok_or((line.len() - text.len(), "not a metric type"))?)
            }
            _ => None,
        };
        Ok(Self { keyword, name, kind, text })
    }

    fn prometheus(line: &'a str, start: usize, grammar: Grammar) -> Result<Option<Self>, Flaw> {
        let bytes = line.as_bytes();
        let at = skip_blanks(bytes, start + 1);
        let end = at + bytes[at..].iter().take_while(|byte| !matches!(byte, b' ' | b'\t')).count();
        let Some(keyword @ (Keyword::Help | Keyword::Type)) = Keyword::parse(&line[at..end]) else { return Ok(None) };
        let name_start = skip_blanks(bytes, end);
        let (name, name_end) = if bytes.get(name_start) == Some(&b'"') {
            grammar.quoted(line, name_start)?
        } else {
            let end = name_start + bytes[name_start..].iter().take_while(|byte| !matches!(byte, b' ' | b'\t')).count();
            (Cow::Borrowed(&line[name_start..end]), end)
        };
        if name_start == bytes.len() {
            return Ok(None);
        }
        if grammar.strict && bytes[name_start] != b'"' && !is_metric_name(&name) {
            return Err((name_start, "not a metric name"));
        }
        if grammar.strict && name_end < bytes.len() && !matches!(bytes[name_end], b' ' | b'\t') {
            return Err((name_end, "expected a blank after the metric's name"));
        }
        let text_start = skip_blanks(bytes, name_end);
        let text = &line[text_start..];
        let kind = match keyword {
            Keyword::Type if text.is_empty() => None,
            Keyword::Type => {
                let word = text.trim_end_matches([' ', '\t']).to_ascii_lowercase();
                Some(MetricType::parse(&word).ok_or((text_start, "TYPE with an unknown type"))?)
            }
            _ => None,
        };
        if grammar.strict && keyword == Keyword::Help {
            check_escapes(text, text_start)?;
        }
        Ok(Some(Self { keyword, name, kind, text }))
    }
}

impl Keyword {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "HELP" => Some(Self::Help),
            "TYPE" => Some(Self::Type),
            "UNIT" => Some(Self::Unit),
            _ => None,
        }
    }
}

fn check_escapes(text: &str, start: usize) -> Result<(), Flaw> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && !matches!(bytes.next(), Some((_, b'\\' | b'n' | b'"'))) {
            return Err((start + at, "an escape other than \\\\ and \\n"));
        }
    }
    Ok(())
}

const LENIENT: Grammar = Grammar { dialect: Dialect::Prometheus, strict: false };
