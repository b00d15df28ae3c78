//! The notes of a core: threads and their registers, where the program begins, which files were mapped.

use std::ops::Range;

use gomem_binary::Layout;

use crate::{
    core::elf::{
        program_headers::{u32_at, u64_at},
        word::WORD,
    },
    memory::{Order, Target},
};

/// What notes say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) threads: Vec<Thread>,
    /// Where the program begins, as it was loaded (`AT_ENTRY`).
    pub(crate) entry: Option<u64>,
    /// The first file that was mapped: the program's.
    pub(crate) program: Option<String>,
    /// Where files were mapped.
    pub(crate) files: Vec<Range<u64>>,
    /// Whether texts were left out.
    pub(crate) is_without_contents: bool,
}

/// The kind of note that says so. No other writer of cores has it.
pub(crate) const WITHOUT_CONTENTS: u32 = 0x676f_6d01;
/// What that note holds: delve cannot read one that is empty and the last.
pub(crate) const NOTHING: &[u8] = &[0; 4];

/// A thread, and the registers that it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) id: u64,
    pub(crate) registers: Registers,
}

/// Registers of a processor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registers {
    pub(crate) pc: u64,
    pub(crate) sp: u64,
    /// Those that may hold pointers.
    pub(crate) all: Vec<u64>,
}

impl Registers {
    /// What a function returns to that has called no other.
    pub(crate) fn link(&self, machine: Machine) -> u64 {
        match machine {
            Machine::Amd64 => 0,
            Machine::Arm64 => self.all.last().copied().unwrap_or_default(),
        }
    }
}

/// A processor that cores are read of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    Amd64,
    Arm64,
}

impl Machine {
    pub(crate) fn from_elf(machine: u16) -> Option<Self> {
        match machine {
            62 => Some(Self::Amd64),
            183 => Some(Self::Arm64),
            _ => None,
        }
    }

    pub(crate) fn to_elf(self) -> u16 {
        match self {
            Self::Amd64 => 62,
            Self::Arm64 => 183,
        }
    }

    /// The machine and the version of Go that a program is of.
    pub(crate) fn target(self, program: &Layout) -> Target {
        Target {
            order: Order { word_bytes: WORD as usize, is_big_endian: false },
            arch: self.arch().into(),
            go_version: program.go_version().into(),
        }
    }

    /// What Go calls it.
    fn arch(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// The registers of a thread (`user_regs_struct` in `sys/user.h`).
    fn registers(self, bytes: &[u8]) -> Option<Registers> {
        let (count, sp, pc) = match self {
            // …, rip, cs, eflags, rsp; what follows are segments.
            Self::Amd64 => (15, 19, 16),
            Self::Arm64 => (31, 31, 32),
        };
        let word = |at: usize| u64_at(bytes, 8 * at);
        Some(Registers { pc: word(pc)?, sp: word(sp)?, all: (0..count).map(word).collect::<Option<_>>()? })
    }

    /// The registers that a signal interrupted, in what the kernel put on the signal stack (`ucontext_t` in `sys/ucontext.h`).
    pub(crate) fn interrupted(self, context: &[u8]) -> Option<Registers> {
        let word = |at: usize| u64_at(context, at);
        let (first, count, sp, pc) = match self {
            // r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
            Self::Amd64 => (40, 15, 40 + 8 * 15, 40 + 8 * 16),
            Self::Arm64 => (184, 31, 184 + 8 * 31, 184 + 8 * 32),
        };
        let all = (0..count).map(|number| word(first + 8 * number)).collect::<Option<_>>()?;
        Some(Registers { pc: word(pc)?, sp: word(sp)?, all })
    }
}

impl Notes {
    /// What was added to the addresses of the program's file when it was loaded.
    pub(crate) fn slide(&self, program: &Layout) -> u64 {
        self.entry.map_or(0, |entry| entry.wrapping_sub(program.entry()))
    }

    /// Reads all notes; what is damaged ends them.
    pub(crate) fn decode(bytes: &[u8], machine: Machine) -> Self {
        let mut notes = Self::default();
        for (kind, content) in all(bytes) {
            match kind {
                STATUS => notes.threads.extend(thread(content, machine)),
                AUXILIARY => notes.entry = notes.entry.or_else(|| entry(content)),
                FILES => {
                    notes.program = notes.program.take().or_else(|| first_file(content));
                    notes.files.extend(files(content));
                }
                WITHOUT_CONTENTS => notes.is_without_contents = true,
                _ => {}
            }
        }
        notes
    }
}

/// Notes without what may be text: of threads stay their numbers and the registers for which `keeps` is, of the program its name without
/// its arguments, where it was loaded, and which files were mapped. What else debuggers write is left out.
pub(crate) fn redacted(bytes: &[u8], keeps: impl Fn(u64) -> bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, content) in all(bytes) {
        let kept: Vec<u8> = match kind {
            AUXILIARY | FILES => content.to_vec(),
            STATUS => {
                let word = |bytes: &[u8]| {
                    if keeps(u64_at(bytes, 0).unwrap_or_default()) { bytes.to_vec() } else { vec![0; bytes.len()] }
                };
                let (head, registers) = content.split_at(content.len().min(REGISTERS));
                let head = head.iter().enumerate().map(|(at, byte)| if THREAD.contains(&at) { *byte } else { 0 });
                head.chain(registers.chunks(WORD as usize).flat_map(word)).collect()
            }
            PROCESS => content.iter().enumerate().map(|(at, byte)| if at < ARGUMENTS { *byte } else { 0 }).collect(),
            _ => continue,
        };
        push(&mut out, kind, &kept);
    }
    push(&mut out, WITHOUT_CONTENTS, NOTHING);
    out
}

