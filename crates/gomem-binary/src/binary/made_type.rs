//! Which type a call of the allocator makes an object of: its descriptor is an argument, loaded just before the call.
//!
//! The descriptor is `abi.Type` of `internal/abi/type.go`, the same in Go 1.21 to 1.27.

use std::ops::Range;

use object::Architecture;

use crate::loaded::{self, Loaded};

/// What a call of the allocator makes.
///
/// ```
/// use gomem_binary::{Binary, MadeType};
///
/// /// What a profile's location makes, in words.
/// fn made(program: &Binary, address: u64) -> Option<String> {
///     let MadeType { name, bytes, is_element } = program.made_type(address)?;
///     Some(if is_element { format!("[]{name}") } else { format!("{name}, {bytes} bytes") })
/// }
/// # let bytes = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let program = Binary::decode(&bytes)?;
/// // This program was cut down to its tables: it has no code.
/// assert_eq!(made(&program, 0x40_1000), None);
/// # Ok::<(), gomem_binary::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MadeType {
    /// The type's name, with the name of its package: `bytes.Buffer`.
    pub name: String,
    /// The bytes of a value.
    pub bytes: u64,
    /// Whether a slice of such elements is made, and not one value.
    pub is_element: bool,
}

/// The descriptors of a program's types.
#[derive(Debug, Default)]
pub(crate) struct Types {
    address: u64,
    bytes: Vec<u8>,
}

impl Types {
    pub(crate) fn new(loaded: &[Loaded<'_>], range: Range<u64>) -> Option<Self> {
        let length = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        let bytes = loaded::from(loaded, range.start)?;
        Some(Self { address: range.start, bytes: bytes.get(..length)?.to_owned() })
    }

    /// The name and the bytes of the type at an address.
    fn at(&self, address: u64) -> Option<(String, u64)> {
        let at = usize::try_from(address.checked_sub(self.address)?).ok()?;
        let descriptor = self.bytes.get(at..)?.first_chunk::<48>()?;
        let bytes = u64::from_le_bytes(*descriptor.first_chunk()?);
        let has_star = descriptor[20] & EXTRA_STAR != 0;
        let name = u32::from_le_bytes(*descriptor.get(40..)?.first_chunk()?);
        let name = self.name(usize::try_from(name).ok()?)?;
        let name = if has_star { name.strip_prefix('*')? } else { name };
        (!name.is_empty()).then(|| (name.to_owned(), bytes))
    }

    /// A name: flags, the length in groups of seven bits, and the letters.
    fn name(&self, at: usize) -> Option<&str> {
        let rest = self.bytes.get(at.checked_add(1)?..)?;
        let (mut length, mut shift) = (0_usize, 0_u32);
        for (read, byte) in rest.iter().take(3).enumerate() {
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                let letters = rest.get(read + 1..)?.get(..length)?;
                return std::str::from_utf8(letters).ok().filter(|name| !name.contains(char::is_control));
            }
        }
        None
    }

    /// What the call of `callee` makes before which this code stands; `next` is where the code ends, the call included.
    pub(crate) fn made(&self, architecture: Architecture, callee: &str, code: &[u8], next: u64) -> Option<MadeType> {
        let (is_element, register) = match callee.strip_prefix("runtime.")? {
            "newobject" => (false, 0),
            "makeslice" | "makeslice64" => (true, 0),
            // `mallocgcSmallScanNoHeaderSC5(size, type, …)`, since Go 1.27.
            name if name.starts_with("mallocgcSmall") || name.starts_with("mallocgcTiny") => (false, 1),
            _ => return None,
        };
        let address = match architecture {
            Architecture::X86_64 => amd64(code, next, register)?,
            Architecture::Aarch64 => arm64(code, next, register)?,
            _ => return None,
        };
        let (name, bytes) = self.at(address)?;
        Some(MadeType { name, bytes, is_element })
    }
}

