//! The notes of a core: threads, what the kernel told the program, and which files are mapped (`elf(5)`, `core(5)`).

use std::os::unix::ffi::OsStrExt;

use gomem_heap::CorePlan;
use nix::{sys::ptrace, unistd::Pid};
use object::elf::{NT_AUXV, NT_FILE, NT_PRPSINFO, NT_PRSTATUS, NoteType};

use crate::process::mappings::{MappedFile, PAGE};

/// What the notes of a core say.
pub(super) fn notes(
    name: &str,
    threads: &[(i32, Vec<u64>)],
    auxiliary: &[u8],
    files: &[MappedFile],
    is_full: bool,
) -> Vec<u8> {
    let mut notes = Vec::new();
    let mut statuses = threads.iter().map(|(thread, registers)| status(*thread, registers));
    // The one that gdb takes for the process's own comes first, and what is about the process behind it.
    notes.extend(statuses.next().map(|status| note(NT_PRSTATUS, &status)).unwrap_or_default());
    notes.extend(note(NT_PRPSINFO, &process(name, threads.first().map_or(0, |(thread, _)| *thread))));
    notes.extend(note(NT_AUXV, auxiliary));
    notes.extend(note(NT_FILE, &mapped(files)));
    statuses.for_each(|status| notes.extend(note(NT_PRSTATUS, &status)));
    if !is_full {
        notes.extend(note(NoteType(CorePlan::WITHOUT_CONTENTS), CorePlan::NOTHING));
    }
    notes
}

/// `struct elf_prstatus`: a head of which only the thread's number is known, its registers, and whether there are others.
fn status(thread: i32, registers: &[u64]) -> Vec<u8> {
    let mut status = vec![0; 112];
    status[32..36].copy_from_slice(&thread.to_le_bytes());
    registers.iter().for_each(|register| status.extend(register.to_le_bytes()));
    status.extend([0; 8]);
    status
}

/// `struct elf_prpsinfo`. Its arguments are left out: they may hold secrets.
fn process(name: &str, pid: i32) -> Vec<u8> {
    let mut process = vec![0; 136];
    process[24..28].copy_from_slice(&pid.to_le_bytes());
    let name = &name.as_bytes()[..name.len().min(15)];
    process[40..40 + name.len()].copy_from_slice(name);
    process
}

fn mapped(files: &[MappedFile]) -> Vec<u8> {
    let mut all: Vec<u8> = [files.len() as u64, PAGE].iter().flat_map(|number| number.to_le_bytes()).collect();
    for file in files {
        let numbers = [file.range.start, file.range.end, file.offset / PAGE];
        numbers.iter().for_each(|number| all.extend(number.to_le_bytes()));
    }
    for file in files {
        all.extend(file.path.as_os_str().as_bytes());
        all.push(0);
    }
    all
}

fn note(kind: NoteType, content: &[u8]) -> Vec<u8> {
    let mut note = Vec::with_capacity(content.len() + 24);
    for number in [NAME.len() as u32, content.len() as u32, kind.0] {
        note.extend(number.to_le_bytes());
    }
    for part in [NAME, content] {
        note.extend(part);
        note.resize(note.len().next_multiple_of(4), 0);
    }
    note
}

/// The general registers of a thread that stands still, as the kernel lays them out (`user_regs_struct`).
#[cfg(target_arch = "x86_64")]
pub(super) fn registers(thread: Pid) -> Option<Vec<u64>> {
    let of = ptrace::getregs(thread).ok()?;
    Some(vec![
        of.r15,
        of.r14,
        of.r13,
        of.r12,
        of.rbp,
        of.rbx,
        of.r11,
        of.r10,
        of.r9,
        of.r8,
        of.rax,
        of.rcx,
        of.rdx,
        of.rsi,
        of.rdi,
        of.orig_rax,
        of.rip,
        of.cs,
        of.eflags,
        of.rsp,
        of.ss,
        of.fs_base,
        of.gs_base,
        of.ds,
        of.es,
        of.fs,
        of.gs,
    ])
}

/// The general registers of a thread that stands still, as the kernel lays them out (`user_regs_struct`).
#[cfg(target_arch = "aarch64")]
pub(super) fn registers(thread: Pid) -> Option<Vec<u64>> {
    let of = ptrace::getregset::<ptrace::regset::NT_PRSTATUS>(thread).ok()?;
    Some(of.regs.iter().copied().chain([of.sp, of.pc, of.pstate]).collect())
}

const NAME: &[u8] = b"CORE\0";
