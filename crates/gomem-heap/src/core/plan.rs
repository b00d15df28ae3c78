//! What of a process's memory a core needs, so that it has no text and no buffer of the program.

use std::ops::Range;

use gomem_binary::Layout;

use crate::{
    core::{
        counts::counted,
        decode::{itabs, of_program},
        goroutines::{goroutines, threads},
        image::BLOCK,
        layouts::Layouts,
        live::{LiveMemory, MemoryPiece, StoppedMemory},
        masks::Masks,
        modules::{modules, write_globals},
        names::Names,
        notes::{self, Machine, Notes},
        process::Process,
        profile, shapes,
        spans::{LIST, Span, spans},
        specials::Specials,
        word::{WORD, words},
        writer::Writer,
    },
    error::{Error, ErrorKind},
    memory::Target,
};

/// What is to be read of a program's memory: made of its file, before the process is stopped.
#[derive(Debug)]
pub struct CorePlan {
    program: Layout,
    layouts: Vec<Layouts>,
    machine: Machine,
}

/// What was read of a process's memory.
#[derive(Debug)]
pub struct ReadMemory {
    contents: Vec<MemoryPiece>,
    structures: Vec<MemoryPiece>,
}

impl CorePlan {
    /// The kind of note that says of a core that texts were left out.
    pub const WITHOUT_CONTENTS: u32 = notes::WITHOUT_CONTENTS;

    /// By the program's file.
    ///
    /// # Errors
    /// When it is no program of Go for amd64 or arm64, or of a version that is not known.
    pub fn new(binary: &[u8]) -> Result<Self, Error> {
        let program = Layout::decode(binary)
            .map_err(|problem| Error::new(ErrorKind::Binary { problem: problem.to_string() }, 0))?;
        let machine = binary.get(18..20).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        let machine = machine.and_then(Machine::from_elf);
        let machine = machine.ok_or_else(|| Error::new(ErrorKind::CoreMachine { found: 0 }, 18))?;
        let layouts = of_program(&program, &machine.target(&program), machine)?;
        Ok(Self { program, layouts, machine })
    }

    /// The parts of the program's constants that are not as in its file: where it was loaded elsewhere than that says, its addresses
    /// were changed. `notes` are those that will be in the core.
    #[must_use]
    pub fn changed_constants(
        &self,
        notes: &[u8],
        constants: &[Range<u64>],
        source: &dyn StoppedMemory,
    ) -> Vec<Range<u64>> {
        let slide = Notes::decode(notes, self.machine).slide(&self.program);
        let mut changed: Vec<Range<u64>> = Vec::new();
        let pages = constants.iter().flat_map(|range| range.clone().step_by(BLOCK));
        for address in pages.filter(|_| slide != 0) {
            let mut page = [0; BLOCK];
            let of_file = self.program.bytes_at(address.wrapping_sub(slide), BLOCK);
            if !source.read(address, &mut page) || of_file == Some(&page) {
                continue;
            }
            match changed.last_mut().filter(|last| last.end == address) {
                Some(last) => last.end = address + BLOCK as u64,
                None => changed.push(address..address + BLOCK as u64),
            }
        }
        changed
    }

    /// Reads what is needed of a process that stands still: by its notes, of the memory that will be in the core, by address.
    /// Of `constants` everything is taken.
    ///
    /// # Errors
    /// When it is not the process of this program.
    pub fn read(
        self,
        notes: &[u8],
        mapped: &[Range<u64>],
        constants: &[Range<u64>],
        source: &dyn StoppedMemory,
    ) -> Result<ReadMemory, Error> {
        let Self { program, layouts, machine } = self;
        let target = machine.target(&program);
        let memory = LiveMemory::new(source, mapped);
        let mut last = Error::lacks(LIST);
        for layouts in layouts {
            let mut process = Process::new(machine, &memory, Notes::decode(notes, machine), &program, layouts);
            process.find_variables();
            memory.forget();
            match walk(&process, &target, &memory) {
                Ok(()) => {
                    let (contents, mut structures) = memory.take();
                    structures.extend(constants.iter().filter_map(|range| piece(range, source)));
                    return Ok(ReadMemory { contents, structures });
                }
                Err(problem) => last = problem,
            }
        }
        Err(last)
    }
}

