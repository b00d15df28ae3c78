//! Where a program's table of functions lies.

use memchr::memmem;
use object::{Object, ObjectSection, ObjectSymbol};

use crate::{
    functions::Functions,
    loaded::{self, Loaded},
    module_data,
};

/// The table, and its address.
#[derive(Debug)]
pub(crate) struct FunctionTable {
    pub(crate) address: u64,
    pub(crate) functions: Functions,
}

impl FunctionTable {
    /// By its section; where PE hides it, by its symbol; and without that, by how it begins and that the runtime's own table names it.
    pub(crate) fn find(file: &object::File<'_>, loaded: &[Loaded<'_>]) -> Option<Self> {
        let named = SECTIONS.iter().find_map(|name| file.section_by_name(name)).map(|section| section.address());
        match named.or_else(|| address_of(file, "runtime.pclntab")) {
            Some(address) => Self::at(file, loaded, address),
            None => begins(loaded).find_map(|address| {
                let table = Self::at(file, loaded, address)?;
                module_data::find(loaded, address, &table.functions).map(|_| table)
            }),
        }
    }

    fn at(file: &object::File<'_>, loaded: &[Loaded<'_>], address: u64) -> Option<Self> {
        let text = |functions: &Functions| {
            // The code section may begin with what C has before the code of Go.
            let of_module = || module_data::find(loaded, address, functions).map(|module| module.text);
            address_of(file, "runtime.text").or_else(of_module)
        };
        Some(Self { address, functions: Functions::decode(loaded::from(loaded, address)?, text)? })
    }
}

/// Where a table of functions can begin, as few places as no made-up file makes costly.
fn begins(loaded: &[Loaded<'_>]) -> impl Iterator<Item = u64> {
    let data = loaded.iter().filter(|section| !section.is_code());
    let in_section = |section: &Loaded<'_>| {
        let (start, bytes) = (section.address, section.bytes);
        let heads = memmem::find_iter(bytes, HEAD).filter_map(|at| at.checked_sub(1)).filter(|at| {
            let next = bytes.get(at + 1 + HEAD.len()..).unwrap_or_default();
            FIRST.contains(&bytes[*at]) && matches!(next, [1 | 2 | 4, 4 | 8, ..])
        });
        heads.map(|at| start.saturating_add(at as u64)).take(MOST_PLACES).collect::<Vec<_>>()
    };
    data.flat_map(in_section).take(MOST_PLACES)
}

fn address_of(file: &object::File<'_>, name: &str) -> Option<u64> {
    let is_it = |symbol: &object::Symbol<'_, '_>| symbol.name().is_ok_and(|known| plain(file, known) == name);
    file.symbols().find(is_it).map(|symbol| symbol.address())
}

/// Mach-O puts a line before each name.
pub(crate) fn plain<'a>(file: &object::File<'_>, name: &'a str) -> &'a str {
    if file.format() == object::BinaryFormat::MachO { name.strip_prefix('_').unwrap_or(name) } else { name }
}

/// Where the table is in ELF and Mach-O.
const SECTIONS: [&str; 3] = [".gopclntab", ".data.rel.ro.gopclntab", "__gopclntab"];
/// What follows the first byte where that is the lowest, up to the smallest instruction's bytes and a pointer's.
const HEAD: &[u8] = &[0xff, 0xff, 0xff, 0, 0];
const FIRST: [u8; 2] = [0xf0, 0xf1];
const MOST_PLACES: usize = 16;

#[cfg(test)]
mod tests {
    use crate::{Binary, ErrorKind, Layout};

    fn stripped() -> Vec<u8> {
        gomem_testkit::inflated("testdata/heap/holders-stripped-go1.27.3.bin.gz")
    }

    /// What both readers of a program say of the function that it begins with.
    fn first(program: &[u8]) -> (Option<String>, Option<String>) {
        let layout = Layout::decode(program).unwrap();
        let name = layout.function(layout.entry()).and_then(|function| function.name());
        let binary = Binary::decode(program).unwrap();
        (name.map(str::to_owned), binary.function(layout.entry()).map(str::to_owned))
    }

    #[test]
    fn code_of_c_may_lie_before_that_of_go() {
        let mut program = stripped();
        let whole = first(&program);
        assert_eq!(whole.0.as_deref(), Some("_rt0_amd64_linux"));
        let code = "\x01\0\0\0\x06\0\0\0\0\0\0\0";
        // In the section's header the kind and flags stand before its address, its place in the file and its size.
        let at = memchr::memmem::find(&program, code.as_bytes()).unwrap() + code.len();
        for (word, change) in [(0, -0x100), (8, -0x100), (16, 0x100)] {
            let bytes = &mut program[at + word..at + word + 8];
            let value = u64::from_le_bytes((&*bytes).try_into().unwrap());
            bytes.copy_from_slice(&value.strict_add_signed(change).to_le_bytes());
        }
        assert_eq!(first(&program), whole);
    }

    #[test]
    fn a_table_in_no_section_of_its_own_is_found_by_how_it_begins() {
        let mut program = stripped();
        let whole = first(&program);
        let at = memchr::memmem::find(&program, b".gopclntab").unwrap();
        program[at + 1] = b'x';
        assert_eq!(first(&program), whole);
        // The bytes of an instruction, and those of a pointer.
        let head = memchr::memmem::find(&program, &[0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8]).unwrap();
        program[head] = 0xf2;
        assert_eq!(Layout::decode(&program).unwrap_err().kind(), &ErrorKind::NoFunctions);
        assert_eq!(Binary::decode(&program).unwrap().function(0x40_1000), None);
    }
}