/// The address that a register is loaded with, the last before the call at the end of the code. What stands between is decoded
/// from there on, and must end at the call: so nothing in it is read as what it is not.
fn amd64(code: &[u8], next: u64, register: u8) -> Option<u64> {
    let before = code.get(..code.len().checked_sub(CALL_BYTES)?)?;
    // LEAQ of a distance, to AX or BX.
    let load = [0x48, 0x8d, if register == 0 { 0x05 } else { 0x1d }];
    let written = if register == 0 { 0 } else { 3 };
    let starts = (0..before.len()).rev().filter(|at| before[*at..].starts_with(&load));
    starts.take(MOST_LOADS).find_map(|at| {
        let distance = i32::from_le_bytes(*before.get(at + 3..)?.first_chunk()?);
        let mut rest = before.get(at + 7..)?;
        while !rest.is_empty() {
            rest = rest.get(plain_bytes(rest, written)?..)?;
        }
        let end = next.checked_sub((code.len() - at - 7) as u64)?;
        end.checked_add_signed(i64::from(distance))
    })
}

/// The bytes of the instruction that this code begins with, where it is one that prepares other arguments: it moves between
/// registers, loads from the stack or a constant, or stores to the stack. `None` of others, and of what writes to `register`.
fn plain_bytes(code: &[u8], register: u8) -> Option<usize> {
    let (prefix, rest) = match code {
        [prefix @ 0x40..=0x4f, rest @ ..] => (*prefix, rest),
        rest => (0, rest),
    };
    let skipped = code.len() - rest.len();
    let &[opcode, ref operands @ ..] = rest else { return None };
    let (extends_register, extends_base) = (prefix & 4 != 0, prefix & 1 != 0);
    if opcode == 0x90 && prefix == 0 {
        return Some(1);
    }
    if let 0xb8..=0xbf = opcode {
        // A constant, of eight bytes with the prefix of words.
        let length = if prefix & 8 != 0 { 9 } else { 5 };
        return (extends_base || opcode & 7 != register).then_some(skipped + length);
    }
    let &[mode, ref more @ ..] = operands else { return None };
    let (middle, base) = (mode >> 3 & 7, mode & 7);
    let address_bytes = match mode >> 6 {
        3 => 0,
        // The stack pointer and a distance of one or four bytes.
        1 if base == 4 && more.first() == Some(&0x24) => 2,
        2 if base == 4 && more.first() == Some(&0x24) => 5,
        _ => return None,
    };
    let is_of_registers = mode >> 6 == 3;
    let writes = match opcode {
        // MOV to a register or to the stack, XOR of registers.
        0x89 | 0x31 if is_of_registers => (!extends_base).then_some(base),
        0x89 => None,
        // MOV from the stack; LEA of a place on it.
        0x8b | 0x8d => (!extends_register).then_some(middle),
        _ => return None,
    };
    (writes != Some(register)).then_some(skipped + 2 + address_bytes)
}

/// `ADRP` and `ADD` of the register, the last two instructions before the call.
fn arm64(code: &[u8], next: u64, register: u8) -> Option<u64> {
    let (call, register) = (code.len().checked_sub(4)?, u32::from(register));
    let word = |at: usize| Some(u32::from_le_bytes(*code.get(at..)?.first_chunk()?));
    let (page, add) = (word(call.checked_sub(8)?)?, word(call.checked_sub(4)?)?);
    let is_load = page & 0x9f00_001f == 0x9000_0000 | register;
    let is_sum = add & 0xffc0_03ff == 0x9100_0000 | register << 5 | register;
    if !is_load || !is_sum {
        return None;
    }
    let high = (page >> 5 & 0x7_ffff) << 2 | page >> 29 & 3;
    let pages = i64::from((high << 11).cast_signed() >> 11);
    let at = next.checked_sub(12)? & !0xfff;
    at.checked_add_signed(pages << 12)?.checked_add(u64::from(add >> 10 & 0xfff))
}

/// `TFlagExtraStar`: the name begins with a star that is not the type's.
const EXTRA_STAR: u8 = 2;
/// `CALL` with a distance of four bytes.
const CALL_BYTES: usize = 5;
/// Places before a call that look like the load of an address.
const MOST_LOADS: usize = 2;
/// What is looked at before a call.
pub(crate) const WINDOW: u64 = 48;

