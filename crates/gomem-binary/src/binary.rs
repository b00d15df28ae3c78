//! A program's file.

use object::{Architecture, Object, ObjectSection, ObjectSegment};

use crate::{
    build_info::BuildInfo,
    error::{Error, ErrorKind},
    function_table::FunctionTable,
    functions::Functions,
    loaded, module_data,
};

use made_type::{Types, WINDOW};

mod made_type;

pub use made_type::MadeType;

/// What a program's file says: of the file's bytes it keeps code and the table of functions.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// use gomem_binary::Binary;
///
/// assert!(Binary::is_program(&program));
/// let binary = Binary::decode(&program)?;
/// assert_eq!(binary.build_info().go_version, "go1.27.3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Binary {
    build_info: BuildInfo,
    build_id: String,
    functions: Option<Functions>,
    code: Vec<Code>,
    segments: Vec<Segment>,
    architecture: Architecture,
    types: Option<Types>,
}

#[derive(Debug)]
struct Code {
    address: u64,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    address: u64,
    /// Where it is in the file.
    file: std::ops::Range<u64>,
}

impl Binary {
    /// Reads a program.
    ///
    /// # Errors
    /// When it is no program, or not one that Go built.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let not_a_program = |problem: object::Error| ErrorKind::NotAProgram { problem: problem.to_string() };
        let file = object::File::parse(bytes).map_err(|problem| Error::new(not_a_program(problem)))?;
        let build_info = build_info(&file).ok_or_else(|| Error::new(ErrorKind::NotGo))?;
        let segments = file.segments().map(|segment| {
            let (start, size) = segment.file_range();
            Segment { address: segment.address(), file: start..start.saturating_add(size) }
        });
        let loaded = loaded::loaded(&file, bytes.len());
        let code = loaded.iter().filter(|section| section.is_code());
        let code = code.map(|section| Code { address: section.address, bytes: section.bytes.to_owned() });
        let table = FunctionTable::find(&file, &loaded);
        let module = table.as_ref().and_then(|table| module_data::find(&loaded, table.address, &table.functions));
        Ok(Self {
            build_info,
            build_id: file.build_id().ok().flatten().map_or_else(String::new, hexadecimal),
            types: module.and_then(|module| Types::new(&loaded, module.types)),
            functions: table.map(|table| table.functions),
            segments: segments.collect(),
            code: code.collect(),
            architecture: file.architecture(),
        })
    }

    /// Whether a file that begins so can be a program.
    #[must_use]
    pub fn is_program(head: &[u8]) -> bool {
        MAGICS.iter().any(|magic| head.starts_with(magic))
    }

    /// What it was built from.
    #[must_use]
    pub fn build_info(&self) -> &BuildInfo {
        &self.build_info
    }

    /// The GNU build id, as profiles have it; empty when it has none.
    #[must_use]
    pub fn build_id(&self) -> &str {
        &self.build_id
    }

    /// The address of what is at an offset of the file.
    #[must_use]
    pub fn address(&self, file_offset: u64) -> Option<u64> {
        let segment = self.segments.iter().find(|segment| segment.file.contains(&file_offset))?;
        segment.address.checked_add(file_offset - segment.file.start)
    }

    /// The function that the code at an address is of.
    #[must_use]
    pub fn function(&self, address: u64) -> Option<&str> {
        Some(self.functions.as_ref()?.at(address)?.0)
    }

    /// The function that the call instruction at an address calls; a profile's address may be any in the instruction. `None`
    /// when there is no call, or one of a function value or method that only the running program knows.
    #[must_use]
    pub fn callee(&self, address: u64) -> Option<&str> {
        let target = match self.architecture {
            // A profile has the address before the one that is returned to.
            Architecture::X86_64 => {
                let next = address.checked_add(1)?;
                let &[opcode, a, b, c, d] = self.bytes_at(next.checked_sub(5)?, 5)? else { return None };
                let distance = i64::from(i32::from_le_bytes([a, b, c, d]));
                next.checked_add_signed(distance).filter(|_| opcode == CALL)?
            }
            Architecture::Aarch64 => {
                let at = address & !3;
                let word = u32::from_le_bytes(self.bytes_at(at, 4)?.try_into().ok()?);
                // The lower 26 bits are the distance in words, with its sign.
                let distance = i64::from((word << 6).cast_signed() >> 6) * 4;
                at.checked_add_signed(distance).filter(|_| word >> 26 == BRANCH_WITH_LINK)?
            }
            _ => return None,
        };
        // A call leads to where a function begins.
        self.functions.as_ref()?.at(target).filter(|(_, begin)| *begin == target).map(|(name, _)| name)
    }

    /// The type of what the call of the allocator at an address makes. `None` when there is no such call, and where what is
    /// loaded just before it does not show the type.
    #[must_use]
    pub fn made_type(&self, address: u64) -> Option<MadeType> {
        let callee = self.callee(address)?;
        let next = match self.architecture {
            Architecture::X86_64 => address.checked_add(1)?,
            _ => (address & !3).checked_add(4)?,
        };
        let begin = self.functions.as_ref()?.at(address)?.1.max(next.saturating_sub(WINDOW));
        let code = self.bytes_at(begin, usize::try_from(next - begin).ok()?)?;
        self.types.as_ref()?.made(self.architecture, callee, code, next)
    }

    /// Whether the instruction at an address calls what a register holds: a function value, or a method of an interface.
    #[must_use]
    pub fn calls_value(&self, address: u64) -> bool {
        let last = |length: u64| {
            let begin = address.checked_add(1)?.checked_sub(length)?;
            self.bytes_at(begin, usize::try_from(length).ok()?)
        };
        match self.architecture {
            Architecture::X86_64 => matches!(last(2), Some([CALL_VALUE, 0xd0..=0xd7])),
            Architecture::Aarch64 => {
                let word =
                    self.bytes_at(address & !3, 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
                word.is_some_and(|word| word & !REGISTER == BRANCH_TO_REGISTER)
            }
            _ => false,
        }
    }

    fn bytes_at(&self, address: u64, length: usize) -> Option<&[u8]> {
        self.code.iter().find_map(|code| {
            let at = usize::try_from(address.checked_sub(code.address)?).ok()?;
            code.bytes.get(at..at.checked_add(length)?)
        })
    }
}

