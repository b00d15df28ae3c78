//! Heap dumps: `gomem._heap`.

use std::{
    fs::File,
    io::Cursor,
    path::{Path, PathBuf},
    sync::Arc,
};

use gomem_heap::{Heap, HeapOptions, Limits, RedactedCore, RootChoice, WayTarget};
use gomem_pprof::Profile;
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{error::Error, input::Source, pprof::PyProfile, table::ArrowTable, worker};

/// A program's heap, with who keeps what.
#[pyclass(name = "Heap", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyHeap {
    heap: Arc<Heap>,
}

#[pymethods]
impl PyHeap {
    fn summary(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| [this.heap.summary()].to_table())
    }

    fn diagnostics(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.heap.diagnostic_rows().to_table())
    }

    fn retained(slf: &Bound<'_, Self>, by: &str) -> Result<ArrowTable, Error> {
        match by {
            "holder" => ArrowTable::from_fn(slf, |this| this.heap.holders().to_table()),
            "site" => ArrowTable::from_fn(slf, |this| this.heap.holder_sites().to_table()),
            "type" => ArrowTable::from_fn(slf, |this| this.heap.types().to_table()),
            other => Err(Error::usage(format!("by is holder, site or type, not {other:?}"))),
        }
    }

    fn objects(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.heap.object_table())
    }

    fn roots(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.heap.roots().to_table())
    }

    fn goroutines(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.heap.goroutines().to_table())
    }

    #[pyo3(signature = (to, limit))]
    fn paths(slf: &Bound<'_, Self>, to: Option<PathEnd>, limit: usize) -> Result<ArrowTable, Error> {
        let to = slf.get().target(to)?;
        ArrowTable::from_fn(slf, move |this| this.heap.paths(&to, limit).to_table())
    }

    fn outline(slf: &Bound<'_, Self>, holder: Option<String>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, move |this| this.heap.steps(holder.as_deref()).to_table())
    }

    fn windows(slf: &Bound<'_, Self>, min_bytes: u64, ratio: u64) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, move |this| this.heap.windows(min_bytes, ratio).to_table())
    }

    fn maps(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.heap.maps().to_table())
    }

    fn diff(slf: &Bound<'_, Self>, before: Py<Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, move |after| after.heap.diff(&before.get().heap).to_table())
    }

    fn profile(&self, py: Python<'_>) -> Result<PyProfile, Error> {
        let heap = Arc::clone(&self.heap);
        let decoded = worker::run(py, move || Profile::decode(&heap.to_pprof()))?;
        let profile = decoded.map_err(|err| Error::decode(err.to_string(), "profile", None))?;
        Ok(PyProfile { profile: Arc::new(profile) })
    }

    /// The dump, fit to send; `None` of a core, which [`redact_core`] is for.
    fn redacted(&self, py: Python<'_>) -> PyResult<Option<Vec<u8>>> {
        let heap = Arc::clone(&self.heap);
        worker::run(py, move || heap.redacted())
    }

    /// The version of Go, the objects and their bytes.
    #[getter]
    fn facts(&self) -> (String, u64, u64) {
        (self.heap.go_version().to_owned(), self.heap.objects(), self.heap.bytes())
    }
}

/// What paths lead to: an object, a holder, or the objects of a `file:line`.
#[derive(Debug, FromPyObject)]
enum PathEnd {
    Object(u32),
    Name(String),
}

impl PyHeap {
    pub(crate) fn heap(&self) -> &Heap {
        &self.heap
    }

    fn target(&self, to: Option<PathEnd>) -> Result<WayTarget, Error> {
        match to {
            None => Ok(WayTarget::All),
            Some(PathEnd::Object(object)) if u64::from(object) < self.heap.objects() => Ok(WayTarget::Object(object)),
            Some(PathEnd::Object(object)) => {
                Err(Error::usage(format!("to is {object}, and there are {} objects", self.heap.objects())))
            }
            Some(PathEnd::Name(name)) if self.heap.has_holder(&name) => Ok(WayTarget::Holder(name)),
            Some(PathEnd::Name(name)) => {
                let site = name.rsplit_once(':').and_then(|(file, line)| Some((file.to_owned(), line.parse().ok()?)));
                let problem = || Error::usage(format!("to is an object, a holder or file:line, not {name:?}"));
                site.map(|(file, line)| WayTarget::Site(file, line)).ok_or_else(problem)
            }
        }
    }
}

