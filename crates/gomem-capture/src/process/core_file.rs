//! A core's file, with holes where nothing is written: it takes as much of the disk as there is in it.

use std::{fs::File, io, ops::Range, os::unix::fs::FileExt};

use object::{
    LittleEndian, U16, U32, U64,
    elf::{
        ELFCLASS64, ELFDATA2LSB, ELFMAG, ELFOSABI_NONE, EM_AARCH64, EM_X86_64, ET_CORE, EV_CURRENT, FileFlags,
        FileHeader64, Ident, Machine, PF_R, PF_W, PT_LOAD, PT_NOTE, ProgramFlags, ProgramHeader64, ProgramType,
        SHN_UNDEF,
    },
    pod::bytes_of,
};

use crate::process::mappings::PAGE;

/// Where each part of memory is in a core's file.
#[derive(Debug)]
pub(super) struct CoreFile {
    file: File,
    /// Ranges of memory, by address, and where each begins in the file.
    parts: Vec<(Range<u64>, u64)>,
}

impl CoreFile {
    /// Writes all but memory, whose ranges are given by address.
    pub(super) fn create(file: File, machine: Machine, notes: &[u8], memory: &[Range<u64>]) -> io::Result<Self> {
        let headers = size_of::<FileHeader64<LittleEndian>>() as u64;
        let count = memory.len() + 1;
        let notes_at = headers + (count * size_of::<ProgramHeader64<LittleEndian>>()) as u64;
        let mut at = (notes_at + notes.len() as u64).next_multiple_of(PAGE);
        let mut head = bytes_of(&file_header(machine, u16::try_from(count).map_err(|_| too_many())?)).to_vec();
        head.extend(bytes_of(&part(PT_NOTE, notes_at, 0, notes.len() as u64, PF_R)));
        let mut parts = Vec::new();
        for range in memory {
            head.extend(bytes_of(&part(PT_LOAD, at, range.start, range.end - range.start, PF_R | PF_W)));
            parts.push((range.clone(), at));
            at += range.end - range.start;
        }
        head.extend(notes);
        file.set_len(at)?;
        file.write_all_at(&head, 0)?;
        Ok(Self { file, parts })
    }

    /// Writes what lies at an address; what is in no part is left out, and blocks of zeros stay holes.
    pub(super) fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        let at = self.parts.partition_point(|(range, _)| range.start <= address);
        let part = at.checked_sub(1).map(|at| &self.parts[at]).filter(|(range, _)| range.contains(&address));
        let Some((range, place)) = part else { return Ok(()) };
        let length = bytes.len().min(usize::try_from(range.end - address).unwrap_or(usize::MAX));
        let mut offset = place + (address - range.start);
        // Blocks of the file's own, so that a hole is one.
        let mut rest = &bytes[..length];
        while !rest.is_empty() {
            let (block, after) = rest.split_at(rest.len().min((PAGE - offset % PAGE) as usize));
            if block.len() < PAGE as usize || block.iter().any(|byte| *byte != 0) {
                self.file.write_all_at(block, offset)?;
            }
            offset += block.len() as u64;
            rest = after;
        }
        Ok(())
    }
}

/// The processor that this program runs on.
pub(super) fn own_machine() -> Machine {
    if cfg!(target_arch = "aarch64") { EM_AARCH64 } else { EM_X86_64 }
}

fn too_many() -> io::Error {
    io::Error::other("the process has more mappings than a core has room for")
}

fn file_header(machine: Machine, parts: u16) -> FileHeader64<LittleEndian> {
    let e = LittleEndian;
    FileHeader64 {
        e_ident: Ident {
            magic: ELFMAG,
            class: ELFCLASS64,
            data: ELFDATA2LSB,
            version: EV_CURRENT,
            os_abi: ELFOSABI_NONE,
            abi_version: 0,
            padding: [0; 7],
        },
        e_type: U16::new(e, ET_CORE),
        e_machine: U16::new(e, machine),
        e_version: U32::new(e, u32::from(EV_CURRENT.0)),
        e_entry: U64::new(e, 0),
        e_phoff: U64::new(e, size_of::<FileHeader64<LittleEndian>>() as u64),
        e_shoff: U64::new(e, 0),
        e_flags: U32::new(e, FileFlags(0)),
        e_ehsize: U16::new(e, size_of::<FileHeader64<LittleEndian>>() as u16),
        e_phentsize: U16::new(e, size_of::<ProgramHeader64<LittleEndian>>() as u16),
        e_phnum: U16::new(e, parts),
        e_shentsize: U16::new(e, 0),
        e_shnum: U16::new(e, 0),
        e_shstrndx: U16::new(e, SHN_UNDEF),
    }
}

fn part(
    kind: ProgramType,
    offset: u64,
    address: u64,
    bytes: u64,
    flags: ProgramFlags,
) -> ProgramHeader64<LittleEndian> {
    let e = LittleEndian;
    ProgramHeader64 {
        p_type: U32::new(e, kind),
        p_flags: U32::new(e, flags),
        p_offset: U64::new(e, offset),
        p_vaddr: U64::new(e, address),
        p_paddr: U64::new(e, 0),
        p_filesz: U64::new(e, bytes),
        p_memsz: U64::new(e, if kind == PT_NOTE { 0 } else { bytes }),
        p_align: U64::new(e, if kind == PT_NOTE { 4 } else { PAGE }),
    }
}
