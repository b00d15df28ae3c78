//! What an ELF file says of its parts.

/// A part of a core: memory, or notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProgramHeader {
    pub(crate) kind: u32,
    pub(crate) flags: u32,
    /// Where it is in the file.
    pub(crate) offset: u64,
    pub(crate) address: u64,
    /// Its bytes in the file, and in memory: what is missing was not written.
    pub(crate) file_bytes: u64,
    pub(crate) memory_bytes: u64,
}

/// The head of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) machine: u16,
    /// Where the headers of parts are, and how many there are; 65,535 may be more.
    pub(crate) headers: u64,
    pub(crate) count: u16,
}

impl Head {
    /// Reads the first bytes of a core; `None` where they are not those of one with words of eight bytes and low ends.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let is_core = is_core(bytes) && u16_at(bytes, 54)? as usize == ProgramHeader::BYTES;
        is_core.then_some(Self { machine: u16_at(bytes, 18)?, headers: u64_at(bytes, 32)?, count: u16_at(bytes, 56)? })
    }

    pub(crate) const BYTES: usize = 64;
}

impl ProgramHeader {
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            kind: u32_at(bytes, 0)?,
            flags: u32_at(bytes, 4)?,
            offset: u64_at(bytes, 8)?,
            address: u64_at(bytes, 16)?,
            file_bytes: u64_at(bytes, 32)?,
            memory_bytes: u64_at(bytes, 40)?,
        })
    }

    pub(crate) const BYTES: usize = 56;
}

/// Whether bytes begin as a core: ELF of 64 bits and low ends, of type 4.
pub(crate) fn is_core(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x7fELF\x02\x01\x01") && u16_at(bytes, 16) == Some(CORE)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

/// Kinds of parts.
pub(crate) const LOAD: u32 = 1;
pub(crate) const NOTE: u32 = 4;
/// The flags of memory that can be written to, or holds code.
pub(crate) const WRITABLE: u32 = 2;
pub(crate) const EXECUTABLE: u32 = 1;
/// `ET_CORE`.
const CORE: u16 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_is_told_from_a_program() {
        let mut bytes = vec![0; Head::BYTES];
        bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        assert_eq!((is_core(&bytes), Head::decode(&bytes)), (false, None));
        (bytes[16], bytes[18], bytes[32], bytes[54], bytes[56]) = (4, 62, 64, 56, 3);
        assert_eq!(Head::decode(&bytes), Some(Head { machine: 62, headers: 64, count: 3 }));
        for end in 0..Head::BYTES {
            let _ = Head::decode(&bytes[..end]);
        }
    }
}
