//! A core's file and the program's → [`Snapshot`].

use std::{collections::HashMap, sync::Arc};

use gomem_binary::Layout;

use crate::{
    core::{
        elf::{file::CoreFile, image::Image, memory::Memory, notes::Machine, word::WORD},
        runtime::{
            counts::counted,
            goroutines::{goroutines, processors, threads},
            layouts::{LayoutSource, Layouts},
            masks::Masks,
            modules::{modules, write_globals},
            names::Names,
            objects::objects,
            process::Process,
            profile, shapes,
            spans::spans,
            specials::Specials,
            writer::Writer,
        },
    },
    error::{Diagnostic, Error, ErrorKind, Flaw, Limits},
    memory::{Counted, OtherRoot, Snapshot, SnapshotSource, Target},
    packing::Source,
};

/// A core that was read, and is still to be understood with the program's file.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) file: CoreFile,
}

impl Core {
    pub(crate) fn read(source: &mut dyn Source, limits: &Limits) -> Result<Self, Error> {
        Ok(Self { file: CoreFile::read(source, limits)? })
    }

    /// Where the program's file was when it ran.
    pub(crate) fn program(&self) -> Option<&str> {
        self.file.notes.program.as_deref()
    }

    /// What tells that a file is not that of the program that ran; nothing where it may be.
    pub(crate) fn mismatch(&self, program: &Layout) -> Option<&'static str> {
        let slide = self.file.notes.slide(program);
        let differs = |(address, bytes): (u64, &[u8])| {
            let mut found = Vec::new();
            let length = bytes.len().min(COMPARED);
            let is_there = self.file.image.copy(address.wrapping_add(slide), length as u64, &mut found);
            is_there && found != bytes[..length]
        };
        program.constant_parts().any(differs).then_some("its constants are others")
    }

    /// Nothing, where a file is that of the program that ran.
    pub(crate) fn check(&self, program: &Layout) -> Result<(), Error> {
        let Some(reason) = self.mismatch(program) else { return Ok(()) };
        Err(Error::new(ErrorKind::BinaryMismatch { reason, path: self.file.notes.program.clone() }, 0))
    }

    /// What the core says, with the program's file, which must be the one that ran.
    pub(crate) fn decode(self, program: &Layout, limits: &Limits) -> Result<Snapshot, Error> {
        self.check(program)?;
        let CoreFile { machine, image, notes, missing_bytes, .. } = self.file;
        let target = machine.target(program);
        let mut candidates = of_program(program, &target, machine)?;
        let first = candidates.remove(0);
        let mut process = Process::new(machine, &image, notes, program, first);
        process.find_variables();
        let snapshot = |process: &Process<'_>| snapshot(process, &target, &image, missing_bytes, limits);
        let mut found = snapshot(&process);
        // A table may be that of another patch: the runtime's own count tells.
        for layouts in candidates {
            if process.layouts.source == LayoutSource::Dwarf || found.as_ref().is_ok_and(is_plausible) {
                break;
            }
            process.layouts = layouts;
            process.find_variables();
            let other = snapshot(&process);
            if other.as_ref().is_ok_and(is_plausible) {
                found = other;
            }
        }
        let mut snapshot = found?;
        if process.layouts.source == LayoutSource::Table && !is_plausible(&snapshot) {
            return Err(no_layouts(program));
        }
        // Contents are where they were read, and behind them what was written in addition.
        let written = std::mem::replace(&mut snapshot.file, image.into_held());
        snapshot.file.extend(written);
        Ok(snapshot)
    }
}

/// Where fields lie in a program's structures: one answer of its own debug information, or several that may be right.
pub(crate) fn of_program(program: &Layout, target: &Target, machine: Machine) -> Result<Vec<Layouts>, Error> {
    let candidates = match Layouts::from_debug(&program.debug_info()) {
        Some(layouts) => vec![layouts],
        None => Layouts::from_tables(target.go_minor(), machine),
    };
    if candidates.is_empty() { Err(no_layouts(program)) } else { Ok(candidates) }
}

fn no_layouts(program: &Layout) -> Error {
    Error::new(ErrorKind::NoLayouts { go_version: program.go_version().to_owned() }, 0)
}

impl Process<'_> {
    /// Finds the runtime's variables where the program has no symbols.
    pub(crate) fn find_variables(&mut self) {
        self.steps.set(STEPS + self.memory.held_bytes() / WORD);
        if self.program.runtime_variable("runtime.mheap_").is_none() {
            self.found = shapes::find(self);
        }
    }
}

/// Whether the objects are those that the runtime counted, as far as it did.
fn is_plausible(snapshot: &Snapshot) -> bool {
    snapshot.counted.is_none_or(|counted| {
        !is_off(snapshot.objects.len() as u64, counted.heap_objects)
            && !is_off(snapshot.objects.total_bytes(), counted.heap_alloc_bytes)
    })
}

