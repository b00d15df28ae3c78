//! Files, and standard input under the name `-`.

use std::{io::Read, path::Path};

use crate::failure::Failure;

/// A file's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|problem| Failure::input(path, problem))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|problem| Failure::input(path, problem))
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|problem| Failure::input(path, problem))
}
