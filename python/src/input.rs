//! The sources every reader takes.

use std::{
    fmt, fs, io,
    ops::Deref,
    path::{Path, PathBuf},
};

use gomem_postmortem::Allowance;
use gomem_source::SourceTree;
use gomem_table::checkpoint;
use pyo3::{
    buffer::PyBuffer,
    exceptions::PyTypeError,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyList, PyString, PyTuple},
};

use crate::{error::Error, worker};

/// A path, bytes, or a binary file object.
pub(crate) enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    File { object: Py<PyAny>, name: Option<PathBuf> },
}

/// Bytes, borrowed from Python where that is possible.
pub(crate) enum Bytes {
    Borrowed(PyBackedBytes),
    Owned(Vec<u8>),
}

/// One value, or a list or tuple of them.
pub(crate) struct OneOrMany<T>(Vec<T>);

impl Source {
    /// What to call it in a message.
    pub(crate) fn name(&self) -> String {
        match self.path() {
            Some(path) => path.display().to_string(),
            None => match self {
                Self::File { .. } => "<file object>".to_owned(),
                _ => "<bytes>".to_owned(),
            },
        }
    }

    /// Where it comes from, as far as that is known.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::File { name, .. } => name.as_deref(),
            Self::Bytes(_) => None,
        }
    }

    /// All of its bytes. Reading a path releases the interpreter.
    pub(crate) fn read(self, py: Python<'_>) -> Result<Bytes, Error> {
        match self {
            Self::Path(path) => worker::run(py, move || read_path(&path))?.map(Bytes::Owned),
            Self::Bytes(bytes) => Ok(bytes),
            Self::File { object, .. } => read_file(object.bind(py)).map(Bytes::Owned),
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Source {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyBytes>() {
            return Ok(Self::Bytes(Bytes::Borrowed(object.extract()?)));
        }
        if object.is_instance_of::<PyString>() || object.hasattr("__fspath__")? {
            return Ok(Self::Path(object.extract()?));
        }
        if let Ok(buffer) = PyBuffer::<u8>::get(&object) {
            return Ok(Self::Bytes(Bytes::Owned(buffer.to_vec(object.py())?)));
        }
        if object.hasattr("read")? {
            let name = object.getattr("name").and_then(|name| name.extract()).ok();
            return Ok(Self::File { object: object.to_owned().unbind(), name });
        }
        let found = object.get_type().name()?;
        Err(PyTypeError::new_err(format!("a source is a path, bytes or a binary file object, not {found}")))
    }
}

impl<T> OneOrMany<T> {
    pub(crate) fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<'a, 'py, T> FromPyObject<'a, 'py> for OneOrMany<T>
where
    T: for<'b> FromPyObject<'b, 'py, Error = PyErr>,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
            return object.try_iter()?.map(|item| item?.extract()).collect::<PyResult<_>>().map(Self);
        }
        Ok(Self(vec![object.extract()?]))
    }
}

/// The files below some folders; `None` where none is named.
pub(crate) fn source_tree(folders: &[PathBuf]) -> Result<Option<SourceTree>, Error> {
    let opened = (!folders.is_empty()).then(|| SourceTree::open(folders));
    opened.transpose().map_err(|failed| Error::Io { path: failed.path, error: failed.problem })
}

impl Bytes {
    /// Copied only when they are Python's; in pieces, as gigabytes take a while and Ctrl-C ends that too.
    pub(crate) fn into_vec(self) -> Vec<u8> {
        match self {
            Self::Borrowed(bytes) => {
                let mut copy = Vec::with_capacity(bytes.len());
                for piece in bytes.chunks(1 << 20) {
                    checkpoint();
                    copy.extend_from_slice(piece);
                }
                copy
            }
            Self::Owned(bytes) => bytes,
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// Reads a file, up to the limit of its kind: a path may name a device that never ends.
pub(crate) fn read_path(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(&path.display().to_string(), &error),
        _ => Error::Io { path: path.to_owned(), error },
    };
    let file = fs::File::open(path).map_err(failed)?;
    Allowance::read(file, u64::MAX).map_err(failed)
}

fn read_file(object: &Bound<'_, PyAny>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    loop {
        let chunk = object.call_method1("read", (CHUNK_BYTES,))?;
        let Ok(chunk) = chunk.cast::<PyBytes>() else {
            return Err(Error::usage("the file object gives text; open it in binary mode: open(path, \"rb\")"));
        };
        if chunk.as_bytes().is_empty() {
            return Ok(bytes);
        }
        bytes.extend_from_slice(chunk.as_bytes());
        let allowance = Allowance::from_head(&bytes[..bytes.len().min(CHUNK_BYTES)]);
        if bytes.len() as u64 > allowance.bytes() {
            return Err(too_large("<file object>", &allowance));
        }
    }
}

fn too_large(name: &str, problem: &dyn fmt::Display) -> Error {
    Error::Limit(format!("{name}: {problem}; split the input"))
}

const CHUNK_BYTES: usize = 1 << 20;
