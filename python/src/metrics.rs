//! Metrics and GC traces: `gomem._metrics`.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use gomem_metrics::{
    DiagnoseOptions, Diagnosis, ErrorKind, Format, GcTrace, Metrics, MetricsOptions, MetricsReader, ScrapeDiagnostic,
    Window, scrapes_of,
};
use gomem_report::waterfall_svg;
use gomem_table::{Row, Table, ToTable};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::{
    error::Error,
    gogc::frame_lines,
    input::{OneOrMany, Source},
    table::ArrowTable,
    worker,
};

/// Scrapes over time.
#[pyclass(name = "Metrics", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyMetrics {
    pub(crate) metrics: Metrics,
    /// Whole scrapes that could not be read.
    refused: Vec<ScrapeDiagnostic>,
}

/// A GC trace.
#[pyclass(name = "GcTrace", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyGcTrace {
    trace: GcTrace,
}

/// Scrapes on their way to [`PyMetrics`].
#[derive(Debug)]
struct Scrapes {
    reader: MetricsReader,
    options: MetricsOptions,
    refused: Vec<ScrapeDiagnostic>,
}

/// One scrape, not read yet.
struct Scrape {
    source: Source,
    time_ms: i64,
}

/// A GC trace: a frame of one, or a log.
enum Trace {
    Frame(PyTable),
    Log(Source),
}

/// Milliseconds since the Unix epoch, out of a `datetime` that knows its zone.
struct UnixMs(i64);

#[pymethods]
impl PyMetrics {
    fn series(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.metrics.to_table())
    }

    fn state(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.metrics.state().to_table())
    }

    fn cycles(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.metrics.state().cycles().to_table())
    }

    fn histograms(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.metrics.histograms().to_table())
    }

    fn within(slf: Py<Self>, py: Python<'_>, window: (String, String)) -> Result<Self, Error> {
        let window = Window::parse(&window.0, &window.1).map_err(|problem| Error::usage(problem.to_string()))?;
        Ok(worker::run(py, move || {
            let Self { metrics, refused } = slf.get();
            let refused = refused.iter().filter(|scrape| window.contains(scrape.time_ms)).cloned().collect();
            Self { metrics: metrics.within(window), refused }
        })?)
    }

    fn waterfall(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.metrics.state().waterfall().to_table())
    }

    /// The memory at the moment nearest to `time`, or the last one, as a picture.
    #[pyo3(signature = (time=None))]
    fn waterfall_svg(slf: Py<Self>, py: Python<'_>, time: Option<UnixMs>) -> PyResult<String> {
        worker::run(py, move || waterfall_svg(&slf.get().metrics.state().waterfall().at(time.map(|time| time.0))))
    }

    fn diagnostics(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, Self::diagnostics_table)
    }

    #[getter]
    fn scrapes(&self) -> usize {
        self.metrics.scrape_times_ms().len()
    }

    #[getter]
    fn series_count(&self) -> usize {
        self.metrics.series().len()
    }

    #[getter]
    fn suppressed_diagnostics(&self) -> u64 {
        self.metrics.suppressed_diagnostics()
    }
}

#[pymethods]
impl PyGcTrace {
    fn table(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.to_table())
    }

    /// Lines that begin like a cycle and cannot be read: how many, and the first one's number.
    fn unread(&self) -> (u64, Option<u64>) {
        let kept = self.trace.diagnostics();
        (kept.len() as u64 + self.trace.suppressed_diagnostics(), kept.first().map(|diagnostic| diagnostic.line))
    }
}

#[pyfunction]
#[pyo3(signature = (source, *, format="auto", strict=false, time=None))]
fn read_metrics(
    py: Python<'_>,
    source: OneOrMany<Source>,
    format: &str,
    strict: bool,
    time: Option<OneOrMany<UnixMs>>,
) -> Result<PyMetrics, Error> {
    let options = MetricsOptions::default().with_format(format_of(format)?).with_strict(strict);
    let mut read = Scrapes { reader: MetricsReader::with_options(options), options, refused: Vec::new() };
    let scrapes = scrapes(source.into_vec(), time)?;
    let first = scrapes.first().map_or_else(String::new, |scrape| scrape.source.name());
    let mut is_empty = true;
    for scrape in scrapes {
        is_empty &= read.push(py, scrape)? == 0;
    }
    if is_empty {
        return Err(Error::decode(format!("{first}: the input is empty"), "empty", None));
    }
    let Scrapes { reader, refused, .. } = read;
    let read = PyMetrics { metrics: worker::run(py, move || reader.finish())?, refused };
    match read.refused.first() {
        Some(refused) if read.metrics.series().is_empty() => {
            let line = Some(refused.diagnostic.line).filter(|&line| line > 0);
            Err(Error::decode(&*refused.diagnostic.problem, "nothing_found", line))
        }
        _ => Ok(read),
    }
}

#[pyfunction]
#[pyo3(signature = (metrics, *, gctrace=None, memory_limit_bytes=None))]
fn diagnose(
    py: Python<'_>,
    metrics: Py<PyMetrics>,
    gctrace: Option<Trace>,
    memory_limit_bytes: Option<u64>,
) -> Result<ArrowTable, Error> {
    let trace = match gctrace {
        Some(Trace::Frame(frame)) => Some(GcTrace::from_lines(frame_lines(&frame)?)),
        Some(Trace::Log(log)) => Some(decode_gctrace(py, log)?),
        None => None,
    };
    ArrowTable::build(py, move || {
        let state = metrics.get().metrics.state();
        let state = match &trace {
            Some(trace) => state.with_trace(trace),
            None => state,
        };
        let options = DiagnoseOptions::default().with_memory_limit_bytes(memory_limit_bytes);
        Diagnosis::from_state(&state, options).to_table()
    })
}

