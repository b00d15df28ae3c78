//! One scrape in the Prometheus text format, or in OpenMetrics.
//!
//! ```text
//! # HELP name text            # TYPE name counter|gauge|histogram|summary|untyped
//! name{label="value",…} value [timestamp]              milliseconds; in OpenMetrics seconds, with a fraction
//! {"name with any character",label="value"} value      (Prometheus 3)
//! name{…} value [timestamp] # {label="value"} value [timestamp]     an exemplar (OpenMetrics)
//! # EOF                                                 the last line of OpenMetrics
//! ```
//!
//! The reader is lenient: a wrong line costs that line alone, and a diagnostic says where it is. Nothing is dropped silently.
//! [`Exposition::check`] is the strict one: it conforms to the specification of the format.

use super::{
    conformance,
    dialect::Dialect,
    lines::split_line,
    metadata::{Metadata, MetricType},
    sample::{self, Flaw, Grammar, Sample},
};
use crate::error::Diagnostic;

/// One scrape, borrowed from its text.
#[derive(Debug, Clone, Default)]
pub struct Exposition<'a> {
    samples: Vec<Sample<'a>>,
    types: Vec<(std::borrow::Cow<'a, str>, MetricType)>,
    diagnostics: Vec<Diagnostic>,
    lines: u64,
}

impl<'a> Exposition<'a> {
    /// Reads one scrape in the format that its last line shows: OpenMetrics ends in `# EOF`.
    #[must_use]
    pub fn decode(text: &'a [u8]) -> Self {
        Self::decode_as(text, Dialect::detect(text))
    }

    /// Reads one scrape. Lines that cannot be read become [`diagnostics`](Self::diagnostics).
    #[must_use]
    pub fn decode_as(text: &'a [u8], dialect: Dialect) -> Self {
        let mut exposition = Self::default();
        let grammar = Grammar { dialect, strict: false };
        // A sample takes some sixty bytes, and a scrape says the same families each time.
        exposition.samples.reserve(text.len() / 80);
        let mut remarks = Remarks::default();
        let text = exposition.without_mark(text);
        let mut rest = text;
        let mut ends = Ends::default();
        while !rest.is_empty() {
            let (line, next) = split_line(rest);
            rest = next;
            exposition.lines += 1;
            let (line, returns) = match line.strip_suffix(b"\r") {
                Some(line) => (line, true),
                None => (line, false),
            };
            ends.line(line, exposition.lines);
            remarks.carriage_return = remarks.carriage_return.or(returns.then_some(exposition.lines));
            match exposition.line(line, grammar) {
                Err((column, problem)) => {
                    exposition.diagnostics.push(Diagnostic::skipped(exposition.lines, column, problem));
                }
                Ok(()) if dialect == Dialect::Prometheus && remarks.seconds.is_none() => {
                    let has_time = exposition.samples.last().is_some_and(|sample| sample.timestamp_ms.is_some());
                    let in_seconds = has_time && ends_in_seconds(line);
                    remarks.seconds = in_seconds.then_some(exposition.lines);
                }
                Ok(()) => {}
            }
        }
        remarks.tell(&mut exposition.diagnostics);
        ends.tell(text, dialect, &mut exposition);
        exposition
    }

    /// The first thing in which a text does not conform to the specification of its format.
    #[must_use]
    pub fn check(text: &[u8], dialect: Dialect) -> Option<Diagnostic> {
        conformance::first_flaw(text, dialect)
    }

    /// The samples, in the order of the text.
    #[must_use]
    pub fn samples(&self) -> &[Sample<'a>] {
        &self.samples
    }

