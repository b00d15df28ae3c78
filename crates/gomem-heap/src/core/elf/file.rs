//! A core's file: memory, notes and what is missing of it. It may be packed, and is then read once from its begin to its end.

use std::ops::Range;

use crate::{
    core::elf::{
        image::{BLOCK, Image},
        memory::Memory,
        notes::{Machine, Notes},
        program_headers::{EXECUTABLE, Head, LOAD, NOTE, ProgramHeader, WRITABLE},
    },
    error::{Error, ErrorKind, Limits},
    packing::Source,
};

/// What is in a core's file.
#[derive(Debug)]
pub(crate) struct CoreFile {
    pub(crate) machine: Machine,
    pub(crate) image: Image,
    pub(crate) notes: Notes,
    /// The notes as they are in the file.
    pub(crate) raw_notes: Vec<u8>,
    /// What was mapped in the process, what was only reserved and what is of files too.
    pub(crate) places: Vec<Range<u64>>,
    /// What of it the process could write to.
    pub(crate) writable: Vec<Range<u64>>,
    /// Bytes that the file says it has, and ends before.
    pub(crate) missing_bytes: u64,
}

impl CoreFile {
    pub(crate) fn read(source: &mut dyn Source, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader { source, at: 0, left: limits.inflated_bytes };
        let damaged = || Error::new(ErrorKind::NotACore, 0);
        let mut head = Vec::new();
        reader.take(Head::BYTES as u64, &mut head)?;
        let head = Head::decode(&head).ok_or_else(damaged)?;
        let machine = Machine::from_elf(head.machine)
            .ok_or_else(|| Error::new(ErrorKind::CoreMachine { found: head.machine }, 18))?;
        let mut parts = headers(&mut reader, head)?;
        parts.retain(|part| [LOAD, NOTE].contains(&part.kind));
        let of_part = |part: &ProgramHeader| part.address..part.address.saturating_add(part.memory_bytes);
        let mut places: Vec<Range<u64>> = parts.iter().filter(|part| part.kind == LOAD).map(of_part).collect();
        let is_writable = |part: &&ProgramHeader| part.kind == LOAD && part.flags & WRITABLE != 0;
        let writable = parts.iter().filter(is_writable).map(of_part).collect();
        parts.retain(|part| part.file_bytes > 0);
        // Where all need not be read, notes come first, wherever they are: they tell what need not.
        let can_go_back = reader.source.go_to(reader.at).is_some();
        parts.sort_by_key(|part| (can_go_back && part.kind != NOTE, part.offset));
        let (mut image, mut notes, mut missing_bytes) = (Image::default(), Vec::new(), 0);
        let mut files = None;
        for part in parts {
            if can_go_back && part.kind == LOAD {
                let files = files.get_or_insert_with(|| Notes::decode(&notes, machine).files);
                if is_reserved(&part, files) {
                    continue;
                }
            }
            if !reader.skip_to(part.offset)? {
                missing_bytes = part.file_bytes.saturating_add(missing_bytes);
                continue;
            }
            let bytes = if part.kind == NOTE { part.file_bytes } else { part.file_bytes.min(part.memory_bytes) };
            let read = if part.kind == NOTE {
                reader.take(bytes.min(MOST_NOTES), &mut notes)?
            } else {
                image.begin(part.address);
                reader.take_blocks(bytes, |block| {
                    image.push(block);
                    image.held_bytes()
                })?
            };
            missing_bytes = missing_bytes.saturating_add(bytes - read.min(bytes));
        }
        image.finish();
        let raw_notes = notes;
        let notes = Notes::decode(&raw_notes, machine);
        places.extend(notes.files.iter().cloned());
        Ok(Self { machine, image, notes, raw_notes, places, writable, missing_bytes })
    }
}

/// Whether a part is memory that the program had only reserved, more than a gigabyte: debuggers write it as zeros that can be read alone. What
/// is mapped of files can be read alone too.
fn is_reserved(part: &ProgramHeader, files: &[Range<u64>]) -> bool {
    let end = part.address.saturating_add(part.memory_bytes);
    let is_of_file = || files.iter().any(|file| file.start < end && part.address < file.end);
    part.flags & (WRITABLE | EXECUTABLE) == 0 && !files.is_empty() && !is_of_file()
}

/// The headers of all parts. Where their number has no room in the head, the first part begins behind them.
fn headers(reader: &mut Reader<'_>, head: Head) -> Result<Vec<ProgramHeader>, Error> {
    let mut headers: Vec<ProgramHeader> = Vec::new();
    if !reader.skip_to(head.headers)? {
        return Ok(headers);
    }
    let mut count = u64::from(head.count);
    while (headers.len() as u64) < count {
        let mut bytes = Vec::new();
        reader.take(ProgramHeader::BYTES as u64, &mut bytes)?;
        let Some(header) = ProgramHeader::decode(&bytes) else { break };
        if headers.is_empty() && head.count == u16::MAX {
            count = header.offset.saturating_sub(head.headers) / ProgramHeader::BYTES as u64;
        }
        headers.push(header);
    }
    Ok(headers)
}

/// What comes but once, and how much of it may.
struct Reader<'a> {
    source: &'a mut dyn Source,
    at: u64,
    left: u64,
}

impl Reader<'_> {
    /// Goes on to a later place; `false` where it lies behind, or behind the end.
    fn skip_to(&mut self, offset: u64) -> Result<bool, Error> {
        if let Some(is_there) = self.source.go_to(offset) {
            self.at = if is_there { offset } else { self.at };
            return Ok(is_there);
        }
        let Some(distance) = offset.checked_sub(self.at) else { return Ok(false) };
        let mut skipped = 0;
        while skipped < distance {
            let mut block = [0; BLOCK];
            let read = self.fill(&mut block[..(distance - skipped).min(BLOCK as u64) as usize])?;
            if read == 0 {
                return Ok(false);
            }
            skipped += read as u64;
        }
        Ok(true)
    }

    /// Appends up to so many bytes, and gives how many there were.
    fn take(&mut self, bytes: u64, out: &mut Vec<u8>) -> Result<u64, Error> {
        let before = out.len();
        self.take_blocks(bytes, |block| {
            out.extend_from_slice(block);
            out.len() as u64
        })?;
        Ok((out.len() - before) as u64)
    }

    /// Gives up to so many bytes in blocks; what takes them tells how many are held by now.
    fn take_blocks(&mut self, bytes: u64, mut visit: impl FnMut(&[u8]) -> u64) -> Result<u64, Error> {
        let mut taken = 0;
        let mut block = [0; BLOCK];
        while taken < bytes {
            let wanted = (bytes - taken).min(BLOCK as u64) as usize;
            let read = self.fill(&mut block[..wanted])?;
            if read == 0 {
                break;
            }
            taken += read as u64;
            if visit(&block[..read]) > self.left {
                return Err(Error::new(ErrorKind::Limit { what: "bytes", limit: self.left }, 0));
            }
            if read < wanted {
                break;
            }
        }
        Ok(taken)
    }

    /// Fills a block as far as there are bytes: a file that is cut, or damaged where it is packed, ends there.
    fn fill(&mut self, block: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < block.len() {
            match self.source.read(&mut block[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(problem) if problem.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.at += filled as u64;
        Ok(filled)
    }
}

/// Notes of more threads than there can be.
const MOST_NOTES: u64 = 256 << 20;
