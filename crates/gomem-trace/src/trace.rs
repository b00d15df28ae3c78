//! An execution trace, and how it is read.

use std::{
    io::{ErrorKind as IoErrorKind, Read},
    num::NonZero,
};

use crate::{
    error::{Diagnostic, Error, ErrorKind, Limits},
    model::{Cycles, Recording},
    replay::{GenerationSummary, Replay},
    wire::{Counts, Event, Format, Scan, Splitter},
};

/// An execution trace: GC cycles, pauses, who helped the garbage collector, and users' tasks and regions.
///
/// ```
/// # let bytes = gomem_testkit::testdata("traces/service-1.27.3.trace");
/// use gomem_trace::Trace;
///
/// let trace = Trace::decode(&bytes)?;
/// assert!(trace.is_complete());
/// assert_eq!((trace.procs(), trace.cycles(None).len()), (Some(2), 4));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug)]
pub struct Trace {
    format: Format,
    pub(crate) recording: Recording,
    pub(crate) cycles: Cycles,
    counts: Counts,
    diagnostics: Vec<Diagnostic>,
    generations: Vec<GenerationSummary>,
    span: Option<(u64, u64)>,
    start_unix_ms: Option<i64>,
}

/// How a trace is read.
///
/// ```
/// # let bytes = gomem_testkit::testdata("traces/service-1.27.3.trace");
/// use std::num::NonZero;
///
/// use gomem_trace::{DecodeOptions, Limits, Trace};
///
/// let limits = Limits::default().with_events(1_000_000);
/// let options = DecodeOptions::default().with_threads(NonZero::<usize>::MIN).with_limits(limits);
/// assert_eq!(Trace::decode_with(&bytes, &options)?.generations().len(), 1);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// How much is accepted.
    pub limits: Limits,
    /// How many threads read at once; `None` is as many as there are processors.
    pub threads: Option<NonZero<usize>>,
}

impl DecodeOptions {
    /// With these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With so many threads.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZero<usize>) -> Self {
        self.threads = Some(threads);
        self
    }

    fn replay(&self) -> Replay {
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok());
        Replay::new(self.limits.clone(), threads.map_or(1, NonZero::get))
    }
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    /// When it is no execution trace of Go 1.22 or later, or has more than [`Limits`] accept. One that is cut or damaged is read
    /// up to there, and [`diagnostics`](Self::diagnostics) tell.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::decode_with(bytes, &DecodeOptions::default())
    }

    /// Reads a trace in another way.
    ///
    /// # Errors
    /// As [`Trace::decode`].
    pub fn decode_with(bytes: &[u8], options: &DecodeOptions) -> Result<Self, Error> {
        let format = Format::decode(bytes)?;
        let (mut splitter, mut replay) = (Splitter::new(format), options.replay());
        loop {
            match splitter.scan(bytes, true, &options.limits)? {
                Scan::Generation(raw) => {
                    replay.take(&raw, bytes, splitter.base())?;
                }
                Scan::Over(end) => {
                    replay.diagnostics.extend(end);
                    return Ok(Self::new(format, replay));
                }
                Scan::More => {}
            }
        }
    }

    fn new(format: Format, mut replay: Replay) -> Self {
        replay.finish();
        let Replay { mut recording, counts, diagnostics, generations, span, start_unix_ms, .. } = replay;
        let marks = std::mem::take(&mut recording.gc_marks);
        let cycles = Cycles::new(marks, &recording.pauses, &recording.names);
        Self { format, recording, cycles, counts, diagnostics, generations, span, start_unix_ms }
    }

    /// Whether bytes begin as an execution trace, be it of a format that is not read.
    #[must_use]
    pub fn is_trace(bytes: &[u8]) -> bool {
        Format::is_announced_by(bytes)
    }

    /// The format that the header names.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The generations that were read.
    #[must_use]
    pub fn generations(&self) -> &[GenerationSummary] {
        &self.generations
    }

    /// Whether every byte was read, and the last generation has its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.diagnostics.iter().any(|diagnostic| diagnostic.flaw.is_loss())
    }

    /// What was missing or could not be read.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// From the first event to the last, in seconds.
    #[must_use]
    pub fn duration_seconds(&self) -> f64 {
        self.span.map_or(0.0, |(begin, end)| seconds(end - begin))
    }

    /// When it begins by the system's clock, in milliseconds since the Unix epoch; since Go 1.25.
    #[must_use]
    pub fn start_unix_ms(&self) -> Option<i64> {
        self.start_unix_ms
    }

    /// `GOMAXPROCS` at the end.
    #[must_use]
    pub fn procs(&self) -> Option<u64> {
        let named = self.recording.procs_named;
        self.recording.procs.last().map(|sample| sample.value).or((named > 0).then_some(named))
    }

    /// The experiments that the program was run with: `AllocFree` traces births and deaths of objects.
    #[must_use]
    pub fn experiments(&self) -> &'static [&'static str] {
        if self.recording.lifetimes.is_some() { &["AllocFree"] } else { &[] }
    }

    /// How many events of each type there are, by the names of `go tool trace -d=wire`.
    pub fn event_counts(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.counts.iter().map(|(event, count)| (Event::name(event), count))
    }

    /// A time since the trace's first event.
    pub(crate) fn since_start(&self, time: u64) -> f64 {
        let begin = self.span.map_or(0, |(begin, _)| begin);
        seconds(time.saturating_sub(begin))
    }
}

