//! Heap dumps and cores.

use std::path::{Path, PathBuf};

use clap::Args;
use gomem_heap::{Heap, HeapOptions};
use gomem_pprof::Profile;

use crate::{
    failure::Failure,
    read::{
        kind::Kind,
        source::{STDIN, Source, read},
    },
};

/// The file of the program that a dump or a core is of.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct ProgramFile {
    /// The program's file, with symbols: it names global variables. A core cannot be read without it; `auto` takes the file
    /// that the core says it ran from.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

impl ProgramFile {
    /// How to read a heap with it.
    pub(crate) fn options(&self) -> Result<HeapOptions, Failure> {
        let options = HeapOptions::default();
        Ok(match &self.binary {
            Some(path) if path == Path::new("auto") => options.with_recorded_binary(),
            Some(path) => options.with_binary(read(path)?),
            None => options,
        })
    }

    /// The heap in the only source.
    pub(crate) fn heap(&self, sources: &[Source]) -> Result<Heap, Failure> {
        match sources {
            [source] => read_heap(source.path(), self.options()?),
            _ => Err(Failure::Usage("heap dumps and cores are converted one by one".to_owned())),
        }
    }
}

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

/// What holders of a heap keep, as a profile.
pub(crate) fn retained(path: &Path, heap: &Heap) -> Result<Profile, Failure> {
    Profile::decode(&heap.to_pprof()).map_err(|problem| Failure::input(path, problem))
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