#[cfg(test)]
mod tests {
    use super::*;

    /// A type of 24 bytes at 0x2000, whose name stands behind its descriptor.
    fn types(name: &[u8]) -> Types {
        let mut bytes = vec![0; 48];
        bytes[0] = 24;
        bytes[20] = EXTRA_STAR;
        bytes[40] = 48;
        bytes.extend_from_slice(&[1, name.len() as u8]);
        bytes.extend_from_slice(name);
        Types { address: 0x2000, bytes }
    }

    /// What a call makes that ends this code, which begins at 0x1000.
    fn made(callee: &str, code: &[u8]) -> Option<String> {
        let next = 0x1000 + code.len() as u64;
        let made = types(b"*main.page").made(Architecture::X86_64, callee, code, next)?;
        assert_eq!(made.bytes, 24);
        Some(if made.is_element { format!("[]{}", made.name) } else { made.name })
    }

    const CALL: [u8; 5] = [0xe8, 0, 0, 0, 0];

    #[test]
    fn the_type_is_loaded_before_the_call() {
        // LEAQ 0x2000, AX.
        let load = [0x48, 0x8d, 0x05, 0xf9, 0x0f, 0, 0];
        let with = |between: &[u8]| [&load[..], between, &CALL].concat();
        assert_eq!(made("runtime.newobject", &with(&[])).as_deref(), Some("main.page"));
        // MOVQ DX, BX; MOVL $8, CX; MOVQ DI, 0x20(SP).
        let between = [0x48, 0x89, 0xd3, 0xb9, 8, 0, 0, 0, 0x48, 0x89, 0x7c, 0x24, 0x20];
        assert_eq!(made("runtime.makeslice", &with(&between)).as_deref(), Some("[]main.page"));
        for (between, why) in [
            (&[0x48, 0x89, 0xd8][..], "MOVQ BX, AX"),
            (&[0xb8, 1, 0, 0, 0], "MOVL $1, AX"),
            (&[0x31, 0xc0], "XORL AX, AX"),
            (&[0x48, 0x8b, 0x44, 0x24, 0x10], "MOVQ 0x10(SP), AX"),
            (&[0xff, 0xd1], "a call"),
            (&[0x48], "half an instruction"),
        ] {
            assert_eq!(made("runtime.newobject", &with(between)), None, "{why}");
        }
        assert_eq!(made("runtime.mapassign", &with(&[])), None);
        assert_eq!(made("runtime.newobject", &CALL), None);
        // LEAQ 0x2000, BX; since Go 1.27.
        let second = [&[0x48, 0x8d, 0x1d, 0xf9, 0x0f, 0, 0][..], &[0xb8, 24, 0, 0, 0], &CALL].concat();
        assert_eq!(made("runtime.mallocgcSmallScanNoHeaderSC3", &second).as_deref(), Some("main.page"));
    }

    #[test]
    fn pages_and_places_are_of_one_register() {
        let code = |words: [u32; 3]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        let made = |words| {
            let code = code(words);
            types(b"*main.page").made(Architecture::Aarch64, "runtime.newobject", &code, 0x1000 + code.len() as u64)
        };
        // ADRP x0, one page on; ADD x0, x0, #0; BL.
        assert_eq!(made([0xb000_0000, 0x9100_0000, 0x9400_0000]).map(|made| made.name).as_deref(), Some("main.page"));
        assert_eq!(made([0xb000_0001, 0x9100_0020, 0x9400_0000]), None, "another register");
    }

    #[test]
    fn names_are_texts() {
        for name in [&b"*"[..], b"*\xff", b"*a\x07"] {
            let types = types(name);
            assert_eq!(types.at(0x2000), None, "{name:?}");
        }
        assert_eq!((types(b"*a").at(0x2008), types(b"*a").at(0x1fff)), (None, None));
    }
}
