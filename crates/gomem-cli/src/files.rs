//! Files, and standard input under the name `-`.

use std::{
    io::{Read, Write},
    path::Path,
};

use gomem_postmortem::{Artifact, Bundle};

use crate::{failure::Failure, progress};

/// A file's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|problem| Failure::input(path, problem))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|problem| Failure::input(path, problem))
}

/// A bundle: a folder, or one file.
pub(crate) fn bundle(path: &Path) -> Result<Bundle, Failure> {
    if path != Path::new("-") {
        return Ok(progress::busy(format!("reading {}", path.display()), || Bundle::open(path))?);
    }
    let artifact = Artifact { name: "-".to_owned(), bytes: read(path)?, modified_ms: None };
    let bundle = Bundle::of("standard input", vec![artifact]);
    match bundle.unread().first() {
        Some(unread) if bundle.contents().is_empty() => Err(Failure::input(path, &unread.reason)),
        _ => Ok(bundle),
    }
}

/// Writes what was asked for as a file; `-` is standard output. Gives whether it was a file.
pub(crate) fn write_or_print(path: &Path, bytes: &[u8], out: &mut dyn Write) -> Result<bool, Failure> {
    if path == Path::new("-") {
        out.write_all(bytes)?;
        return Ok(false);
    }
    write(path, bytes).map(|()| true)
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|problem| Failure::input(path, problem))
}
