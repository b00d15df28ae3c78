//! The process is stopped, what is needed of it is copied, it is let go, and then all of it is written.

use std::{fs, ops::Range, path::Path, time::Duration};

use gomem_heap::{CopiedMemory, CorePlan, ReadMemory};
use procfs::process::Process;

use crate::{
    bundle::Folder,
    error::Error,
    process::{
        core_file::{CoreFile, own_machine},
        mappings::{Mappings, PAGE, joined},
        notes::notes,
        stopped::{ProcessMemory, Stopped},
    },
};

/// How a core is taken.
///
/// ```
/// use gomem_capture::CoreOptions;
///
/// // Without texts and buffers, unless they are asked for.
/// assert!(!CoreOptions::new(1).is_full && CoreOptions::new(1).with_contents().is_full);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CoreOptions {
    /// The process.
    pub pid: i32,
    /// Whether all of its memory is taken. Without it, objects without pointers, such as strings and buffers, are left out, and of
    /// all else what may be text.
    pub is_full: bool,
}

/// A core that was taken.
///
/// ```
/// use gomem_capture::{CoreOptions, take_core};
///
/// // No process has this number.
/// let taken = take_core(&CoreOptions::new(i32::MAX), &std::env::temp_dir().join("gomem-takes-no-core"));
/// assert!(taken.map(|core| core.stood_still).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TakenCore {
    /// How long the process stood still.
    pub stood_still: Duration,
    /// The bytes of memory in the core.
    pub copied_bytes: u64,
    /// The names of both files in the folder: the core's, and the program's.
    pub files: [String; 2],
}

impl CoreOptions {
    /// Of a process, without its texts.
    #[must_use]
    pub fn new(pid: i32) -> Self {
        Self { pid, is_full: false }
    }

    /// With all of its memory.
    #[must_use]
    pub fn with_contents(mut self) -> Self {
        self.is_full = true;
        self
    }
}

/// Takes a core of a process into a folder, with a copy of the program beside it.
///
/// # Errors
/// When there is no such process of Go, when it may not be stopped, or when the files cannot be written.
///
/// ```
/// use gomem_capture::{CoreOptions, Error, take_core};
///
/// let folder = std::env::temp_dir().join("gomem-takes-no-core-either");
/// let error = take_core(&CoreOptions::new(i32::MAX), &folder).unwrap_err();
/// assert!(matches!(error, Error::NoProcess { pid: i32::MAX }));
/// ```
pub fn take_core(options: &CoreOptions, directory: &Path) -> Result<TakenCore, Error> {
    let refused = |problem| Error::process(options.pid, &problem);
    let process = Process::new(options.pid).map_err(refused)?;
    // The file may have been replaced since: the process's own link still leads to what it runs.
    let link = format!("/proc/{}/exe", options.pid);
    let binary = fs::read(&link).map_err(|problem| Error::program_file(options.pid, &problem))?;
    let plan = CorePlan::new(&binary).map_err(|source| Error::Program { pid: options.pid, source })?;
    let name = process.exe().ok().and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()));
    let name = name.map_or_else(|| "program".to_owned(), |name| name.trim_end_matches(" (deleted)").to_owned());
    let memory = ProcessMemory::new(options.pid, process.mem().map_err(refused)?);
    let auxiliary = fs::read(format!("/proc/{}/auxv", options.pid)).unwrap_or_default();

    // What can be done while it still runs is done before.
    let mappings = Mappings::read(&process)?;
    let resident = process.statm().map_err(refused)?.resident * PAGE;
    let mut room = if options.is_full {
        CopiedMemory::with_room(resident)
    } else {
        let notes = notes(&name, &[], &auxiliary, &mappings.files(), options.is_full);
        plan.room(&notes, &mappings.writable(), &memory, resident)
    };

    // No process stands still for what cannot be written.
    if directory.join(CORE).exists() {
        return Err(Error::Io { path: directory.join(CORE), source: std::io::ErrorKind::AlreadyExists.into() });
    }
    let stopped = Stopped::new(&process)?;
    let mappings = Mappings::read(&process)?;
    let notes = notes(&name, &stopped.registers(), &auxiliary, &mappings.files(), options.is_full);
    let constants = plan.changed_constants(&notes, &mappings.constants(), &memory);
    let mut mapped = mappings.writable();
    mapped.extend(constants.iter().cloned());
    mapped.sort_by_key(|range| range.start);
    let copied = if options.is_full {
        room.copy(&memory, &resident_ranges(&process, &mapped)?);
        Copied::All(room)
    } else {
        let read = plan.read(&notes, &mapped, &constants, &memory, room);
        Copied::Needed(read.map_err(|source| Error::Program { pid: options.pid, source })?)
    };
    let stood_still = stopped.release();

    let folder = Folder::open_or_create(directory)?;
    let core = folder.create_file(CORE)?;
    let failed = |source| Error::Io { path: directory.join(CORE), source };
    let core = CoreFile::create(core, own_machine(), &notes, &mapped).map_err(failed)?;
    let copied_bytes = copied.write(&core, &mappings.places()).map_err(failed)?;
    let name = if name == CORE { format!("{name}.program") } else { name };
    folder.write(&name, &binary)?;
    Ok(TakenCore { stood_still, copied_bytes, files: [CORE.to_owned(), name] })
}

/// What was copied while the process stood still.
enum Copied {
    All(CopiedMemory),
    Needed(ReadMemory),
}

impl Copied {
    fn write(self, core: &CoreFile, places: &[Range<u64>]) -> std::io::Result<u64> {
        let mut written = 0;
        let mut write = |address, bytes: &[u8]| {
            written += bytes.len() as u64;
            core.write(address, bytes)
        };
        match self {
            Self::All(copied) => copied.parts().try_for_each(|(address, bytes)| write(address, bytes))?,
            Self::Needed(mut read) => {
                read.redact(places);
                read.parts().try_for_each(|(address, bytes)| write(address, bytes))?;
            }
        }
        Ok(written)
    }
}

/// All pages that the process has, in memory or swapped out.
fn resident_ranges(process: &Process, ranges: &[Range<u64>]) -> Result<Vec<Range<u64>>, Error> {
    use procfs::process::PageInfo;
    let refused = |problem| Error::process(process.pid, &problem);
    let mut pages = process.pagemap().map_err(refused)?;
    let mut resident = Vec::new();
    for range in ranges {
        let (first, last) = ((range.start / PAGE) as usize, (range.end / PAGE) as usize);
        let infos = pages.get_range_info(first..last).map_err(refused)?;
        let is_there = |info: &PageInfo| match info {
            PageInfo::MemoryPage(flags) => flags.contains(procfs::process::MemoryPageFlags::PRESENT),
            PageInfo::SwapPage(_) => true,
        };
        let there = infos.iter().zip(first as u64..).filter(|(info, _)| is_there(info));
        resident.extend(joined(there.map(|(_, number)| number * PAGE..(number + 1) * PAGE), LONGEST_RUN));
    }
    Ok(resident)
}

/// The core's name: what gomem recognises by its content.
const CORE: &str = "core";
const LONGEST_RUN: u64 = 16 << 20;