#[pyfunction]
#[pyo3(signature = (source, *, binary=None, roots="preferred", mem_profile_rate=None, limits=Vec::new()))]
fn read_heap(
    py: Python<'_>,
    source: Source,
    binary: Option<Source>,
    roots: &str,
    mem_profile_rate: Option<f64>,
    limits: Vec<(String, u32)>,
) -> Result<PyHeap, Error> {
    let name = source.name();
    let options = HeapOptions::default().with_limits(limits_of(limits)?).with_roots(match roots {
        "preferred" => RootChoice::Preferred,
        "all" => RootChoice::All,
        other => return Err(Error::usage(format!("roots is preferred or all, not {other:?}"))),
    });
    let mut options = with_binary(py, options, binary)?;
    if let Some(rate) = mem_profile_rate {
        if !(rate >= 1.0 && rate.is_finite()) {
            return Err(Error::usage("mem_profile_rate is at least 1 byte"));
        }
        options = options.with_mem_profile_rate(rate);
    }
    let core = source.path().and_then(|path| Heap::open_core(path).ok().flatten());
    let heap = match core {
        Some(file) => worker::run(py, move || Heap::read_with(file, options))?,
        None => {
            let bytes = source.read(py)?.into_vec();
            worker::run(py, move || Heap::decode_with(bytes, options))?
        }
    };
    heap.map(|heap| PyHeap { heap: Arc::new(heap) }).map_err(|err| failure(&name, &err))
}

/// Writes a core without the program's texts into a file that is there.
#[pyfunction]
#[pyo3(signature = (source, path, *, binary=None, limits=Vec::new()))]
fn redact_core(
    py: Python<'_>,
    source: Source,
    path: PathBuf,
    binary: Option<Source>,
    limits: Vec<(String, u32)>,
) -> Result<(), Error> {
    let name = source.name();
    let options = with_binary(py, HeapOptions::default().with_limits(limits_of(limits)?), binary)?;
    let core = source.path().and_then(|path| Heap::open_core(path).ok().flatten());
    let redacted = match core {
        Some(file) => worker::run(py, move || Heap::redact_core(file, &options))?,
        None => {
            let bytes = source.read(py)?.into_vec();
            worker::run(py, move || Heap::redact_core(Cursor::new(bytes), &options))?
        }
    };
    let redacted = redacted.map_err(|err| failure(&name, &err))?;
    worker::run(py, move || write(&redacted, path))?
}

#[cfg(target_os = "linux")]
fn write(core: &RedactedCore, path: PathBuf) -> Result<(), Error> {
    let file = File::options().write(true).truncate(true).open(&path);
    file.and_then(|file| gomem_capture::write_core(core, file)).map_err(|error| Error::Io { path, error })
}

#[cfg(not(target_os = "linux"))]
fn write(_core: &RedactedCore, _path: PathBuf) -> Result<(), Error> {
    Err(Error::usage("a core is made fit to send on Linux"))
}

/// With the program's file, or the one that a core holds the path of.
fn with_binary(py: Python<'_>, options: HeapOptions, binary: Option<Source>) -> Result<HeapOptions, Error> {
    let Some(binary) = binary else { return Ok(options) };
    if binary.path() == Some(Path::new("auto")) {
        return Ok(options.with_recorded_binary());
    }
    Ok(options.with_binary(binary.read(py)?.into_vec()))
}

fn failure(name: &str, err: &gomem_heap::Error) -> Error {
    let message = format!("{name}: {err}");
    if err.is_usage() {
        return Error::usage(message);
    }
    if err.is_limit() {
        return Error::Limit(message);
    }
    Error::Decode { message, kind: err.kind().name(), offset: Some(err.offset()), line: None }
}

fn limits_of(given: Vec<(String, u32)>) -> Result<Limits, Error> {
    given.into_iter().try_fold(Limits::default(), |limits, (name, value)| match name.as_str() {
        "objects" => Ok(limits.with_objects(value)),
        "edges" => Ok(limits.with_edges(value)),
        other => Err(Error::usage(format!("limits has objects and edges, not {other:?}"))),
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyHeap>()?;
    module.add_function(wrap_pyfunction!(read_heap, module)?)?;
    module.add_function(wrap_pyfunction!(redact_core, module)?)
}
