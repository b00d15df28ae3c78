//! A core's file: memory, notes and what is missing of it. It is read once from its begin to its end, so that it may be packed.

use std::io::Read;

use crate::{
    core::{
        image::{BLOCK, Image},
        memory::Memory,
        notes::{Machine, Notes},
        program_headers::{Head, LOAD, NOTE, ProgramHeader},
    },
    error::{Error, ErrorKind, Limits},
};

/// What is in a core's file.
#[derive(Debug)]
pub(super) struct CoreFile {
    pub(super) machine: Machine,
    pub(super) image: Image,
    pub(super) notes: Notes,
    /// Bytes that the file says it has, and ends before.
    pub(super) missing_bytes: u64,
}

impl CoreFile {
    pub(super) fn read(source: &mut dyn Read, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader { source, at: 0, left: limits.inflated_bytes };
        let damaged = || Error::new(ErrorKind::NotACore, 0);
        let mut head = Vec::new();
        reader.take(Head::BYTES as u64, &mut head)?;
        let head = Head::decode(&head).ok_or_else(damaged)?;
        let machine = Machine::from_elf(head.machine)
            .ok_or_else(|| Error::new(ErrorKind::CoreMachine { found: head.machine }, 18))?;
        let mut parts = headers(&mut reader, head)?;
        parts.retain(|part| [LOAD, NOTE].contains(&part.kind) && part.file_bytes > 0);
        parts.sort_by_key(|part| part.offset);
        let (mut image, mut notes, mut missing_bytes) = (Image::default(), Vec::new(), 0);
        for part in parts {
            if !reader.skip_to(part.offset)? {
                missing_bytes += part.file_bytes;
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
            missing_bytes += bytes - read.min(bytes);
        }
        image.finish();
        Ok(Self { machine, image, notes: Notes::decode(&notes, machine), missing_bytes })
    }
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
    source: &'a mut dyn Read,
    at: u64,
    left: u64,
}

impl Reader<'_> {
    /// Goes on to a later place; `false` where it lies behind, or behind the end.
    fn skip_to(&mut self, offset: u64) -> Result<bool, Error> {
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
        while taken < bytes {
            let mut block = [0; BLOCK];
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
