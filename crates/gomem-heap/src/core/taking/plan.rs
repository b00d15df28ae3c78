//! What of a process's memory a core needs, so that it has no text and no buffer of the program.

use std::ops::Range;

use gomem_binary::Layout;

use crate::{
    core::{
        decode::{itabs, of_program},
        elf::{
            image::BLOCK,
            notes::{self, Machine, Notes},
            word::WORD,
        },
        runtime::{
            counts::counted,
            goroutines::{goroutines, threads},
            layouts::Layouts,
            masks::Masks,
            modules::{modules, write_globals},
            names::Names,
            process::Process,
            profile, shapes,
            spans::{LIST, Span, spans},
            specials::Specials,
            writer::Writer,
        },
        taking::{
            copied::{CopiedMemory, StoppedMemory},
            live::{LiveMemory, MemoryPiece},
        },
    },
    error::{Error, ErrorKind},
    memory::Target,
};

/// What is to be read of a program's memory: made of its file, before the process is stopped.
///
/// ```
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// use gomem_heap::CorePlan;
///
/// assert!(CorePlan::new(&binary).is_ok());
/// assert!(CorePlan::new(b"<html>").is_err());
/// ```
#[derive(Debug)]
pub struct CorePlan {
    program: Layout,
    layouts: Vec<Layouts>,
    machine: Machine,
}

/// What was read of a process's memory.
///
/// ```
/// # let core = std::io::Cursor::new(gomem_testkit::inflated("testdata/heap/holders-go1.27.3.core.gz"));
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// use gomem_heap::{Heap, HeapOptions};
///
/// // A core without its texts has parts of memory, each with its address.
/// let redacted = Heap::redact_core(core, &HeapOptions::default().with_binary(binary))?;
/// assert!(redacted.parts().all(|(address, bytes)| address > 0 && !bytes.is_empty()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ReadMemory {
    contents: CopiedMemory,
    structures: Vec<MemoryPiece>,
}

impl CorePlan {
    /// The kind of note that says of a core that texts were left out.
    pub const WITHOUT_CONTENTS: u32 = notes::WITHOUT_CONTENTS;
    /// What that note holds: delve cannot read one that is empty and the last.
    pub const NOTHING: &[u8] = notes::NOTHING;

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
        Self::of_layout(program, machine)
    }

    /// By the program's file, as it was read.
    pub(crate) fn of_layout(program: Layout, machine: Machine) -> Result<Self, Error> {
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

    /// Room for what will be copied, by what a process has while it still runs: at most so many bytes.
    #[must_use]
    pub fn room(&self, notes: &[u8], mapped: &[Range<u64>], source: &dyn StoppedMemory, most: u64) -> CopiedMemory {
        let bytes = |layouts: &Layouts| {
            let memory = LiveMemory::new(source, mapped, CopiedMemory::default());
            let notes = Notes::decode(notes, self.machine);
            let mut process = Process::new(self.machine, &memory, notes, &self.program, layouts.clone());
            process.find_variables();
            let (spans, _) = spans(&process).ok()?;
            Some(runs(&spans).flatten().map(|span| span.bytes).sum::<u64>())
        };
        let bytes = self.layouts.iter().find_map(bytes).unwrap_or_default();
        // Until it is stopped it may allocate more.
        CopiedMemory::with_room(bytes.saturating_add(bytes / 16).min(most))
    }

    /// Reads what is needed of a process that stands still: by its notes, of the memory that will be in the core, by address.
    /// Of `constants` everything is taken. It goes to where there is room for it.
    ///
    /// # Errors
    /// When it is not the process of this program.
    pub fn read(
        self,
        notes: &[u8],
        mapped: &[Range<u64>],
        constants: &[Range<u64>],
        source: &dyn StoppedMemory,
        room: CopiedMemory,
    ) -> Result<ReadMemory, Error> {
        let Self { program, layouts, machine } = self;
        let target = machine.target(&program);
        let memory = LiveMemory::new(source, mapped, room);
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
        self.contents.for_each_part(|bytes| {
            let (words, rest) = bytes.as_chunks_mut::<{ WORD as usize }>();
            rest.fill(0);
            // How many words may still be a length beside a pointer: a slice has two.
            let mut lengths = 0;
            // Where a map of before Go 1.24 says how many buckets it has.
            let mut sizes = None;
            for at in 0..words.len() {
                let value = u64::from_le_bytes(words[at]);
                let is_place = value >= TWO_CHARACTERS && is_in(places, value);
                let begins = |is_it: fn(&[u64], &dyn Fn(u64) -> bool) -> bool| {
                    let mut next = [0; LONGEST_COUNT];
                    let follow = &words[at..words.len().min(at + LONGEST_COUNT)];
                    next.iter_mut().zip(follow).for_each(|(next, word)| *next = u64::from_le_bytes(*word));
                    is_it(&next[..follow.len()], &|word| is_in(places, word))
                };
                // Few words have such a size behind them.
                let is_hashed = words.get(at + 1).is_some_and(|about| is_size(*about)) && begins(is_count_of_hashed);
                let left = if sizes == Some(at) { value & SIZES } else { 0 };
                sizes = is_hashed.then_some(at + 1);
                let is_kept = is_place
                    || value < TWO_CHARACTERS
                    || (lengths > 0 && value < THREE_CHARACTERS)
                    || is_hashed
                    || begins(is_count_of_map);
                if !is_kept {
                    words[at] = left.to_le_bytes();
                }
                lengths = if is_place { 2_u32 } else { lengths.saturating_sub(1) };
            }
        });
    }

    /// Where each part lay, and its bytes: later ones may lie in earlier ones and are what counts.
    pub fn parts(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.contents.parts().chain(self.structures.iter().map(|piece| (piece.address, piece.bytes.as_slice())))
    }
}

