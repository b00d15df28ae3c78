//! The functions of a program, by address: `runtime.pclntab`, as it is since Go 1.18 (`pcHeader` in `runtime/symtab.go`).
//!
//! ```text
//! magic u32, 0, 0, quantum u8, pointer size u8
//! functions, files, start of text, then offsets of: names, units, files, tables, functions    (words)
//! at functions: (entry u32, offset u32) for each, and where the last one ends u32
//! at functions + offset: entry u32, offset of the name i32, …
//! ```

/// Where functions begin, and how they are called.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    table: Vec<u8>,
    is_big_endian: bool,
    text: u64,
    count: usize,
    names: usize,
    functions: usize,
}

impl Functions {
    /// Reads the header; `text` is where code begins, unless the table says it (Go 1.26 and later do not).
    pub(crate) fn decode(table: &[u8], text: Option<u64>) -> Option<Self> {
        let magic: [u8; 4] = table.get(..4)?.try_into().ok()?;
        let is_big_endian = MAGICS.contains(&u32::from_be_bytes(magic));
        if !is_big_endian && !MAGICS.contains(&u32::from_le_bytes(magic)) {
            return None;
        }
        let mut functions = Self { table: table.to_owned(), is_big_endian, ..Self::default() };
        let size = usize::from(*table.get(7)?);
        let word = |at: usize| match size {
            4 => functions.u32(8 + 4 * at).map(u64::from),
            8 => functions.u64(8 + 8 * at),
            _ => None,
        };
        let place = |at| usize::try_from(word(at)?).ok().filter(|place| *place <= table.len());
        let (count, start) = (place(0)?, word(2)?);
        let (names, first) = (place(3)?, place(7)?);
        functions.text = if start == 0 { text? } else { start };
        (functions.count, functions.names, functions.functions) = (count, names, first);
        Some(functions)
    }

    /// The function that an address is in, and where that begins.
    pub(crate) fn at(&self, address: u64) -> Option<(&str, u64)> {
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
        let function = self.functions.checked_add(usize::try_from(self.u32(self.functions + 8 * at + 4)?).ok()?)?;
        let name = self.names.checked_add(usize::try_from(self.u32(function + 4)?).ok()?)?;
        let name = self.table.get(name..)?;
        let end = memchr::memchr(0, name)?;
        Some((std::str::from_utf8(name.get(..end)?).ok()?, self.text + u64::from(self.entry(at)?)))
    }

    fn entry(&self, at: usize) -> Option<u32> {
        self.u32(self.functions.checked_add(at.checked_mul(8)?)?)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.table.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&self, at: usize) -> Option<u64> {
        let bytes: [u8; 8] = self.table.get(at..at.checked_add(8)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }
}

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
        let functions = Functions::decode(&table(0), Some(0x1000)).unwrap();
        assert_eq!(functions.at(0x1000), Some(("main.a", 0x1000)));
        assert_eq!(functions.at(0x107f), Some(("main.b", 0x1040)));
        assert_eq!((functions.at(0xfff), functions.at(0x1080)), (None, None));
        assert_eq!(Functions::decode(&table(0x2000), None).unwrap().at(0x2041), Some(("main.b", 0x2040)));
        assert!(Functions::decode(&table(0), None).is_none(), "nothing says where code begins");
    }

    #[test]
    fn what_is_cut_names_nothing() {
        let whole = table(0x1000);
        for end in 0..whole.len() {
            let _ = Functions::decode(&whole[..end], None).and_then(|cut| cut.at(0x1041).map(|found| found.1));
        }
    }
}
