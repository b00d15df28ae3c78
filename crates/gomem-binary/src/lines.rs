//! Which line of which file an address is of: tables of differences, a byte or two for each run of code (`pcvalue` in
//! `runtime/symtab.go`).

use crate::functions::{FIXED, Function};

impl<'a> Function<'a> {
    /// The file and the line that the instruction at an address is of, the innermost of inlined calls.
    #[must_use]
    pub fn line(&self, address: u64) -> Option<(&'a str, u64)> {
        let functions = self.of;
        let line = u64::try_from(self.value(PC_LINE, address)?).ok()?;
        let number = usize::try_from(self.value(PC_FILE, address)?).ok()?;
        let unit = usize::try_from(functions.u32(self.place.checked_add(UNIT)?)?).ok()?;
        let at = functions.units.checked_add(unit.checked_add(number)?.checked_mul(4)?)?;
        let offset = usize::try_from(functions.u32(at).filter(|offset| *offset != u32::MAX)?).ok()?;
        let file = functions.table.get(functions.files.checked_add(offset)?..)?;
        let file = std::str::from_utf8(file.get(..memchr::memchr(0, file)?)?).ok()?;
        (!file.is_empty() && line > 0).then_some((file, line))
    }

    /// What the table of this number, of those that few functions have, says of an address (`pcdata` in `runtime/symtab.go`).
    pub(crate) fn position(&self, number: usize, address: u64) -> Option<i64> {
        let count = usize::try_from(self.of.u32(self.place.checked_add(TABLES)?)?).ok()?;
        let table = FIXED.checked_add(number.checked_mul(4)?)?;
        if number < count { self.value(table, address) } else { None }
    }

    /// What one of the function's tables says of an address.
    pub(crate) fn value(&self, table: usize, address: u64) -> Option<i64> {
        let functions = self.of;
        let offset =
            usize::try_from(functions.u32(self.place.checked_add(table)?)?).ok().filter(|offset| *offset > 0)?;
        let mut rest = functions.table.get(functions.tables.checked_add(offset)?..)?;
        let (mut value, mut at) = (-1_i64, self.entry());
        loop {
            let change = varint(&mut rest)?;
            // Nothing changes only at the end, but for the first run.
            if change == 0 && at != self.entry() {
                return None;
            }
            let change = i64::from(change >> 1) ^ -i64::from(change & 1);
            value = value.checked_add(change)?;
            let length = u64::from(varint(&mut rest)?).checked_mul(functions.quantum)?;
            at = at.checked_add(length)?;
            if address < at {
                return Some(value);
            }
            if length == 0 {
                return None;
            }
        }
    }
}

fn varint(rest: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for shift in (0..32).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Where a function says which tables of files and of lines are its own, and which unit its files are counted from.
const PC_FILE: usize = 20;
const PC_LINE: usize = 24;
const UNIT: usize = 32;
/// How many other tables it has.
const TABLES: usize = 28;

#[cfg(test)]
mod tests {
    use crate::functions::Functions;

    /// A function at 0x1000, of which 4 bytes are of `a.go:7` and 12 more of `a.go:9`.
    fn table() -> Vec<u8> {
        let mut table = vec![0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8];
        let (names, units, files, tables, functions) = (72, 80, 84, 92, 104);
        for word in [1_u64, 1, 0x1000, names, units, files, tables, functions] {
            table.extend(word.to_le_bytes());
        }
        table.extend(b"main.a\0\0");
        table.extend(0_u32.to_le_bytes());
        table.extend(b"a.go\0\0\0\0");
        // Files: 0 for 16 bytes; lines: 7 for 4 bytes, then 9 for 12.
        table.extend([0, 2, 16, 0, 16, 4, 4, 12, 0, 0, 0, 0]);
        for number in [0_u32, 12, 16] {
            table.extend(number.to_le_bytes());
        }
        for number in [0_u32, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0] {
            table.extend(number.to_le_bytes());
        }
        table
    }

    #[test]
    fn an_address_is_of_a_line() {
        let functions = Functions::decode(&table(), |_| None).unwrap();
        let line = |address| functions.function(address).and_then(|function| function.line(address));
        assert_eq!(line(0x1000), Some(("a.go", 7)));
        assert_eq!(line(0x1003), Some(("a.go", 7)));
        assert_eq!(line(0x1004), Some(("a.go", 9)));
        assert_eq!(line(0x100f), Some(("a.go", 9)));
        assert_eq!(line(0x1010), None);
    }

    #[test]
    fn a_cut_table_has_no_lines() {
        let whole = table();
        for end in 0..whole.len() {
            let _ = Functions::decode(&whole[..end], |_| None)
                .and_then(|cut| cut.function(0x1004).and_then(|function| function.line(0x1004).map(|line| line.1)));
        }
    }
}
