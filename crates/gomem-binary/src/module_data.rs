//! The runtime's own table of a program's parts (`moduledata` in `runtime/symtab.go`): it stays when symbols are stripped.

use crate::{functions::Functions, loaded::Loaded};

/// Where parts begin and end that the linker marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges {
    /// Where code begins that addresses of functions are counted from; code of C may lie before it.
    pub(crate) text: u64,
    pub(crate) data: std::ops::Range<u64>,
    pub(crate) bss: std::ops::Range<u64>,
    pub(crate) types: std::ops::Range<u64>,
    /// What offsets of masks are counted from.
    pub(crate) rodata: u64,
    /// What offsets of a function's tables are counted from.
    pub(crate) function_data: Option<u64>,
}

/// Finds it by its first word, which is the address of the table of functions.
pub(crate) fn find(loaded: &[Loaded<'_>], address: u64, functions: &Functions) -> Option<Ranges> {
    let word_bytes = functions.word_bytes();
    let number = |bytes: &[u8]| functions.word(bytes).unwrap_or_default();
    for bytes in loaded.iter().filter(|section| !section.is_code()).map(|section| section.bytes) {
        for (at, word) in bytes.chunks_exact(word_bytes).enumerate() {
            if number(word) != address {
                continue;
            }
            let table = bytes.get(at * word_bytes..)?;
            let words: Vec<u64> = table.chunks_exact(word_bytes).take(WORDS).map(number).collect();
            if let Some(ranges) = ranges(&words) {
                return Some(ranges);
            }
        }
    }
    None
}

/// The words behind the header, six slices and what finds a function: `minpc, maxpc, text, etext, noptrdata, enoptrdata, data, …`.
fn ranges(words: &[u64]) -> Option<Ranges> {
    let &[text, code_end, _, _, data, data_end, bss, bss_end, _, _, _, _, _, _, _, types, ref rest @ ..] =
        words.get(TEXT..)?
    else {
        return None;
    };
    // Go 1.27 has three more words: how long the first of them are, and where tables of methods begin and how long they are.
    let (types_end, rodata, function_data) = match *rest {
        [types_end, rodata, function_data, ..] if types_end > types => (types_end, rodata, function_data),
        [_, types_end, _, _, rodata, function_data, ..] => (types_end, rodata, function_data),
        _ => return None,
    };
    // The functions' own bounds stand before those of the code that they are in.
    let (first, last) = (*words.get(TEXT - 2)?, *words.get(TEXT - 1)?);
    let is_code = text <= first && first < last && last <= code_end;
    let is_ordered = is_code && data < data_end && bss < bss_end && types < types_end;
    is_ordered.then_some(Ranges {
        text,
        data: data..data_end,
        bss: bss..bss_end,
        types: types..types_end,
        rodata,
        function_data: Some(function_data),
    })
}

/// Where the address of code stands: the same in Go 1.21 to 1.27.
const TEXT: usize = 22;
const WORDS: usize = 48;

#[cfg(test)]
mod tests {
    use object::SectionKind;

    use super::*;
    use crate::functions::tests::table;

    #[test]
    fn a_table_is_found_by_its_first_word() {
        let mut words = [0_u64; WORDS];
        words[0] = 0x5000;
        let parts =
            [0x1000, 0x2000, 0, 0, 0x6000, 0x6100, 0x7000, 0x7200, 0, 0, 0, 0, 0, 0, 0, 0x3000, 0x4000, 0x3000, 0x4800];
        words[TEXT - 2..TEXT].copy_from_slice(&[0x1000, 0x2000]);
        words[TEXT..TEXT + parts.len()].copy_from_slice(&parts);
        let bytes: Vec<u8> = [0x5000_u64].iter().chain(&words).flat_map(|word| word.to_le_bytes()).collect();
        let functions = Functions::decode(&table(0x1000), |_| None).unwrap();
        let within = |bytes: &[u8], address| {
            find(&[Loaded { address: 0x8000, bytes, kind: SectionKind::Data }], address, &functions)
        };
        let found = within(&bytes, 0x5000).unwrap();
        assert_eq!((found.text, found.data, found.bss), (0x1000, 0x6000..0x6100, 0x7000..0x7200));
        assert_eq!((found.types, found.function_data), (0x3000..0x4000, Some(0x4800)));
        assert_eq!(within(&bytes, 0x5001), None);
        // As it is since Go 1.27.
        let since = [0x3000, 0x80, 0x4000, 0xf00, 0x100, 0x2f00, 0x4800];
        words[TEXT + 15..TEXT + 15 + since.len()].copy_from_slice(&since);
        let bytes: Vec<u8> = [0x5000_u64].iter().chain(&words).flat_map(|word| word.to_le_bytes()).collect();
        let found = within(&bytes, 0x5000).unwrap();
        assert_eq!((found.types, found.rodata, found.function_data), (0x3000..0x4000, 0x2f00, Some(0x4800)));
    }
}
