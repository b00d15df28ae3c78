//! The sections of a program's file that it has in memory.

use object::{Object, ObjectSection, SectionKind};

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loaded<'a> {
    pub(crate) address: u64,
    pub(crate) bytes: &'a [u8],
    pub(crate) kind: SectionKind,
}

impl Loaded<'_> {
    pub(crate) fn is_code(&self) -> bool {
        self.kind == SectionKind::Text
    }
}

/// All of them. Sections do not overlap: together they are no larger than the file, whatever a made-up table of them says.
pub(crate) fn loaded<'a>(file: &object::File<'a>, file_bytes: usize) -> Vec<Loaded<'a>> {
    let mut left = file_bytes;
    let section = |section: object::Section<'a, '_>| {
        let bytes = section.data().ok()?;
        left = left.checked_sub(bytes.len())?;
        Some(Loaded { address: section.address(), bytes, kind: section.kind() })
    };
    file.sections().filter(|section| section.address() != 0).filter_map(section).collect()
}

/// What lies at an address up to the end of its section.
pub(crate) fn from<'a>(loaded: &[Loaded<'a>], address: u64) -> Option<&'a [u8]> {
    loaded.iter().find_map(|section| {
        let at = usize::try_from(address.checked_sub(section.address)?).ok()?;
        // An empty section may begin where another does.
        section.bytes.get(at..).filter(|rest| !rest.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of 64 bits with so many more sections of data over all of its file.
    fn with_sections(program: &[u8], more: u16) -> Vec<u8> {
        let number = |at: usize, length: usize| {
            program[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        };
        // Where the headers of sections are, how large each is, and how many there are.
        let (headers, size, count) = (number(0x28, 8), number(0x3a, 2), number(0x3c, 2));
        let mut bytes = program.to_vec();
        bytes.extend_from_slice(&program[headers..headers + size * count]);
        for section in 0..u64::from(more) {
            let (all, data, writable) = (program.len() as u64, 1 << 32, 3);
            for word in [data, writable, 0x1000_0000 + section * all, 0, all, 0, 8, 0] {
                bytes.extend(word.to_le_bytes());
            }
        }
        bytes[0x28..0x30].copy_from_slice(&(program.len() as u64).to_le_bytes());
        bytes[0x3c..0x3e].copy_from_slice(&(count as u16 + more).to_le_bytes());
        bytes
    }

    #[test]
    fn sections_are_no_larger_than_their_file() {
        let program = gomem_testkit::inflated("testdata/heap/holders-stripped-go1.27.3.bin.gz");
        let read = |bytes: &[u8]| {
            let file = object::File::parse(bytes).unwrap();
            let loaded = loaded(&file, bytes.len());
            (loaded.len(), loaded.iter().map(|section| section.bytes.len()).sum::<usize>())
        };
        let (count, bytes) = read(&program);
        assert!(count > 10 && bytes < program.len());
        let made_up = with_sections(&program, 500);
        assert_eq!(
            object::File::parse(&*made_up).unwrap().sections().count(),
            500 + object::File::parse(&*program).unwrap().sections().count()
        );
        assert_eq!(read(&made_up), (count, bytes), "there is no room for one more");
    }
}
