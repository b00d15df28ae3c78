//! The `gomem` command, as `gomem._cli` starts it.

use std::{ffi::OsString, io::Write};

use pyo3::prelude::*;

#[pyfunction]
fn run_command(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    py.detach(|| run(argv))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run_command, module)?)
}

/// Runs the command line `argv`, whose first word is the program's name, and gives the exit code.
///
/// This is the place for `gomem_cli::run`, which has the same signature.
fn run(argv: impl IntoIterator<Item = OsString>) -> u8 {
    let mut out = std::io::stdout();
    let wants_version = argv.into_iter().nth(1).is_some_and(|word| word == "--version" || word == "-V");
    let written = if wants_version {
        writeln!(out, "gomem {}", env!("CARGO_PKG_VERSION"))
    } else {
        writeln!(std::io::stderr(), "usage: gomem --version")
    };
    if wants_version && written.is_ok() { 0 } else { USAGE }
}

/// The exit code of bad usage.
const USAGE: u8 = 2;
