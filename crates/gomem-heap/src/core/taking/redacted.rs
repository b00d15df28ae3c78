//! A core without the program's texts: what [`CorePlan`] takes of a process that runs, taken of one that was recorded.

use std::ops::Range;

use gomem_binary::Layout;

use crate::{
    core::{
        decode::Core,
        elf::{
            file::CoreFile,
            image::Image,
            memory::Memory,
            notes::{self, Machine},
        },
        taking::{
            copied::{CopiedMemory, StoppedMemory},
            plan::{CorePlan, ReadMemory, is_no_text},
        },
    },
    error::{Error, ErrorKind, Limits},
};

/// What a core has that is fit to send: who keeps memory, and no text and no buffer of the program.
///
/// ```
/// # let core = std::io::Cursor::new(gomem_testkit::inflated("testdata/heap/holders-go1.27.3.core.gz"));
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// use gomem_heap::{Heap, HeapOptions};
///
/// let redacted = Heap::redact_core(core, &HeapOptions::default().with_binary(binary))?;
/// assert_eq!(redacted.machine(), 62, "amd64");
/// assert!(redacted.parts().all(|(_, bytes)| !bytes.is_empty()));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug)]
pub struct RedactedCore {
    machine: Machine,
    notes: Vec<u8>,
    memory: Vec<Range<u64>>,
    read: ReadMemory,
}

impl RedactedCore {
    /// Of a core, with the program's file, which must be the one that ran.
    pub(crate) fn new(core: Core, program: Layout, limits: &Limits) -> Result<Self, Error> {
        core.check(&program)?;
        let CoreFile { machine, image, notes, raw_notes, mut places, writable, .. } = core.file;
        let (program_place, slide) = (program.extent(), notes.slide(&program));
        places.push(program_place.start.wrapping_add(slide)..program_place.end.wrapping_add(slide));
        let places = joined(places);
        // The program's constants are in its file, but for those that its loader changed.
        let own = program.extent();
        let is_own = |range: &Range<u64>| own.contains(&range.start.wrapping_sub(slide));
        let writable = joined(writable);
        let (mut memory, constants): (Vec<_>, Vec<_>) =
            image.ranges().partition(|range| writable.iter().any(|writable| writable.contains(&range.start)));
        let constants: Vec<Range<u64>> = constants.into_iter().filter(is_own).collect();
        let plan = CorePlan::of_layout(program, machine)?;
        let changed = plan.changed_constants(&raw_notes, &constants, &image);
        memory.extend(changed.iter().cloned());
        let memory = joined(memory);
        // What is read is held beside the core, zeros too.
        let bytes = memory.iter().fold(0_u64, |sum, range| sum.saturating_add(range.end - range.start));
        if bytes > limits.inflated_bytes {
            return Err(Error::new(ErrorKind::Limit { what: "bytes", limit: limits.inflated_bytes }, 0));
        }
        let mut read = plan.read(&raw_notes, &memory, &changed, &image, CopiedMemory::default())?;
        read.redact(&places);
        let notes = notes::redacted(&raw_notes, |register| is_no_text(&places, register));
        Ok(Self { machine, notes, memory, read })
    }

    /// The number that ELF files have for its processor (`e_machine`).
    #[must_use]
    pub fn machine(&self) -> u16 {
        self.machine.to_elf()
    }

    /// Its notes: threads, where the program was loaded, which files were mapped.
    #[must_use]
    pub fn notes(&self) -> &[u8] {
        &self.notes
    }

    /// The memory that the core has, by address; what is in no part of it is zeros.
    #[must_use]
    pub fn memory(&self) -> &[Range<u64>] {
        &self.memory
    }

    /// Where each part lay, and its bytes: later ones may lie in earlier ones and are what counts.
    pub fn parts(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.read.parts()
    }
}

/// By address, those in one that touch each other.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for place in ranges {
        match joined.last_mut().filter(|last| place.start <= last.end) {
            Some(last) => last.end = last.end.max(place.end),
            None => joined.push(place),
        }
    }
    joined
}

impl StoppedMemory for Image {
    fn read(&self, address: u64, into: &mut [u8]) -> bool {
        let mut bytes = Vec::new();
        let is_there = self.copy(address, into.len() as u64, &mut bytes);
        if is_there {
            into.copy_from_slice(&bytes);
        }
        is_there
    }
}
