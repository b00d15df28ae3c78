//! Where an output goes: a file, or standard output under the name `-`.

use std::{io::Write, path::Path};

use crate::{failure::Failure, show::output::Output};

/// Writes what was asked for as a file; `-` is standard output. Gives whether it was a file.
pub(crate) fn write_or_print(path: &Path, bytes: &[u8], out: &mut Output<'_>) -> Result<bool, Failure> {
    if path == Path::new(STDOUT) {
        out.write_all(bytes)?;
        return Ok(false);
    }
    write(path, bytes).map(|()| true)
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|problem| Failure::io(path, &problem))
}

/// The name of standard output.
pub(crate) const STDOUT: &str = "-";
