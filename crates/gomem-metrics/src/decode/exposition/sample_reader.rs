//! The samples of a scrape, one by one.

use std::borrow::Cow;

use gomem_table::checkpoint;

use super::{
    dialect::Dialect,
    lines::split_line,
    metadata::{Metadata, MetricType},
    sample::{self, Flaw, Grammar, Sample},
};
use crate::error::{Diagnostic, Limits};

/// Reads the samples of a scrape one by one, borrowed from its text, and keeps none of them: a text of half a gigabyte may have
/// thirty million.
///
/// ```
/// use gomem_metrics::SampleReader;
///
/// let mut reader = SampleReader::new(b"# TYPE go_goroutines gauge\ngo_goroutines 12\ngo_threads eight\n");
/// let total: f64 = reader.by_ref().map(|sample| sample.value).sum();
/// assert_eq!(total, 12.0);
/// let end = reader.finish();
/// assert_eq!(end.diagnostics[0].line, 3, "what could not be read");
/// ```
#[derive(Debug)]
pub struct SampleReader<'a> {
    text: &'a [u8],
    /// The same, if all of it is UTF-8: no line has to be looked at for that.
    utf8: Option<&'a str>,
    rest: &'a [u8],
    grammar: Grammar,
    remarks: Remarks,
    ends: Ends,
    end: ScrapeEnd<'a>,
    most_diagnostics: u64,
    keeps_types: bool,
}

/// What is known once all samples are read.
///
/// ```
/// use gomem_metrics::SampleReader;
///
/// let mut reader = SampleReader::new(b"go_goroutines 7\nnot a sample\n");
/// assert_eq!(reader.by_ref().count(), 1);
/// let end = reader.finish();
/// assert_eq!((end.lines, end.diagnostics[0].line), (2, 2));
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ScrapeEnd<'a> {
    /// The lines that could not be read, and what was read with a reservation.
    pub diagnostics: Vec<Diagnostic>,
    /// Diagnostics beyond the limit, counted but not kept.
    pub suppressed_diagnostics: u64,
    /// How many lines there were.
    pub lines: u64,
    pub(super) types: Vec<(Cow<'a, str>, MetricType)>,
}

