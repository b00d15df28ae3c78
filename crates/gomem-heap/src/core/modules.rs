//! The parts of the program that the runtime knows of (`moduledata` in `runtime/symtab.go`): where global variables with pointers lie.

use crate::{
    core::{
        process::{Process, WORD},
        writer::Writer,
    },
    memory::{Segment, SegmentKind},
};

/// A part of the program: itself, or a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Module {
    address: u64,
}

/// The program's parts, itself first.
pub(super) fn modules(process: &Process<'_>) -> Vec<Module> {
    let first = process.variable("runtime.firstmoduledata").unwrap_or_default();
    let list = process.list(first, "runtime.moduledata next");
    list.into_iter().take(MOST).map(|address| Module { address }).collect()
}

impl Module {
    /// Why it is not the one that the program's file describes, where it is not.
    pub(super) fn mismatch(self, process: &Process<'_>) -> Option<&'static str> {
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

    /// Its global variables, written with the places of their pointers.
    pub(super) fn write(self, process: &Process<'_>, writer: &mut Writer) -> Vec<Segment> {
        let kinds = [
            (SegmentKind::Data, "runtime.moduledata data", "runtime.moduledata edata", "runtime.moduledata gcdatamask"),
            (SegmentKind::Bss, "runtime.moduledata bss", "runtime.moduledata ebss", "runtime.moduledata gcbssmask"),
        ];
        let segment = |(kind, start, end, mask): (SegmentKind, &str, &str, &str)| {
            let field = |name: &str| process.field(self.address, name);
            let (address, end) = (field(start)?, field(end)?);
            let contents = process.bytes(address, end.checked_sub(address)?)?;
            let bits = field(&format!("{mask}.n"))?.min(contents.len() as u64 / WORD);
            let mask = process.bytes(field(&format!("{mask}.bytedata"))?, bits.div_ceil(8))?;
            let is_pointer = |word: &u64| mask.get((word / 8) as usize).is_some_and(|byte| byte >> (word % 8) & 1 == 1);
            let offsets = (0..bits).filter(is_pointer).map(|word| word * WORD);
            Some(Segment { kind, address, words: writer.write(&contents, offsets) })
        };
        kinds.into_iter().filter_map(segment).collect()
    }
}

/// More plugins than a program has.
const MOST: usize = 64;