pub(crate) fn build_info(file: &object::File<'_>) -> Option<BuildInfo> {
    let named = [".go.buildinfo", "__go_buildinfo"].iter().find_map(|name| file.section_by_name(name));
    let data = || file.sections().filter(|section| section.kind() == object::SectionKind::Data);
    let found = |section: object::Section<'_, '_>| BuildInfo::find(section.data().ok()?);
    named.and_then(found).or_else(|| data().find_map(found))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// ELF, Mach-O of 64 bits in both orders, PE.
const MAGICS: [&[u8]; 4] = [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"MZ"];
/// `CALL` with a distance of four bytes.
const CALL: u8 = 0xe8;
/// `CALL` of a register, `0xd0` and the register's number.
const CALL_VALUE: u8 = 0xff;
/// `BL`.
const BRANCH_WITH_LINK: u32 = 0b10_0101;
/// `BLR`, and where the register's number stands in it.
const BRANCH_TO_REGISTER: u32 = 0xd63f_0000;
const REGISTER: u32 = 0x3e0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::tests::table;

    /// A program of two functions, the first of which begins with this code.
    fn program(architecture: Architecture, code: &[u8]) -> Binary {
        let mut bytes = code.to_vec();
        bytes.resize(0x80, 0);
        Binary {
            build_info: BuildInfo::default(),
            build_id: String::new(),
            functions: Functions::decode(&table(0x1000), |_| None),
            code: vec![Code { address: 0x1000, bytes }],
            segments: vec![Segment { address: 0x1000, file: 0x200..0x280 }],
            architecture,
            types: None,
        }
    }

    #[test]
    fn a_call_leads_to_a_function() {
        // `CALL main.b` in 0x1003..0x1008, after three other bytes; a profile says 0x1007.
        let amd64 = program(Architecture::X86_64, &[0x90, 0x90, 0x90, 0xe8, 0x38, 0, 0, 0]);
        assert_eq!(amd64.callee(0x1007), Some("main.b"));
        assert_eq!(amd64.callee(0x1006), None, "no call ends there");
        let into_the_middle = program(Architecture::X86_64, &[0xe8, 0x40, 0, 0, 0]);
        assert_eq!(into_the_middle.callee(0x1004), None);
        // `BL main.b`, 0x10 words on; and `BL main.a` back from 0x1004.
        let arm64 = program(Architecture::Aarch64, &[0x10, 0, 0, 0x94, 0xff, 0xff, 0xff, 0x97]);
        assert_eq!((arm64.callee(0x1003), arm64.callee(0x1007)), (Some("main.b"), Some("main.a")));
        assert_eq!((arm64.callee(0x100b), arm64.callee(u64::MAX)), (None, None));
    }

    #[test]
    fn a_value_is_called_by_a_register() {
        // `MOVQ`, `CALL CX` and `CALL R8`, which has a prefix.
        let amd64 = program(Architecture::X86_64, &[0x48, 0x8b, 0x4a, 0x18, 0xff, 0xd1, 0x41, 0xff, 0xd0]);
        let calls = [0x1003, 0x1005, 0x1008, u64::MAX].map(|address| amd64.calls_value(address));
        assert_eq!((calls, amd64.callee(0x1005)), ([false, true, true, false], None));
        // `BLR R3`, and `BL main.b`.
        let arm64 = program(Architecture::Aarch64, &[0x60, 0, 0x3f, 0xd6, 0x10, 0, 0, 0x94]);
        assert_eq!([0x1003, 0x1007, 0x1020].map(|address| arm64.calls_value(address)), [true, false, false]);
    }

    #[test]
    fn offsets_of_the_file_have_addresses() {
        let program = program(Architecture::X86_64, &[]);
        assert_eq!((program.address(0x210), program.function(0x1041)), (Some(0x1010), Some("main.b")));
        assert_eq!((program.address(0x280), program.function(0x1080)), (None, None));
    }

    #[test]
    fn what_is_no_program_of_go_is_told() {
        let kind = |bytes: &[u8]| Binary::decode(bytes).map(|_| ()).map_err(|problem| problem.kind().clone());
        assert!(matches!(kind(b"hello"), Err(ErrorKind::NotAProgram { .. })));
        assert!(matches!(kind(b"\x7fELF"), Err(ErrorKind::NotAProgram { .. })));
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(Binary::is_program(&this));
        assert_eq!(kind(&this), Err(ErrorKind::NotGo));
    }
}
