//! The compiler's log: `gomem._escape`.

use gomem_escape::{EscapeLog, diagnostics_table};
use pyo3::prelude::*;

use crate::{
    error::Error,
    input::{Bytes, Source},
    table::ArrowTable,
};

/// The compiler's log.
#[pyclass(name = "EscapeLog", module = "gomem._gomem", frozen)]
pub(crate) struct PyEscapeLog {
    pub(crate) log: EscapeLog,
    /// The text, for the frame of all its lines.
    text: Bytes,
}

#[pymethods]
impl PyEscapeLog {
    fn escapes(&self, py: Python<'_>) -> Result<ArrowTable, Error> {
        ArrowTable::build(py, || self.log.escapes_table())
    }

    fn diagnostics(&self, py: Python<'_>) -> Result<ArrowTable, Error> {
        let text: &[u8] = &self.text;
        ArrowTable::build(py, || diagnostics_table(text))
    }

    fn diff(&self, py: Python<'_>, before: &Self) -> Result<ArrowTable, Error> {
        let (after, before) = (&self.log, &before.log);
        ArrowTable::build(py, || after.diff(before).to_table())
    }

    /// Lines, and how many of them were parsed, unknown and skipped.
    #[getter]
    fn coverage(&self) -> (u64, u64, u64, u64) {
        let coverage = self.log.coverage();
        (coverage.lines, coverage.parsed, coverage.unknown, coverage.skipped)
    }

    fn __len__(&self) -> usize {
        self.log.heap_decisions().len()
    }
}

#[pyfunction]
fn read_escape_log(py: Python<'_>, source: Source) -> Result<PyEscapeLog, Error> {
    let name = source.name();
    let text = source.read(py)?;
    let bytes: &[u8] = &text;
    let log = py.detach(|| EscapeLog::decode(bytes)).map_err(|err| {
        let message = format!("{name}: {err}");
        if err.is_limit() { Error::Limit(message) } else { Error::decode(message, "nothing_found", err.line()) }
    })?;
    Ok(PyEscapeLog { log, text })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyEscapeLog>()?;
    module.add_function(wrap_pyfunction!(read_escape_log, module)?)
}
