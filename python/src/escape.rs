//! The compiler's log: `gomem._escape`.

use std::{
    fs::File,
    io,
    io::Read,
    path::{Path, PathBuf},
};

use gomem_escape::{DiagnosticsReader, EscapeLog, EscapeReader, Limits, files_of};
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{
    error::Error,
    input::{Bytes, OneOrMany, Source},
    table::ArrowTable,
    worker,
};

/// The compiler's log.
#[pyclass(name = "EscapeLog", module = "gomem._gomem", frozen)]
pub(crate) struct PyEscapeLog {
    pub(crate) log: EscapeLog,
    /// What it was read from, for the frame of all its lines.
    texts: Vec<Text>,
}

/// One text of a log: files are read again, so that a large one is not kept.
enum Text {
    File(PathBuf),
    Bytes { name: String, bytes: Bytes },
}

/// A file that remembers why it could not be read on.
struct Watched {
    file: File,
    problem: Option<io::Error>,
}

#[pymethods]
impl PyEscapeLog {
    fn escapes(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.log.heap_decisions().to_table())
    }

    fn stack_buffers(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.log.stack_buffers().to_table())
    }

    fn leaks(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.log.leaks().to_table())
    }

    fn inlining(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.log.inlining().to_table())
    }

    fn diagnostics(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        let (py, kept) = (slf.py(), slf.clone().unbind());
        let diagnostics = worker::run(py, move || {
            let mut diagnostics = DiagnosticsReader::new(Limits::default());
            for text in &kept.get().texts {
                text.read(|log| diagnostics.read(log))?;
            }
            Ok::<_, Error>(diagnostics.finish())
        })??;
        ArrowTable::build(py, move || diagnostics.to_table())
    }

    fn diff(slf: &Bound<'_, Self>, before: Py<Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, move |after| after.log.diff(&before.get().log).to_table())
    }

    /// Lines, and how many of them were parsed, unknown and skipped.
    #[getter]
    fn coverage(&self) -> (u64, u64, u64, u64) {
        let coverage = self.log.coverage();
        (coverage.lines, coverage.parsed, coverage.unknown, coverage.skipped)
    }

    /// The oldest and the newest Go that can have printed it: 21 is Go 1.21.
    #[getter]
    fn go_versions(&self) -> (u32, u32) {
        let versions = self.log.go_versions();
        (versions.oldest(), versions.newest())
    }

    fn __len__(&self) -> usize {
        self.log.heap_decisions().len()
    }
}

impl Text {
    /// The texts of a source: of a folder, those of its files.
    fn from_source(py: Python<'_>, source: Source) -> Result<Vec<Self>, Error> {
        if let Source::Path(path) = &source {
            let folder = files_of(path).map_err(|error| Error::Io { path: path.clone(), error })?;
            return Ok(folder.files.into_iter().map(Self::File).collect());
        }
        let name = source.name();
        Ok(vec![Self::Bytes { name, bytes: source.read(py)? }])
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Bytes { name, .. } => name.clone(),
        }
    }

    fn read(&self, take: impl FnOnce(&mut dyn Read) -> Result<(), gomem_escape::Error>) -> Result<(), Error> {
        let taken = match self {
            Self::File(path) => {
                let mut file = Watched { file: open(path)?, problem: None };
                let taken = take(&mut file);
                if let Some(error) = file.problem {
                    return Err(Error::Io { path: path.clone(), error });
                }
                taken
            }
            Self::Bytes { bytes, .. } => take(&mut &bytes[..]),
        };
        taken.map_err(|err| failed(&self.name(), &err))
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer);
        if let Err(error) = &read
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.problem = error.raw_os_error().map(io::Error::from_raw_os_error);
        }
        read
    }
}

#[pyfunction]
#[pyo3(signature = (source, *, std_from=None))]
fn read_escape_log(py: Python<'_>, source: OneOrMany<Source>, std_from: Option<PathBuf>) -> Result<PyEscapeLog, Error> {
    let sources = source.into_vec();
    let name = sources.first().map_or_else(|| "no source".to_owned(), Source::name);
    let mut texts = Vec::new();
    for source in sources {
        texts.extend(Text::from_source(py, source)?);
    }
    worker::run(py, move || {
        let mut reader = EscapeReader::new(Limits::default());
        for text in &texts {
            text.read(|log| reader.read(log))?;
        }
        if let Some(goroot) = &std_from {
            reader.read_std(goroot).map_err(|err| failed(&goroot.display().to_string(), &err))?;
        }
        let log = reader.finish().map_err(|err| failed(&name, &err))?;
        Ok(PyEscapeLog { log, texts })
    })?
}

fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| Error::Io { path: path.to_owned(), error })
}

fn failed(name: &str, err: &gomem_escape::Error) -> Error {
    let message = format!("{name}: {err}");
    if err.is_limit() { Error::Limit(message) } else { Error::decode(message, "nothing_found", err.line()) }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyEscapeLog>()?;
    module.add_function(wrap_pyfunction!(read_escape_log, module)?)
}
