//! What is mapped in a process.

use std::{ops::Range, path::PathBuf};

use procfs::process::{MMPermissions, MMapPath, MemoryMap, Process};

use crate::error::Error;

/// What is mapped in a process, by address.
#[derive(Debug)]
pub(super) struct Mappings {
    all: Vec<MemoryMap>,
}

/// A part of a file that is mapped.
pub(super) struct MappedFile {
    pub(super) range: Range<u64>,
    pub(super) offset: u64,
    pub(super) path: PathBuf,
}

impl Mappings {
    pub(super) fn read(process: &Process) -> Result<Self, Error> {
        let maps = process.maps().map_err(|problem| Error::process(process.pid, &problem))?;
        Ok(Self { all: maps.into_iter().collect() })
    }

    /// All that addresses may lead to, what is only reserved too.
    pub(super) fn places(&self) -> Vec<Range<u64>> {
        self.all.iter().map(|map| map.address.0..map.address.1).collect()
    }

    /// What the process can write to, and nobody else.
    pub(super) fn writable(&self) -> Vec<Range<u64>> {
        let wanted = MMPermissions::READ | MMPermissions::WRITE | MMPermissions::PRIVATE;
        self.ranges(|map| map.perms.contains(wanted))
    }

    /// The constants of the program: where it was moved, its loader has changed them.
    pub(super) fn constants(&self) -> Vec<Range<u64>> {
        let program = self.files().into_iter().next().map(|file| MMapPath::Path(file.path));
        let is_constant = |map: &MemoryMap| map.perms == MMPermissions::READ | MMPermissions::PRIVATE;
        self.ranges(|map| is_constant(map) && Some(&map.pathname) == program.as_ref())
    }

    fn ranges(&self, is_wanted: impl Fn(&MemoryMap) -> bool) -> Vec<Range<u64>> {
        let wanted = self.all.iter().filter(|map| is_wanted(map));
        joined(wanted.map(|map| map.address.0..map.address.1), u64::MAX)
    }

    /// The parts of files that are mapped, the program's first.
    pub(super) fn files(&self) -> Vec<MappedFile> {
        let file = |map: &MemoryMap| match &map.pathname {
            MMapPath::Path(path) => {
                Some(MappedFile { range: map.address.0..map.address.1, offset: map.offset, path: path.clone() })
            }
            _ => None,
        };
        self.all.iter().filter_map(file).collect()
    }
}

/// Ranges by address, of which those that touch each other are one, up to a length.
pub(super) fn joined(ranges: impl IntoIterator<Item = Range<u64>>, longest: u64) -> Vec<Range<u64>> {
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| last.end == range.start && last.end - last.start < longest) {
            Some(last) => last.end = range.end,
            None => joined.push(range),
        }
    }
    joined
}

/// A page of memory, as cores have it.
pub(super) const PAGE: u64 = 4096;
