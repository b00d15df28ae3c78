//! The `gomem` command, as `gomem._cli` starts it.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::worker;

#[pyfunction]
fn run_command(py: Python<'_>, argv: Vec<OsString>) -> PyResult<u8> {
    py.detach(|| worker::guarded(|| gomem_cli::run_process(argv)))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run_command, module)?)
}
