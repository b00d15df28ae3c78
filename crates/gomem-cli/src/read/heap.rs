//! Heap dumps and cores.

use std::path::Path;

use gomem_heap::{Heap, HeapOptions};

use crate::{
    failure::Failure,
    read::{
        kind::Kind,
        source::{STDIN, read},
    },
};

/// The heap in a dump or core.
pub(crate) fn read_heap(path: &Path, options: HeapOptions) -> Result<Heap, Failure> {
    if path != Path::new(STDIN) {
        let core = Heap::open_core(path).map_err(|problem| Failure::io(path, &problem))?;
        if let Some(file) = core {
            return Heap::read_with(file, options).map_err(|problem| failure(path, &problem));
        }
    }
    let bytes = read(path)?;
    if !Heap::is_heap_dump(&bytes) && !Heap::is_core(&bytes) {
        return Err(Failure::input(path, format!("not a heap dump; {}", Kind::HeapDump.hint(&bytes))));
    }
    Heap::decode_with(bytes, options).map_err(|problem| failure(path, &problem))
}

/// The core in a file without the program's texts; `None` for what is no file of a core.
#[cfg(target_os = "linux")]
pub(crate) fn redacted_core(path: &Path, options: &HeapOptions) -> Result<Option<gomem_heap::RedactedCore>, Failure> {
    if path == Path::new(STDIN) {
        return Ok(None);
    }
    let core = Heap::open_core(path).map_err(|problem| Failure::io(path, &problem))?;
    let redacted = core.map(|file| Heap::redact_core(file, options)).transpose();
    redacted.map_err(|problem| failure(path, &problem))
}

fn failure(path: &Path, problem: &gomem_heap::Error) -> Failure {
    if problem.is_usage() {
        return Failure::Usage(format!("{}: {problem}; --binary FILE names it", path.display()));
    }
    Failure::input(path, problem)
}
