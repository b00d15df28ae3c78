//! The exceptions, and what becomes which of them.

use std::{io, path::PathBuf};

use pyo3::{create_exception, exceptions, prelude::*};

create_exception!(gomem, GomemError, exceptions::PyException, "Base of all errors that gomem raises.");
create_exception!(
    gomem,
    DecodeError,
    GomemError,
    "The input is not what it should be.\n\nAttributes: ``kind`` (what is wrong, in one word), ``offset`` (the byte, \
     for binary input) and ``line`` (from 1, for text); each None where it is not known."
);
create_exception!(gomem, LimitError, GomemError, "The input is larger than is accepted.");
create_exception!(gomem, UsageError, GomemError, "The arguments do not make sense together, or an option is unknown.");
create_exception!(
    gomem,
    InternalError,
    GomemError,
    "A mistake of gomem's own, whatever the input is. Please report it, with what led to it."
);

/// What can go wrong in this module.
#[derive(Debug)]
pub(crate) enum Error {
    Decode { message: String, kind: &'static str, offset: Option<u64>, line: Option<u64> },
    Limit(String),
    Usage(String),
    Io { path: PathBuf, error: io::Error },
    Python(PyErr),
}

impl Error {
    /// Malformed text: the message already says where.
    pub(crate) fn decode(message: impl Into<String>, kind: &'static str, line: Option<u64>) -> Self {
        Self::Decode { message: message.into(), kind, offset: None, line }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }
}

impl From<PyErr> for Error {
    fn from(err: PyErr) -> Self {
        Self::Python(err)
    }
}

impl From<Error> for PyErr {
    fn from(err: Error) -> Self {
        match err {
            Error::Decode { message, kind, offset, line } => decode_error(message, kind, offset, line),
            Error::Limit(message) => LimitError::new_err(message),
            Error::Usage(message) => UsageError::new_err(message),
            Error::Io { path, error } => os_error(path, &error),
            Error::Python(err) => err,
        }
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let decode_error = py.get_type::<DecodeError>();
    for attribute in ["kind", "offset", "line"] {
        decode_error.setattr(attribute, py.None())?;
    }
    module.add("GomemError", py.get_type::<GomemError>())?;
    module.add("DecodeError", decode_error)?;
    module.add("InternalError", py.get_type::<InternalError>())?;
    module.add("LimitError", py.get_type::<LimitError>())?;
    module.add("UsageError", py.get_type::<UsageError>())
}

fn decode_error(message: String, kind: &'static str, offset: Option<u64>, line: Option<u64>) -> PyErr {
    Python::attach(|py| {
        let err = DecodeError::new_err(message);
        let value = err.value(py);
        let set = || {
            value.setattr("kind", kind)?;
            value.setattr("offset", offset)?;
            value.setattr("line", line)
        };
        match set() {
            Ok(()) => err,
            Err(failure) => failure,
        }
    })
}

/// `OSError` chooses its subclass by the error number: `FileNotFoundError`, `PermissionError`, …
fn os_error(path: PathBuf, error: &io::Error) -> PyErr {
    let Some(code) = error.raw_os_error() else {
        return UsageError::new_err(format!("{}: {error}", path.display()));
    };
    let path = path.into_os_string();
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or(&text).to_owned();
    if cfg!(windows) {
        return exceptions::PyOSError::new_err((0, reason, path, code));
    }
    exceptions::PyOSError::new_err((code, reason, path))
}