impl ReadMemory {
    /// Takes out all that may be the program's own text: of what it has in memory stay the words that lead somewhere, the lengths
    /// beside them, and numbers that are too small for two characters. `places` is what is mapped in the process, by address.
    pub fn redact(&mut self, places: &[Range<u64>]) {
        for piece in &mut self.contents {
            // How many words may still be a length beside a pointer: a slice has two.
            let mut lengths = 0;
            let values: Vec<u64> = words(&piece.bytes).collect();
            let mut kept = vec![0; piece.bytes.len()];
            for (at, value) in values.iter().copied().enumerate() {
                let is_place = is_in(places, value);
                let is_kept = is_place
                    || value < TWO_CHARACTERS
                    || (lengths > 0 && value < THREE_CHARACTERS)
                    || is_count_of_map(&values[at..], |word| is_in(places, word));
                if is_kept {
                    let at = at * WORD as usize;
                    kept[at..at + WORD as usize].copy_from_slice(&value.to_le_bytes());
                }
                lengths = if is_place { 2_u32 } else { lengths.saturating_sub(1) };
            }
            piece.bytes = kept;
        }
    }

    /// The pieces, of which later ones may lie in earlier ones and are what counts.
    pub fn pieces(&self) -> impl Iterator<Item = &MemoryPiece> {
        self.contents.iter().chain(&self.structures)
    }
}

fn piece(range: &Range<u64>, source: &dyn StoppedMemory) -> Option<MemoryPiece> {
    let mut bytes = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
    source.read(range.start, &mut bytes).then_some(MemoryPiece { address: range.start, bytes })
}

/// Whether words begin with how many entries a map has, or a table of it (`internal/runtime/maps`): what follows must say the same.
fn is_count_of_map(words: &[u64], is_place: impl Fn(u64) -> bool) -> bool {
    match *words {
        // Map: used, seed, directory, its length, the logarithm of that, and what is left of 64.
        [used, _, directory, length, logarithms, ..] if length.is_power_of_two() && used >> 32 == 0 => {
            let [log, left, ..] = logarithms.to_le_bytes();
            let is_map = log < 64 && length >> log == 1 && left == 64 - log;
            (is_map && is_place(directory)) || is_count_of_table(words, is_place)
        }
        _ => is_count_of_table(words, is_place),
    }
}

/// Table: used, room, what may still come, depth; its number; groups of eight and how many they are, less one.
fn is_count_of_table(words: &[u64], is_place: impl Fn(u64) -> bool) -> bool {
    let [counts, _, groups, mask, ..] = *words else { return false };
    let [used, room, left] = [0, 16, 32].map(|shift| counts >> shift & 0xffff);
    let is_table = room.is_power_of_two() && (8..=LARGEST_TABLE).contains(&room) && used <= room && left <= room;
    is_table && counts >> 48 < 64 && mask == room / 8 - 1 && is_place(groups)
}

fn is_in(places: &[Range<u64>], address: u64) -> bool {
    let at = places.partition_point(|place| place.start <= address);
    at.checked_sub(1).is_some_and(|at| places[at].contains(&address))
}

/// Reads all that the reader of cores reads, but for contents without pointers.
fn walk(process: &Process<'_>, target: &Target, memory: &LiveMemory<'_>) -> Result<(), Error> {
    let modules = modules(process)?;
    let (spans, lost) = spans(process)?;
    if spans.is_empty() || lost as usize > spans.len() {
        return Err(Error::lacks(LIST));
    }
    let mut masks = Masks::new(process, target, &spans);
    for run in runs(&spans) {
        memory.keep_contents(run[0].start, run.iter().map(|span| span.bytes).sum(), |contents| {
            let mut rest = contents;
            for span in run {
                let (own, others) = rest.split_at_checked(span.bytes as usize).unwrap_or_default();
                if let Some((address, bits)) = masks.touch(span, own) {
                    memory.keep_structure(address, bits);
                }
                rest = others;
            }
        });
    }
    let mut writer = Writer { most: u64::MAX, ..Writer::default() };
    write_globals(process, &modules, &mut writer)?;
    shapes::touch(process);
    let mut names = Names::default();
    goroutines(process, &mut names, &mut writer)?;
    Specials::read(process, &spans);
    profile::sites(process, &mut names);
    profile::rate(process);
    threads(process);
    itabs(process);
    counted(process);
    Ok(())
}

