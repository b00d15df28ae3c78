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

use gomem_table::checkpoint;

use super::{
    conformance,
    dialect::Dialect,
    lines::split_line,
    metadata::{Metadata, MetricType},
    sample::{self, Flaw, Grammar, Sample},
};
use crate::error::{Diagnostic, Limits};

/// One scrape, borrowed from its text.
///
/// ```
/// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
/// #             0 MB stacks, 0 MB globals, 2 P\n";
/// let scrape = gomem_metrics::Exposition::decode(b"# TYPE go_goroutines gauge\ngo_goroutines 12\n");
/// assert_eq!(scrape.samples()[0].value, 12.0);
/// assert!(scrape.diagnostics().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Exposition<'a> {
    samples: Vec<Sample<'a>>,
    types: Vec<(std::borrow::Cow<'a, str>, MetricType)>,
    diagnostics: Vec<Diagnostic>,
    suppressed_diagnostics: u64,
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
        let mut reader = ScrapeReader::new(text, dialect, Limits::default().diagnostics);
        // A sample takes some sixty bytes, and a scrape says the same families each time.
        let mut samples = Vec::with_capacity(text.len() / 80);
        let mut types = Vec::new();
        for entry in reader.by_ref() {
            match entry {
                Entry::Sample(sample) => samples.push(sample),
                Entry::Type(name, kind) => types.push((name, kind)),
            }
        }
        let ScrapeEnd { diagnostics, suppressed_diagnostics, lines } = reader.finish();
        Self { samples, types, diagnostics, suppressed_diagnostics, lines }
    }

    /// The first thing in which a text does not conform to the specification of its format.
    ///
    /// ```
    /// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
    /// #             0 MB stacks, 0 MB globals, 2 P\n";
    /// use gomem_metrics::{Dialect, Exposition};
    ///
    /// assert!(Exposition::check(b"go_goroutines 12\n", Dialect::Prometheus).is_none());
    /// assert!(Exposition::check(b"go_goroutines twelve\n", Dialect::Prometheus).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Diagnostics beyond the limit, counted but not kept.
    #[must_use]
    pub fn suppressed_diagnostics(&self) -> u64 {
        self.suppressed_diagnostics
    }

    /// How many lines there were.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }
}

/// Reads a scrape line by line, and keeps none of it: a text of half a gigabyte may have thirty million samples.
pub(crate) struct ScrapeReader<'a> {
    text: &'a [u8],
    rest: &'a [u8],
    grammar: Grammar,
    remarks: Remarks,
    ends: Ends,
    end: ScrapeEnd,
    most_diagnostics: u64,
}

/// What a line says.
pub(crate) enum Entry<'a> {
    Sample(Sample<'a>),
    /// The type of a metric family.
    Type(std::borrow::Cow<'a, str>, MetricType),
}

/// What is known once all is read.
#[derive(Debug, Default)]
pub(crate) struct ScrapeEnd {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) suppressed_diagnostics: u64,
    pub(crate) lines: u64,
}

impl<'a> ScrapeReader<'a> {
    pub(crate) fn new(text: &'a [u8], dialect: Dialect, most_diagnostics: u64) -> Self {
        let mut end = ScrapeEnd::default();
        // A byte order mark, as some editors write it, is no part of the text.
        let unmarked = text.strip_prefix("\u{feff}".as_bytes());
        if unmarked.is_some() {
            end.diagnostics.push(Diagnostic::remark(1, 0, "begins with a byte order mark; it is passed over"));
        }
        let text = unmarked.unwrap_or(text);
        let grammar = Grammar { dialect, strict: false };
        Self { text, rest: text, grammar, remarks: Remarks::default(), ends: Ends::default(), end, most_diagnostics }
    }

    /// Once there is no entry left: the diagnostics, those about its end too.
    pub(crate) fn finish(mut self) -> ScrapeEnd {
        self.remarks.tell(&mut self.end.diagnostics);
        self.ends.tell(self.text, self.grammar.dialect, &mut self.end);
        self.end
    }

    fn line(&mut self, line: &'a [u8]) -> Result<Option<Entry<'a>>, Flaw> {
        let start = sample::skip_blanks(line, 0);
        match line.get(start) {
            None => Ok(None),
            Some(b'#') => comment(line, start),
            Some(_) => {
                let text = std::str::from_utf8(line).map_err(|err| (err.valid_up_to(), "not UTF-8"))?;
                let sample = Sample::decode(text, start, self.grammar)?;
                if self.grammar.dialect == Dialect::Prometheus
                    && self.remarks.seconds.is_none()
                    && sample.timestamp_ms.is_some()
                    && ends_in_seconds(line)
                {
                    self.remarks.seconds = Some(self.end.lines);
                }
                Ok(Some(Entry::Sample(sample)))
            }
        }
    }

    fn skip(&mut self, (column, problem): Flaw) {
        if (self.end.diagnostics.len() as u64) < self.most_diagnostics {
            self.end.diagnostics.push(Diagnostic::skipped(self.end.lines, column, problem));
        } else {
            self.end.suppressed_diagnostics += 1;
        }
    }
}

impl<'a> Iterator for ScrapeReader<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        while !self.rest.is_empty() {
            let (line, next) = split_line(self.rest);
            self.rest = next;
            self.end.lines += 1;
            if self.end.lines.is_multiple_of(OFTEN) {
                checkpoint();
            }
            let (line, returns) = match line.strip_suffix(b"\r") {
                Some(line) => (line, true),
                None => (line, false),
            };
            self.ends.line(line, self.end.lines);
            self.remarks.carriage_return = self.remarks.carriage_return.or(returns.then_some(self.end.lines));
            match self.line(line) {
                Err(flaw) => self.skip(flaw),
                Ok(None) => {}
                Ok(found) => return found,
            }
        }
        None
    }
}

/// After so many lines, whether the work was interrupted is looked at.
const OFTEN: u64 = 1024;

/// `# TYPE` lines say something, all other comments are free text.
fn comment(line: &[u8], start: usize) -> Result<Option<Entry<'_>>, Flaw> {
    let Ok(text) = std::str::from_utf8(line) else { return Ok(None) };
    let metadata = Metadata::lenient(text, start)?;
    Ok(metadata.and_then(|metadata| Some(Entry::Type(metadata.name, metadata.kind?))))
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

    fn tell(&self, text: &[u8], dialect: Dialect, end: &mut ScrapeEnd) {
        let last = end.lines;
        let diagnostics = &mut end.diagnostics;
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