#[pyfunction]
fn read_gctrace(py: Python<'_>, source: Source) -> Result<PyGcTrace, Error> {
    Ok(PyGcTrace { trace: decode_gctrace(py, source)? })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyMetrics>()?;
    module.add_class::<PyGcTrace>()?;
    module.add_function(wrap_pyfunction!(read_metrics, module)?)?;
    module.add_function(wrap_pyfunction!(diagnose, module)?)?;
    module.add_function(wrap_pyfunction!(read_gctrace, module)?)
}

pub(crate) fn decode_gctrace(py: Python<'_>, source: Source) -> Result<GcTrace, Error> {
    let name = source.name();
    let log = source.read(py)?;
    worker::run(py, move || GcTrace::decode(&log))?.map_err(|err| refusal(&name, &err))
}

impl Scrapes {
    /// A scrape that cannot be read is told of in the diagnostics; when strict, any flaw is an error. Gives its bytes' number.
    fn push(&mut self, py: Python<'_>, scrape: Scrape) -> Result<usize, Error> {
        let name = scrape.source.name();
        let text = scrape.source.read(py)?;
        let size = text.len();
        let fatal = |err: &gomem_metrics::Error| {
            self.options.strict
                || err.is_limit()
                || matches!(err.kind(), ErrorKind::Json(_) | ErrorKind::Refused { .. })
        };
        let mut reader = std::mem::take(&mut self.reader);
        let outcome;
        (self.reader, outcome) = worker::run(py, move || {
            let outcome = reader.read(scrape.time_ms, &text);
            (reader, outcome)
        })?;
        match outcome {
            Err(err) if fatal(&err) => Err(refusal(&name, &err)),
            Err(err) => {
                self.refused.push(ScrapeDiagnostic::from_error(scrape.time_ms, &name, &err));
                Ok(size)
            }
            Ok(()) => Ok(size),
        }
    }
}

impl PyMetrics {
    fn diagnostics_table(&self) -> Table {
        ScrapeDiagnostic::definition().table(self.metrics.diagnostics().iter().chain(&self.refused))
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for UnixMs {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.getattr("tzinfo")?.is_none() {
            return Err(Error::usage("time has no time zone; give datetime(..., tzinfo=timezone.utc)").into());
        }
        let seconds: f64 = object.call_method0("timestamp")?.extract()?;
        Ok(Self((seconds * 1000.0).round() as i64))
    }
}

impl FromPyObject<'_, '_> for Trace {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if object.hasattr("__arrow_c_stream__")? {
            return Ok(Self::Frame(object.extract()?));
        }
        Ok(Self::Log(object.extract()?))
    }
}

fn format_of(name: &str) -> Result<Option<Format>, Error> {
    if name == "auto" {
        return Ok(None);
    }
    let names = || Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    match Format::from_name(name) {
        Some(format) => Ok(Some(format)),
        None => Err(Error::usage(format!("format is one of auto, {}, not {name:?}", names()))),
    }
}

/// Folders are replaced by the scrapes in them, and every scrape gets its time.
fn scrapes(sources: Vec<Source>, times: Option<OneOrMany<UnixMs>>) -> Result<Vec<Scrape>, Error> {
    let count = sources.len();
    let times: Vec<Option<UnixMs>> = match times {
        None => (0..count).map(|_| None).collect(),
        Some(times) => times.into_vec().into_iter().map(Some).collect(),
    };
    if times.len() != count {
        return Err(Error::usage(format!("{} times for {count} sources", times.len())));
    }
    let mut scrapes = Vec::new();
    for (source, time) in sources.into_iter().zip(times) {
        match (source, time) {
            (Source::Path(folder), None) if folder.is_dir() => {
                for path in scrapes_in(&folder)? {
                    scrapes.push(timed(Source::Path(path), None, false)?);
                }
            }
            (source, time) => scrapes.push(timed(source, time, count == 1)?),
        }
    }
    Ok(scrapes)
}

/// When a scrape was taken: as the caller says, as its file's name says, when its file was written, or now.
fn timed(source: Source, time: Option<UnixMs>, only: bool) -> Result<Scrape, Error> {
    let named = || source.path().and_then(Path::file_stem).and_then(|stem| Metrics::time_of_name(stem.to_str()?));
    let written = || match &source {
        Source::Path(path) => fs::metadata(path).and_then(|file| file.modified()).ok().map(unix_ms),
        _ => only.then(|| unix_ms(SystemTime::now())),
    };
    match time.map(|time| time.0).or_else(named).or_else(written) {
        Some(time_ms) => Ok(Scrape { source, time_ms }),
        // A path that cannot be looked at cannot be read either, and reading it tells why.
        None if matches!(source, Source::Path(_)) => Ok(Scrape { source, time_ms: 0 }),
        None => Err(Error::usage("several scrapes without times; give time=[...], one for each source")),
    }
}

fn scrapes_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let paths = scrapes_of(folder).map_err(|error| Error::Io { path: folder.to_owned(), error })?.files;
    if paths.is_empty() {
        let message =
            format!("{}: no scrape in this folder; they are called <unix milliseconds>.prom", folder.display());
        return Err(Error::decode(message, "nothing_found", None));
    }
    Ok(paths)
}

fn refusal(name: &str, err: &gomem_metrics::Error) -> Error {
    let message = format!("{name}: {err}");
    match err.kind() {
        _ if err.is_limit() => Error::Limit(message),
        ErrorKind::NothingFound { .. } => Error::decode(message, "nothing_found", err.line()),
        ErrorKind::Refused { .. } => Error::decode(message, "refused", err.line()),
        _ => Error::decode(message, "malformed", err.line()),
    }
}

fn unix_ms(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