/// Spans with pointers, those that touch each other together.
fn runs(spans: &[Span]) -> impl Iterator<Item = &[Span]> {
    let mut bytes = 0;
    let together = move |span: &Span, next: &Span| {
        bytes += span.bytes;
        let is_one = span.is_noscan == next.is_noscan && span.start + span.bytes == next.start && bytes < LONGEST_RUN;
        bytes = if is_one { bytes } else { 0 };
        is_one
    };
    spans.chunk_by(together).filter(|run| !run[0].is_noscan)
}

/// The least words that are two, and three characters, the first of which are blanks.
const TWO_CHARACTERS: u64 = 0x2020;
const THREE_CHARACTERS: u64 = 0x20_2020;
const LONGEST_RUN: u64 = 16 << 20;
/// `maxTableCapacity` in `internal/runtime/maps/table.go`.
const LARGEST_TABLE: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_survives_and_what_leads_somewhere_does() {
        let text = |text: &[u8]| {
            let mut word = [0; 8];
            word[..text.len()].copy_from_slice(text);
            u64::from_le_bytes(word)
        };
        let place = 0xc0_0000_0000..0xc0_0040_0000;
        let held =
            [place.start + 8, 7000, 900_000, text(b"abc"), place.end, 3, text(b"ab"), text(b"secrets!"), u64::MAX];
        let bytes = held.iter().flat_map(|word: &u64| word.to_le_bytes()).collect();
        let mut read = ReadMemory { contents: vec![MemoryPiece { address: 0, bytes }], structures: Vec::new() };
        read.redact(std::slice::from_ref(&place));
        let left: Vec<u64> = words(&read.contents[0].bytes).collect();
        // A pointer, the length and capacity beside it, and a small number.
        assert_eq!(left, [place.start + 8, 7000, 900_000, 0, 0, 3, 0, 0, 0]);
    }

    #[test]
    fn what_tells_how_full_a_map_is_survives() {
        let place = 0xc0_0000_0000..0xc0_0040_0000;
        let left = |words: &[u64]| {
            let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let contents = vec![MemoryPiece { address: 0, bytes }];
            let mut read = ReadMemory { contents, structures: Vec::new() };
            read.redact(std::slice::from_ref(&place));
            super::words(&read.contents[0].bytes).next().unwrap_or_default()
        };
        let (map, table) = (40_000, 700 | 1024 << 16 | 196 << 32 | 6 << 48);
        assert_eq!(left(&[map, 0x1234_5678_9abc, place.start, 64, 6 | 58 << 8, 0]), map);
        assert_eq!(left(&[map, 0x1234_5678_9abc, place.start, 64, 7 | 57 << 8, 0]), 0);
        assert_eq!(left(&[table, 3, place.start, 127]), table);
        assert_eq!(left(&[table, 3, place.start, 126]), 0);
        assert_eq!(left(&[table, 3, 0, 127]), 0);
    }

    #[test]
    fn spans_without_pointers_are_left_out() {
        let span = |start: u64, is_noscan| Span {
            start,
            bytes: 0x2000,
            slot_bytes: 64,
            slots: 128,
            free_index: 0,
            allocated: Vec::new(),
            is_noscan,
            is_large: false,
            large_type: 0,
            specials: 0,
            is_arena: false,
        };
        let spans = [span(0x2000, false), span(0x4000, false), span(0x6000, true), span(0x8000, false)];
        let runs: Vec<Vec<u64>> = runs(&spans).map(|run| run.iter().map(|span| span.start).collect()).collect();
        assert_eq!(runs, [vec![0x2000, 0x4000], vec![0x8000]]);
    }
}