impl<'a> SampleReader<'a> {
    /// Reads a scrape in the format that its last line shows: OpenMetrics ends in `# EOF`.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        Self::new_as(text, Dialect::detect(text))
    }

    /// Reads a scrape in a format that is known.
    #[must_use]
    pub fn new_as(text: &'a [u8], dialect: Dialect) -> Self {
        let mut end = ScrapeEnd::default();
        // A byte order mark, as some editors write it, is no part of the text.
        let unmarked = text.strip_prefix("\u{feff}".as_bytes());
        if unmarked.is_some() {
            end.diagnostics.push(Diagnostic::remark(1, 0, "begins with a byte order mark; it is passed over"));
        }
        let text = unmarked.unwrap_or(text);
        Self {
            text,
            utf8: simdutf8::basic::from_utf8(text).ok(),
            rest: text,
            grammar: Grammar { dialect, strict: false },
            remarks: Remarks::default(),
            ends: Ends::default(),
            end,
            most_diagnostics: Limits::default().diagnostics,
            keeps_types: false,
        }
    }

    /// With a limit on the diagnostics that are kept.
    pub(crate) fn with_diagnostics(self, most: u64) -> Self {
        Self { most_diagnostics: most, ..self }
    }

    /// Keeps the types of metric families for the end.
    pub(super) fn with_types(self) -> Self {
        Self { keeps_types: true, ..self }
    }

    /// Once there is no sample left: the diagnostics, those about its end too.
    #[must_use]
    pub fn finish(mut self) -> ScrapeEnd<'a> {
        self.remarks.tell(&mut self.end.diagnostics);
        self.ends.tell(self.text, self.grammar.dialect, &mut self.end);
        self.end
    }

    /// The text of a line that begins there.
    #[inline]
    fn utf8(&self, line: &'a [u8], begin: usize) -> Result<&'a str, Flaw> {
        match self.utf8 {
            Some(text) => Ok(&text[begin..begin + line.len()]),
            None => std::str::from_utf8(line).map_err(|err| (err.valid_up_to(), "not UTF-8")),
        }
    }

    /// Whether a comment is one that needs no other look: help, of which nothing is kept, or a type as nearly all are written.
    #[inline]
    fn is_plain_comment(&mut self, line: &'a [u8], begin: usize) -> bool {
        if line.starts_with(b"# HELP ") {
            return !line.ends_with(b"\r");
        }
        let plain = self.utf8(line, begin).ok().and_then(Metadata::plain_type);
        if let Some((name, kind)) = plain.filter(|_| self.keeps_types) {
            self.end.types.push((name.into(), kind));
        }
        plain.is_some()
    }

    fn sample(&mut self, line: &'a [u8], begin: usize) -> Result<Sample<'a>, Flaw> {
        let text = self.utf8(line, begin)?;
        if let Some(sample) = Sample::plain(text) {
            return Ok(sample);
        }
        let sample = Sample::decode(text, sample::skip_blanks(line, 0), self.grammar)?;
        if self.grammar.dialect == Dialect::Prometheus
            && self.remarks.seconds.is_none()
            && sample.timestamp_ms.is_some()
            && ends_in_seconds(line)
        {
            self.remarks.seconds = Some(self.end.lines);
        }
        Ok(sample)
    }

    fn skip(&mut self, (column, problem): Flaw) {
        if (self.end.diagnostics.len() as u64) < self.most_diagnostics {
            self.end.diagnostics.push(Diagnostic::skipped(self.end.lines, column, problem));
        } else {
            self.end.suppressed_diagnostics += 1;
        }
    }
}

impl<'a> Iterator for SampleReader<'a> {
    type Item = Sample<'a>;

    fn next(&mut self) -> Option<Sample<'a>> {
        while !self.rest.is_empty() {
            let begin = self.text.len() - self.rest.len();
            let (line, next) = split_line(self.rest);
            self.rest = next;
            self.end.lines += 1;
            if self.end.lines.is_multiple_of(OFTEN) {
                checkpoint();
            }
            if line.starts_with(b"# ") && self.is_plain_comment(line, begin) {
                self.ends.last_line_is_sample = false;
                continue;
            }
            let (line, returns) = match line.strip_suffix(b"\r") {
                Some(line) => (line, true),
                None => (line, false),
            };
            self.remarks.carriage_return = self.remarks.carriage_return.or(returns.then_some(self.end.lines));
            let start = sample::skip_blanks(line, 0);
            if matches!(line.get(start), None | Some(b'#')) {
                self.ends.comment(line, self.end.lines);
                match self.utf8(line, begin).map_or(Ok(None), |line| comment(line, start)) {
                    Err(flaw) => self.skip(flaw),
                    Ok(found) if self.keeps_types => self.end.types.extend(found),
                    Ok(_) => {}
                }
                continue;
            }
            self.ends.sample(self.end.lines);
            match self.sample(line, begin) {
                Err(flaw) => self.skip(flaw),
                Ok(sample) => return Some(sample),
            }
        }
        None
    }
}

/// After so many lines, whether the work was interrupted is looked at.
const OFTEN: u64 = 1024;

/// A metric family and its type. `# TYPE` lines say something, all other comments are free text, and blanks are nothing.
fn comment(line: &str, start: usize) -> Result<Option<(Cow<'_, str>, MetricType)>, Flaw> {
    if start == line.len() {
        return Ok(None);
    }
    let metadata = Metadata::lenient(line, start)?;
    Ok(metadata.and_then(|metadata| Some((metadata.name, metadata.kind?))))
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
    fn comment(&mut self, line: &[u8], number: u64) {
        self.last_line_is_sample = false;
        if line == b"# EOF" {
            self.eof = self.eof.or(Some(number));
        } else if line.starts_with(b"# UNIT ") {
            self.open_metrics = self.open_metrics.or(Some(number));
        }
    }

    #[inline]
    fn sample(&mut self, number: u64) {
        self.last_line_is_sample = true;
        if self.eof.is_some() {
            self.sample_after_eof = self.sample_after_eof.or(Some(number));
        }
    }

    fn tell(&self, text: &[u8], dialect: Dialect, end: &mut ScrapeEnd<'_>) {
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