/// Adds a note.
fn push(notes: &mut Vec<u8>, kind: u32, content: &[u8]) {
    for number in [NAME.len() as u32, content.len() as u32, kind] {
        notes.extend(number.to_le_bytes());
    }
    for part in [NAME, content] {
        notes.extend(part);
        notes.resize(notes.len().next_multiple_of(4), 0);
    }
}

/// The kinds and contents of notes; what is damaged ends them.
fn all(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (kind, content, after) = note(rest)?;
        rest = after;
        Some((kind, content))
    })
}

/// A note's kind, its content, and what follows it.
fn note(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (name, content) = (u32_at(bytes, 0)?, u32_at(bytes, 4)?);
    let whole = |length: u32| usize::try_from(length).ok()?.checked_next_multiple_of(4);
    let rest = bytes.get(12_usize.checked_add(whole(name)?)?..)?;
    let length = usize::try_from(content).ok()?;
    Some((u32_at(bytes, 8)?, rest.get(..length)?, rest.get(whole(content)?..).unwrap_or_default()))
}

fn thread(content: &[u8], machine: Machine) -> Option<Thread> {
    Some(Thread { id: u32_at(content, 32)?.into(), registers: machine.registers(content.get(REGISTERS..)?)? })
}

fn entry(content: &[u8]) -> Option<u64> {
    content.chunks_exact(16).find(|pair| u64_at(pair, 0) == Some(ENTRY)).and_then(|pair| u64_at(pair, 8))
}

/// The number of files, the size of pages, three numbers for each, and then their names.
fn first_file(content: &[u8]) -> Option<String> {
    let count = usize::try_from(u64_at(content, 0)?).ok()?;
    let names = content.get(count.checked_mul(24)?.checked_add(16)?..)?;
    let name = names.split(|byte| *byte == 0).next().filter(|name| !name.is_empty() && name.len() <= LONGEST)?;
    Some(String::from_utf8_lossy(name).into_owned())
}

fn files(content: &[u8]) -> impl Iterator<Item = Range<u64>> {
    let count = u64_at(content, 0).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    let files = content.get(16..).unwrap_or_default().chunks_exact(24).take(count);
    files.filter_map(|file| Some(u64_at(file, 0)?..u64_at(file, 8)?))
}

/// The name of notes that all systems know.
const NAME: &[u8] = b"CORE\0";
/// Of `struct elf_prstatus`, where the thread's number is, and its registers.
const THREAD: Range<usize> = 32..36;
const REGISTERS: usize = 112;
/// `NT_PRPSINFO`, and where in `struct elf_prpsinfo` the arguments are.
const PROCESS: u32 = 3;
const ARGUMENTS: usize = 56;
/// `NT_PRSTATUS`, `NT_AUXV`, `NT_FILE`.
const STATUS: u32 = 1;
const AUXILIARY: u32 = 6;
const FILES: u32 = 0x4649_4c45;
/// `AT_ENTRY`.
const ENTRY: u64 = 9;
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn note_of(kind: u32, content: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            [5, content.len() as u32, kind].iter().flat_map(|number: &u32| number.to_le_bytes()).collect();
        bytes.extend(b"CORE\0\0\0\0");
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn words(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn threads_the_entry_and_the_program_are_read() {
        let mut status = vec![0; 112];
        status[32] = 7;
        status.extend(words(&(0..27).collect::<Vec<u64>>()));
        let mut files = words(&[1, 4096, 0x40_0000, 0x41_0000, 0]);
        files.extend(b"/srv/app\0");
        let mut bytes = note_of(STATUS, &status);
        bytes.extend(note_of(AUXILIARY, &words(&[3, 0x40, 9, 0x47_0000, 0, 0])));
        bytes.extend(note_of(FILES, &files));
        let notes = Notes::decode(&bytes, Machine::Amd64);
        assert_eq!((notes.entry, notes.program.as_deref()), (Some(0x47_0000), Some("/srv/app")));
        assert_eq!(notes.files.first(), Some(&(0x40_0000..0x41_0000)));
        assert_eq!((notes.threads[0].id, notes.threads[0].registers.sp, notes.threads[0].registers.pc), (7, 19, 16));
        for end in 0..bytes.len() {
            let _ = Notes::decode(&bytes[..end], Machine::Arm64);
        }
        let mut process = vec![b'p'; 56];
        process.extend(*b"--password=secret");
        bytes.extend(note_of(PROCESS, &process));
        bytes.extend(note_of(2, b"other registers"));
        let redacted = redacted(&bytes, |register| register != 16);
        let left = Notes::decode(&redacted, Machine::Amd64);
        assert_eq!((left.threads[0].id, left.threads[0].registers.sp, left.threads[0].registers.pc), (7, 19, 0));
        assert_eq!((left.entry, &left.program, &left.files), (notes.entry, &notes.program, &notes.files));
        assert!(left.is_without_contents);
        for text in ["secret", "other"] {
            assert!(!redacted.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
        }
    }
}