    /// The declared types: metric family and type.
    #[must_use]
    pub fn types(&self) -> &[(std::borrow::Cow<'a, str>, MetricType)] {
        &self.types
    }

    /// The lines that could not be read, and what was read with a reservation.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many lines there were.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// A byte order mark, as some editors write it, is no part of the text.
    fn without_mark(&mut self, text: &'a [u8]) -> &'a [u8] {
        let Some(text) = text.strip_prefix("\u{feff}".as_bytes()) else { return text };
        self.diagnostics.push(Diagnostic::remark(1, 0, "begins with a byte order mark; it is passed over"));
        text
    }

    fn line(&mut self, line: &'a [u8], grammar: Grammar) -> Result<(), Flaw> {
        let start = sample::skip_blanks(line, 0);
        match line.get(start) {
            None => Ok(()),
            Some(b'#') => self.comment(line, start),
            Some(_) => {
                let text = std::str::from_utf8(line).map_err(|err| (err.valid_up_to(), "not UTF-8"))?;
                self.samples.push(Sample::decode(text, start, grammar)?);
                Ok(())
            }
        }
    }

    /// `# TYPE` lines are kept, all other comments are free text.
    fn comment(&mut self, line: &'a [u8], start: usize) -> Result<(), Flaw> {
        let Ok(text) = std::str::from_utf8(line) else { return Ok(()) };
        if let Some(Metadata { name, kind: Some(kind), .. }) = Metadata::lenient(text, start)? {
            self.types.push((name, kind));
        }
        Ok(())
    }
}

/// Where a scrape ends, and where it should: one that was cut has a last number that looks whole, and is not.
#[derive(Debug, Default)]
struct Ends {
    /// The line of the first `# EOF`.
    eof: Option<u64>,
    /// The line of the first sample after it.
    sample_after_eof: Option<u64>,
    /// A line that only OpenMetrics has.
    open_metrics: Option<u64>,
    last_line_is_sample: bool,
}

impl Ends {
    fn line(&mut self, line: &[u8], number: u64) {
        let is_sample = !matches!(line.trim_ascii_start(), [] | [b'#', ..]);
        self.last_line_is_sample = is_sample;
        if line == b"# EOF" {
            self.eof = self.eof.or(Some(number));
        } else if is_sample && self.eof.is_some() {
            self.sample_after_eof = self.sample_after_eof.or(Some(number));
        } else if line.starts_with(b"# UNIT ") {
            self.open_metrics = self.open_metrics.or(Some(number));
        }
    }

    fn tell(&self, text: &[u8], dialect: Dialect, exposition: &mut Exposition<'_>) {
        let last = exposition.lines;
        let diagnostics = &mut exposition.diagnostics;
        if self.last_line_is_sample && !text.ends_with(b"\n") {
            let problem = "the text ends within a line: it may have been cut, and its last number with it";
            diagnostics.push(Diagnostic::remark(last, 0, problem));
        }
        let is_open_metrics = dialect == Dialect::OpenMetrics || self.open_metrics.is_some();
        if is_open_metrics && self.eof.is_none() && last > 0 {
            let problem = "OpenMetrics without # EOF at its end: it may have been cut";
            diagnostics.push(Diagnostic::remark(last, 0, problem));
        }
        if let Some(line) = self.sample_after_eof {
            let problem = "samples after # EOF: several scrapes may have been put together";
            diagnostics.push(Diagnostic::remark(line, 0, problem));
        }
    }
}

/// What was read with a reservation: one diagnostic a scrape, at the first line that shows it.
#[derive(Debug, Default)]
struct Remarks {
    carriage_return: Option<u64>,
    seconds: Option<u64>,
}

impl Remarks {
    fn tell(&self, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(line) = self.carriage_return {
            diagnostics.push(Diagnostic::remark(line, 0, "lines end in CR LF; the CR is passed over"));
        }
        if let Some(line) = self.seconds {
            let problem = "the timestamp is in seconds, by its size, and so it was read; this format has milliseconds";
            diagnostics.push(Diagnostic::remark(line, 0, problem));
        }
    }
}

/// Whether the last word of a line is a time in seconds.
fn ends_in_seconds(line: &[u8]) -> bool {
    let word = line.trim_ascii_end().rsplit(|byte| matches!(byte, b' ' | b'\t')).next().unwrap_or_default();
    let number = std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok());
    number.is_some_and(|number| sample::SECONDS.contains(&(number as i64)))
}
