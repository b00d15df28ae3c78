//! The parts of the program that the runtime knows of (`moduledata` in `runtime/symtab.go`): where global variables with pointers lie.

use crate::{
    core::{
        elf::word::WORD,
        runtime::{process::Process, writer::Writer},
    },
    error::{Error, ErrorKind},
    memory::{Segment, SegmentKind},
};

/// A part of the program: itself, or a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Module {
    address: u64,
}

/// The program's parts, itself first, which must be what the program's file describes.
pub(crate) fn modules(process: &Process<'_>) -> Result<Vec<Module>, Error> {
    let first = process.variable("runtime.firstmoduledata").unwrap_or_default();
    let list = process.list(first, "runtime.moduledata next");
    let modules: Vec<Module> = list.into_iter().take(MOST).map(|address| Module { address }).collect();
    let first = modules.first().ok_or_else(|| Error::lacks("the runtime's list of modules"))?;
    match first.mismatch(process) {
        Some(reason) => Err(Error::new(ErrorKind::BinaryMismatch { reason, path: process.notes.program.clone() }, 0)),
        None => Ok(modules),
    }
}

impl Module {
    pub(crate) fn at(address: u64) -> Self {
        Self { address }
    }

    /// Why it is not the one that the program's file describes, where it is not.
    pub(crate) fn mismatch(self, process: &Process<'_>) -> Option<&'static str> {
        let field = |name: &str| process.field(self.address, name).map(|address| address.wrapping_sub(process.slide));
        let program = process.program;
        let is_range = |range: std::ops::Range<u64>, start: &str, end: &str| {
            field(start) == Some(range.start) && field(end) == Some(range.end)
        };
        if field("runtime.moduledata pcHeader") != Some(program.function_table()) {
            return Some("its functions lie elsewhere");
        }
        let has_data = is_range(program.data(), "runtime.moduledata data", "runtime.moduledata edata");
        let has_bss = is_range(program.bss(), "runtime.moduledata bss", "runtime.moduledata ebss");
        let has_types = field("runtime.moduledata types") == Some(program.types().start);
        (!(has_data && has_bss && has_types)).then_some("its global variables lie elsewhere")
    }

    /// Where its global variables lie, and a bit for each of their words.
    fn variables(self, process: &Process<'_>) -> Vec<(SegmentKind, std::ops::Range<u64>, Vec<u8>)> {
        let kinds = [
            (SegmentKind::Data, "runtime.moduledata data", "runtime.moduledata edata", "runtime.moduledata gcdatamask"),
            (SegmentKind::Bss, "runtime.moduledata bss", "runtime.moduledata ebss", "runtime.moduledata gcbssmask"),
        ];
        let part = |(kind, start, end, mask): (SegmentKind, &str, &str, &str)| {
            let field = |name: &str| process.field(self.address, name);
            let range = field(start)?..field(end)?;
            let words = range.end.checked_sub(range.start)? / WORD;
            let bits = field(&format!("{mask}.n"))?.min(words);
            Some((kind, range, process.bytes(field(&format!("{mask}.bytedata"))?, bits.div_ceil(8))?))
        };
        kinds.into_iter().filter_map(part).collect()
    }
}

/// The global variables of all modules, written with the places of their pointers. They lie apart from each other.
pub(crate) fn write_globals(
    process: &Process<'_>,
    modules: &[Module],
    writer: &mut Writer,
) -> Result<Vec<Segment>, Error> {
    let mut segments: Vec<Segment> = Vec::new();
    for (kind, range, mask) in modules.iter().flat_map(|module| module.variables(process)) {
        let overlaps = |segment: &Segment| {
            segment.address < range.end && range.start < segment.address.saturating_add(segment.words.length as u64)
        };
        writer.claim(range.end - range.start)?;
        if segments.iter().any(overlaps) {
            continue;
        }
        let Some(contents) = process.contents(range.start, range.end - range.start) else { continue };
        let words = contents.len() as u64 / WORD;
        let is_pointer = |word: &u64| mask.get((word / 8) as usize).is_some_and(|byte| byte >> (word % 8) & 1 == 1);
        let words = writer.write(&contents, (0..words).filter(is_pointer).map(|word| word * WORD))?;
        segments.push(Segment { kind, address: range.start, words });
    }
    Ok(segments)
}

/// More plugins than a program has.
const MOST: usize = 64;