fn piece(range: &Range<u64>, source: &dyn StoppedMemory) -> Option<MemoryPiece> {
    let mut bytes = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
    source.read(range.start, &mut bytes).then_some(MemoryPiece { address: range.start, bytes })
}

/// Whether words begin with how many entries a map has, or a table of it (`internal/runtime/maps`): what follows must say the same.
fn is_count_of_map(words: &[u64], is_place: &dyn Fn(u64) -> bool) -> bool {
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

/// Whether words begin with how many entries a map of before Go 1.24 has (`hmap` in `runtime/map.go`): flags, the logarithm of its
/// buckets, how many overflow, the seed; buckets, and those before it grew; how far it moved; what overflows.
fn is_count_of_hashed(words: &[u64], is_place: &dyn Fn(u64) -> bool) -> bool {
    let [count, about, buckets, old, _, overflow] = *words else { return false };
    let about = about.to_le_bytes();
    let may_be_place = |word| word == 0 || is_place(word);
    is_size(about) && count <= 8 << about[1] && is_place(buckets) && may_be_place(old) && may_be_place(overflow)
}

/// Whether a word begins with flags, and the logarithm of more than one bucket.
fn is_size([flags, log, ..]: [u8; WORD as usize]) -> bool {
    flags <= MOST_FLAGS && (1..=LARGEST_LOG).contains(&log)
}

/// Table: used, room, what may still come, depth; its number; groups of eight and how many they are, less one.
fn is_count_of_table(words: &[u64], is_place: &dyn Fn(u64) -> bool) -> bool {
    let [counts, _, groups, mask, ..] = *words else { return false };
    let [used, room, left] = [0, 16, 32].map(|shift| counts >> shift & 0xffff);
    let is_table = room.is_power_of_two() && (8..=LARGEST_TABLE).contains(&room) && used <= room && left <= room;
    is_table && counts >> 48 < 64 && mask == room / 8 - 1 && is_place(groups)
}

/// Whether a word, in no context, is an address, or too small for two characters.
pub(crate) fn is_no_text(places: &[Range<u64>], word: u64) -> bool {
    word < TWO_CHARACTERS || is_in(places, word)
}

fn is_in(places: &[Range<u64>], address: u64) -> bool {
    // Most words are far from any.
    if places.first().is_none_or(|first| address < first.start) || places.last().is_none_or(|last| address >= last.end)
    {
        return false;
    }
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
    let runs: Vec<&[Span]> = runs(&spans).collect();
    let range = |run: &&[Span]| run[0].start..run[0].start + run.iter().map(|span| span.bytes).sum::<u64>();
    let ranges: Vec<Range<u64>> = runs.iter().map(range).collect();
    memory.keep_contents(&ranges, |number, contents| {
        let mut rest = contents;
        for span in runs[number] {
            let (own, others) = rest.split_at_checked(span.bytes as usize).unwrap_or_default();
            if let Some((address, bits)) = masks.touch(span, own) {
                memory.keep_structure(address, bits);
            }
            rest = others;
        }
    });
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
/// The words that a map's number of entries is told by.
const LONGEST_COUNT: usize = 6;
/// The bytes of flags and of the logarithm, neither of which can be a character: what else is in the word is not kept.
const SIZES: u64 = 0xffff;
const MOST_FLAGS: u8 = 15;
const LARGEST_LOG: u8 = 27;
/// `maxTableCapacity` in `internal/runtime/maps/table.go`.
const LARGEST_TABLE: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::elf::word::words;

    struct Held(Vec<u8>);

    impl StoppedMemory for Held {
        fn read(&self, _address: u64, into: &mut [u8]) -> bool {
            into.copy_from_slice(&self.0);
            true
        }
    }

    fn redacted(held: &[u64], place: &Range<u64>) -> Vec<u64> {
        let held = Held(held.iter().flat_map(|word| word.to_le_bytes()).collect());
        let mut contents = CopiedMemory::default();
        contents.copy(&held, std::slice::from_ref(&(0..held.0.len() as u64)));
        let mut read = ReadMemory { contents, structures: Vec::new() };
        read.redact(std::slice::from_ref(place));
        read.parts().flat_map(|(_, bytes)| words(bytes).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn no_text_survives_and_what_leads_somewhere_does() {
        let place = 0xc0_0000_0000..0xc0_0040_0000;
        let held =
            [place.start + 8, 7000, 900_000, text(b"abc"), place.end, 3, text(b"ab"), text(b"secrets!"), u64::MAX];
        let left = redacted(&held, &place);
        // A pointer, the length and capacity beside it, and a small number.
        assert_eq!(left, [place.start + 8, 7000, 900_000, 0, 0, 3, 0, 0, 0]);
    }

    fn text(text: &[u8]) -> u64 {
        let mut word = [0; 8];
        word[..text.len()].copy_from_slice(text);
        u64::from_le_bytes(word)
    }

    #[test]
    fn what_tells_how_full_a_map_is_survives() {
        let place = 0xc0_0000_0000..0xc0_0040_0000;
        let left = |words: &[u64]| redacted(words, &place).first().copied().unwrap_or_default();
        let (map, table) = (40_000, 700 | 1024 << 16 | 196 << 32 | 6 << 48);
        assert_eq!(left(&[map, 0x1234_5678_9abc, place.start, 64, 6 | 58 << 8, 0]), map);
        assert_eq!(left(&[map, 0x1234_5678_9abc, place.start, 64, 7 | 57 << 8, 0]), 0);
        assert_eq!(left(&[table, 3, place.start, 127]), table);
        assert_eq!(left(&[table, 3, place.start, 126]), 0);
        assert_eq!(left(&[table, 3, 0, 127]), 0);
        // Of Go 1.21: the seed is not kept, and no text that stands where its size would.
        let seed = 0x6162_6364_0000_0000;
        let hashed = |count, about| redacted(&[count, about, place.start, 0, 0, 0], &place)[..2].to_vec();
        assert_eq!(hashed(40_000, seed | 13 << 8 | 1), [40_000, 13 << 8 | 1]);
        assert_eq!(hashed(8 << 13 | 1, seed | 13 << 8), [0, 0]);
        assert_eq!(hashed(text(b"abcd"), text(b"ab")), [0, 0]);
        assert_eq!(hashed(text(b"abc"), seed | 65 << 8), [0, 0]);
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
