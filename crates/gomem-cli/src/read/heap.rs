//! Heap dumps and cores.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

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
    if let Some(file) = core_file(path).map_err(|problem| Failure::io(path, &problem))? {
        return Heap::read_with(file, options).map_err(|problem| failure(path, &problem));
    }
    let bytes = read(path)?;
    if !Heap::is_heap_dump(&bytes) && !Heap::is_core(&bytes) {
        return Err(Failure::input(path, format!("not a heap dump; {}", Kind::HeapDump.hint(&bytes))));
    }
    Heap::decode_with(bytes, options).map_err(|problem| failure(path, &problem))
}

/// A core's file, which is mostly zeros and is not held as a whole.
fn core_file(path: &Path) -> io::Result<Option<File>> {
    if path == Path::new(STDIN) {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(Heap::is_core(&head).then_some(file))
}

fn failure(path: &Path, problem: &gomem_heap::Error) -> Failure {
    if problem.is_usage() {
        return Failure::Usage(format!("{}: {problem}; --binary FILE names it", path.display()));
    }
    Failure::input(path, problem)
}

/// So much tells what a file is, gzipped or not.
const HEAD: u64 = 64 << 10;
