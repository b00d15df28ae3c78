//! The functions of a program, by address: `runtime.pclntab`, as it is since Go 1.18 (`pcHeader` in `runtime/symtab.go`).
//!
//! ```text
//! magic u32, 0, 0, quantum u8, pointer size u8
//! functions, files, start of text, then offsets of: names, units, files, tables, functions    (words)
//! at functions: (entry u32, offset u32) for each, and where the last one ends u32
//! at functions + offset: entry u32, offset of the name i32, …, how many tables u32 (at 28), …, its id u8 (at 40), …,
//!                        how many offsets of data u8 (at 43), then the tables and the offsets, u32 each
//! ```

use std::collections::HashSet;

/// Where functions begin, and how they are called.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    pub(crate) table: Vec<u8>,
    is_big_endian: bool,
    word_bytes: usize,
    /// The bytes of the smallest instruction.
    pub(crate) quantum: u64,
    text: u64,
    count: usize,
    names: usize,
    /// Where the names of files are, and which of them each unit has.
    pub(crate) files: usize,
    pub(crate) units: usize,
    /// Where what changes along the code is.
    pub(crate) tables: usize,
    functions: usize,
}

impl Functions {
    /// Reads the header; `text` is asked where code begins, unless the table says it (Go 1.26 and later do not).
    pub(crate) fn decode(table: &[u8], text: impl FnOnce(&Self) -> Option<u64>) -> Option<Self> {
        let magic: [u8; 4] = table.get(..4)?.try_into().ok()?;
        let is_big_endian = MAGICS.contains(&u32::from_be_bytes(magic));
        if !is_big_endian && !MAGICS.contains(&u32::from_le_bytes(magic)) {
            return None;
        }
        let mut functions = Self { table: table.to_owned(), is_big_endian, ..Self::default() };
        functions.quantum = u64::from(*table.get(6)?);
        functions.word_bytes = usize::from(*table.get(7)?);
        let word = |at: usize| match functions.word_bytes {
            4 => functions.u32(8 + 4 * at).map(u64::from),
            8 => functions.u64(8 + 8 * at),
            _ => None,
        };
        let place = |at| usize::try_from(word(at)?).ok().filter(|place| *place <= table.len());
        let (count, start) = (place(0)?, word(2)?);
        let (names, first) = (place(3)?, place(7)?);
        (functions.units, functions.files, functions.tables) = (place(4)?, place(5)?, place(6)?);
        (functions.count, functions.names, functions.functions) = (count, names, first);
        functions.text = if start == 0 { text(&functions)? } else { start };
        Some(functions)
    }

    /// The bytes of a pointer.
    pub(crate) fn word_bytes(&self) -> usize {
        self.word_bytes
    }

    /// The function that an address is in, and where that begins.
    pub(crate) fn at(&self, address: u64) -> Option<(&str, u64)> {
        let function = self.function(address)?;
        Some((function.name()?, function.entry()))
    }

    /// The function that an address is in.
    pub(crate) fn function(&self, address: u64) -> Option<Function<'_>> {
        let offset = u32::try_from(address.checked_sub(self.text)?).ok()?;
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle)? <= offset { low = middle + 1 } else { high = middle }
        }
        let at = low.checked_sub(1)?;
        // Behind the last one stands where it ends.
        if offset >= self.entry(at + 1)? {
            return None;
        }
        self.numbered(at)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Function<'_>> {
        (0..self.count).map_while(|at| self.numbered(at))
    }

    fn numbered(&self, at: usize) -> Option<Function<'_>> {
        let place = self.functions.checked_add(usize::try_from(self.u32(self.functions + 8 * at + 4)?).ok()?)?;
        Some(Function { of: self, place, entry: self.text.checked_add(u64::from(self.entry(at)?))? })
    }

    /// Whether there are functions of all these names.
    pub(crate) fn has_all<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let mut wanted: HashSet<&[u8]> = names.into_iter().map(str::as_bytes).collect();
        let Some(mut rest) = self.table.get(self.names..) else { return wanted.is_empty() };
        // The names end where the next table begins, which nothing here needs to know: what follows them has no such texts.
        while !wanted.is_empty()
            && let Some(end) = memchr::memchr(0, rest)
        {
            wanted.remove(&rest[..end]);
            rest = &rest[end + 1..];
        }
        wanted.is_empty()
    }

    /// A pointer's worth of bytes as a number.
    pub(crate) fn word(&self, bytes: &[u8]) -> Option<u64> {
        match self.word_bytes {
            4 => Some(u64::from(self.number(bytes.get(..4)?.try_into().ok()?))),
            _ => {
                let bytes: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
                Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
            }
        }
    }

    pub(crate) fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    fn entry(&self, at: usize) -> Option<u32> {
        self.u32(self.functions.checked_add(at.checked_mul(8)?)?)
    }

    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        Some(self.number(self.table.get(at..at.checked_add(4)?)?.try_into().ok()?))
    }

    fn u64(&self, at: usize) -> Option<u64> {
        let bytes: [u8; 8] = self.table.get(at..at.checked_add(8)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }
}