/// What a process says. Its file has what was written beside the image alone.
fn snapshot(
    process: &Process<'_>,
    target: &Target,
    image: &Image,
    missing_bytes: u64,
    limits: &Limits,
) -> Result<Snapshot, Error> {
    let modules = modules(process)?;
    let (spans, lost_spans) = spans(process)?;
    let before = usize::try_from(image.held_bytes()).unwrap_or(usize::MAX);
    let mut writer = Writer { before, most: limits.inflated_bytes, ..Writer::default() };
    let mut masks = Masks::new(process, target, &spans);
    let objects = objects(process, &mut masks, &spans, limits, &mut writer)?;
    let segments = write_globals(process, &modules, &mut writer)?;
    let mut names = Names::default();
    let goroutines = goroutines(process, &mut names, &mut writer)?;
    let has_goroutines = goroutines.is_some();
    let specials = Specials::read(process, &spans);
    let (sites, numbers) = profile::sites(process, &mut names);
    let numbered = |(address, bucket): &(u64, u64)| Some((objects.find(*address)?, *numbers.get(bucket)?));
    let mut samples: Vec<(u32, u32)> = specials.samples.iter().filter_map(numbered).collect();
    samples.sort_unstable();
    samples.dedup_by_key(|(object, _)| *object);
    let weak: Arc<str> = WEAK.into();
    let other_root = |address: &u64| OtherRoot { description: weak.clone(), address: *address, is_of_runtime: true };
    let mut snapshot = Snapshot {
        source: SnapshotSource::Core { layouts: process.layouts.source.name() },
        end: before + writer.bytes.len(),
        file: writer.bytes,
        target: target.clone(),
        objects,
        segments,
        goroutines: goroutines.unwrap_or_default(),
        finalizers: specials.finalizers,
        cleanups: Some(specials.cleanups),
        threads: threads(process),
        processors: processors(process),
        other_roots: specials.weak_handles.iter().map(other_root).collect(),
        types: HashMap::default(),
        itabs: itabs(process),
        sites,
        samples,
        counted: counted(process),
        mem_profile_rate: profile::rate(process),
        is_complete: missing_bytes == 0 && lost_spans == 0 && has_goroutines,
        phantoms: Vec::new(),
        diagnostics: Vec::new(),
    };
    snapshot.diagnostics = diagnostics(&snapshot, missing_bytes, lost_spans, has_goroutines);
    if process.notes.is_without_contents {
        snapshot.diagnostics.push(Diagnostic { offset: None, flaw: Flaw::WithoutContents });
    }
    // Each thread may be making one, of which what was there before is still to be seen.
    if masks.unknown() > process.notes.threads.len() as u64 {
        snapshot
            .diagnostics
            .push(Diagnostic { offset: None, flaw: Flaw::UnknownPointers { objects: masks.unknown() } });
    }
    Ok(snapshot)
}

/// The types of interfaces' tables of methods (`itabTableType` in `runtime/iface.go`).
pub(crate) fn itabs(process: &Process<'_>) -> HashMap<u64, u64, foldhash::fast::RandomState> {
    let read = || {
        let table = process.word(process.variable("runtime.itabTable")?)?;
        let entries = process.word(table)?;
        process.bytes(table.checked_add(2 * WORD)?, entries.checked_mul(WORD).filter(|_| process.take(entries))?)
    };
    let entries = read().unwrap_or_default();
    let tables = crate::core::elf::word::words(&entries).filter(|table| *table != 0);
    tables.filter_map(|table| Some((table, process.word(table.checked_add(WORD)?)?))).collect()
}

fn diagnostics(snapshot: &Snapshot, missing_bytes: u64, lost_spans: u64, has_goroutines: bool) -> Vec<Diagnostic> {
    let mut flaws = Vec::new();
    if missing_bytes > 0 || lost_spans > 0 {
        flaws.push(Flaw::CutCore { missing_bytes, lost_spans });
    }
    if !has_goroutines {
        flaws.push(Flaw::NoGoroutines);
    }
    let (objects, bytes) = (snapshot.objects.len() as u64, snapshot.objects.total_bytes());
    if let Some(Counted { heap_objects, heap_alloc_bytes }) = snapshot.counted
        && (is_off(objects, heap_objects) || is_off(bytes, heap_alloc_bytes))
    {
        flaws.push(Flaw::Checksum { objects, bytes, heap_objects, heap_alloc_bytes });
    }
    if snapshot.samples.is_empty() {
        flaws.push(Flaw::NoSamples);
    }
    flaws.into_iter().map(|flaw| Diagnostic { offset: None, flaw }).collect()
}

/// Whether two counts differ by more than what a processor that allocates or sweeps is ahead of its counters.
fn is_off(found: u64, counted: u64) -> bool {
    found.abs_diff(counted) > counted / 500
}

/// How many elements of lists are looked at beside those that a core has room for.
const STEPS: u64 = 1 << 20;
/// What keeps handles of weak pointers.
const WEAK: &str = "weak.Pointer";
/// How many bytes of each part of the file are compared.
const COMPARED: usize = 1 << 16;