/// Reads a trace a generation at a time, so that the file need not be in memory.
///
/// ```
/// # let file = std::io::Cursor::new(gomem_testkit::testdata("traces/generations-1.27.3.trace"));
/// use gomem_trace::TraceReader;
///
/// let mut reader = TraceReader::new(file)?;
/// let mut events = 0;
/// while let Some(generation) = reader.next_generation()? {
///     events += generation.events;
/// }
/// let trace = reader.finish()?;
/// assert!(events > 0 && trace.generations().len() > 1);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug)]
pub struct TraceReader<R> {
    source: R,
    limits: Limits,
    format: Format,
    splitter: Splitter,
    replay: Replay,
    /// What was read of the source and is not done with.
    bytes: Vec<u8>,
    is_all: bool,
    is_over: bool,
}

impl<R: Read> TraceReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// As [`Trace::decode`], and when the source cannot be read.
    pub fn new(source: R) -> Result<Self, Error> {
        Self::new_with(source, &DecodeOptions::default())
    }

    /// Reads the header; the rest is read in another way.
    ///
    /// # Errors
    /// As [`TraceReader::new`].
    pub fn new_with(source: R, options: &DecodeOptions) -> Result<Self, Error> {
        let mut reader = Self {
            source,
            limits: options.limits.clone(),
            format: Format::Go126,
            splitter: Splitter::new(Format::Go126),
            replay: options.replay(),
            bytes: Vec::new(),
            is_all: false,
            is_over: false,
        };
        reader.fill()?;
        reader.format = Format::decode(&reader.bytes)?;
        reader.splitter = Splitter::new(reader.format);
        Ok(reader)
    }

    /// Reads the next generation; `None` when there is no other.
    ///
    /// # Errors
    /// When the source cannot be read, or has more than [`Limits`] accept.
    pub fn next_generation(&mut self) -> Result<Option<GenerationSummary>, Error> {
        while !self.is_over {
            match self.splitter.scan(&self.bytes, self.is_all, &self.limits)? {
                Scan::More => self.fill()?,
                Scan::Generation(raw) => {
                    let summary = self.replay.take(&raw, &self.bytes, self.splitter.base())?;
                    let done = self.splitter.forget();
                    self.bytes.drain(..done);
                    return Ok(Some(summary));
                }
                Scan::Over(end) => {
                    self.replay.diagnostics.extend(end);
                    self.is_over = true;
                }
            }
        }
        Ok(None)
    }

    /// Reads what is left, and gives the trace.
    ///
    /// # Errors
    /// As [`TraceReader::next_generation`].
    pub fn finish(mut self) -> Result<Trace, Error> {
        while self.next_generation()?.is_some() {}
        Ok(Trace::new(self.format, self.replay))
    }

    fn fill(&mut self) -> Result<(), Error> {
        let before = self.bytes.len();
        let want = before + AT_ONCE;
        self.bytes.resize(want, 0);
        let mut filled = before;
        while filled < want {
            match self.source.read(&mut self.bytes[filled..]) {
                Ok(0) => {
                    self.is_all = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(problem) if problem.kind() == IoErrorKind::Interrupted => {}
                Err(problem) => {
                    let kind = ErrorKind::Read { problem: problem.to_string() };
                    return Err(Error::new(kind, self.splitter.base() + filled as u64));
                }
            }
        }
        self.bytes.truncate(filled);
        Ok(())
    }
}

pub(crate) fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// So much is read of a source at once.
const AT_ONCE: usize = 1 << 20;