/// A function of a program.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// let function = layout.function_around(layout.entry()).expect("code");
/// assert_eq!((function.entry(), function.name()), (layout.entry(), Some("_rt0_amd64_linux")));
/// assert!(function.line(layout.entry()).is_some_and(|(file, line)| file.ends_with(".s") && line > 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    pub(crate) of: &'a Functions,
    pub(crate) place: usize,
    entry: u64,
}

impl<'a> Function<'a> {
    /// Where it begins.
    #[must_use]
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// Its name, with the package.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.named(self.of.u32(self.place + 4)?)
    }

    /// The name that begins at an offset.
    pub(crate) fn named(&self, offset: u32) -> Option<&'a str> {
        let functions = self.of;
        let name = functions.table.get(functions.names.checked_add(usize::try_from(offset).ok()?)?..)?;
        std::str::from_utf8(name.get(..memchr::memchr(0, name)?)?).ok()
    }

    /// The number of four bytes at an offset of what is said of it elsewhere.
    pub(crate) fn number(&self, bytes: &[u8], at: usize) -> Option<u32> {
        Some(self.of.number(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
    }

    /// Which of the functions it is that the runtime treats apart; 0 for most.
    pub(crate) fn id(&self) -> Option<u8> {
        self.of.table.get(self.place.checked_add(40)?).copied()
    }

    /// Where its table of this number is, from where such tables are counted (`funcdata` in `runtime/symtab.go`).
    pub(crate) fn data(&self, number: usize) -> Option<u32> {
        let functions = self.of;
        let count = usize::from(*functions.table.get(self.place.checked_add(43)?)?);
        let tables = usize::try_from(functions.u32(self.place + 28)?).ok()?;
        let at = self.place.checked_add(FIXED)?.checked_add(tables.checked_add(number)?.checked_mul(4)?)?;
        functions.u32(at).filter(|offset| number < count && *offset != u32::MAX)
    }
}

/// The fixed part of what is said of a function, since Go 1.20.
pub(crate) const FIXED: usize = 44;
/// Of Go 1.18 and 1.20.
const MAGICS: [u32; 2] = [0xffff_fff0, 0xffff_fff1];

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two functions: `main.a` in 0x1000..0x1040, `main.b` in 0x1040..0x1080.
    pub(crate) fn table(start: u64) -> Vec<u8> {
        let mut table = vec![0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8];
        for word in [2, 0, start, 72, 0, 0, 0, 88] {
            table.extend(u64::to_le_bytes(word));
        }
        table.extend(b"main.a\0main.b\0..");
        for number in [0_u32, 20, 0x40, 28, 0x80, 0, 0, 0x40, 7] {
            table.extend(number.to_le_bytes());
        }
        table
    }

    #[test]
    fn functions_are_found_by_address() {
        let functions = Functions::decode(&table(0), |_| Some(0x1000)).unwrap();
        assert_eq!(functions.at(0x1000), Some(("main.a", 0x1000)));
        assert_eq!(functions.at(0x107f), Some(("main.b", 0x1040)));
        assert_eq!((functions.at(0xfff), functions.at(0x1080)), (None, None));
        assert_eq!(Functions::decode(&table(0x2000), |_| None).unwrap().at(0x2041), Some(("main.b", 0x2040)));
        assert!(Functions::decode(&table(0), |_| None).is_none(), "nothing says where code begins");
    }

    #[test]
    fn what_is_cut_names_nothing() {
        let whole = table(0x1000);
        for end in 0..whole.len() {
            let _ = Functions::decode(&whole[..end], |_| None).and_then(|cut| cut.at(0x1041).map(|found| found.1));
        }
    }
}
