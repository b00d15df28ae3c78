//! Which code refers to which variable: what a program without symbols still says of its variables.
//!
//! An address stands in an instruction as the distance from it (amd64), or as that of its page and, in the next instruction, the place in
//! the page (arm64). A few places of code that only look like it are found too.

use std::ops::Range;

use object::Architecture;

use crate::loaded::Loaded;

/// A place that an address of a variable stands in.
///
/// ```
/// # let stripped = gomem_testkit::inflated("testdata/heap/holders-stripped-go1.27.3.bin.gz");
/// use gomem_binary::Layout;
///
/// // Without symbols, the code that refers to a variable tells it apart from others.
/// let layout = Layout::decode(&stripped)?;
/// let of_code = layout.references().iter().filter(|reference| reference.code.is_some()).count();
/// assert!(layout.symbols().is_empty() && of_code > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The address that stands there: a variable begins there, or a part of it.
    pub address: u64,
    /// Where the instruction is; `None` where it stands in a constant or in what a variable is initialised with.
    pub code: Option<u64>,
}

/// The references to variables in `targets`, by address; none on machines whose instructions are not known.
pub(crate) fn references(architecture: Architecture, loaded: &[Loaded<'_>], targets: &[Range<u64>]) -> Vec<Reference> {
    let of_code: OfCode = match architecture {
        Architecture::X86_64 => amd64,
        Architecture::Aarch64 => arm64,
        _ => return Vec::new(),
    };
    let mut found: Vec<Reference> = Vec::new();
    let mut most = 0;
    for section in loaded {
        // More than one in eight bytes no compiler's code has, nor data, and so nothing made-up takes much memory.
        most += section.bytes.len() / WORD;
        let mut find = |code, address| {
            if found.len() < most && targets.iter().any(|target| target.contains(&address)) {
                found.push(Reference { address, code });
            }
        };
        if section.is_code() {
            of_code(section.address, section.bytes, &mut |code, address| find(Some(code), address));
        } else {
            let skipped = usize::try_from(section.address.wrapping_neg() % WORD as u64).unwrap_or_default();
            let words = section.bytes.get(skipped..).unwrap_or_default().chunks_exact(WORD);
            let addresses = words.filter_map(|word| Some(u64::from_le_bytes(word.try_into().ok()?)));
            addresses.for_each(|address| find(None, address));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Finds addresses in code that begins somewhere: where the instruction is, and which address.
type OfCode = fn(u64, &[u8], &mut dyn FnMut(u64, u64));

/// `ModRM` without a base register, which a distance of four bytes follows; the distance is counted from the next instruction.
fn amd64(start: u64, code: &[u8], found: &mut dyn FnMut(u64, u64)) {
    for (at, window) in code.windows(8).enumerate() {
        let &[third, second, first, mode, a, b, c, d] = window else { continue };
        if mode & 0xc7 != 0x05 {
            continue;
        }
        let Some(immediate) = immediate_bytes([third, second, first], mode >> 3 & 7) else { continue };
        let distance = i64::from(i32::from_le_bytes([a, b, c, d]));
        let place = start.wrapping_add(at as u64 + 3);
        found(place, place.wrapping_add(5 + immediate).wrapping_add_signed(distance));
    }
}

/// How many bytes of a constant follow the distance, by the three bytes before `ModRM` and its middle field; `None` of what the compiler does
/// not use with variables.
fn immediate_bytes([third, second, opcode]: [u8; 3], field: u8) -> Option<u64> {
    if second == TWO_BYTES {
        return Some(u64::from(matches!(opcode, 0x70 | 0xba | 0xc2 | 0xc4 | 0xc6)));
    }
    let is_of_two = second == OPERANDS_OF_TWO || third == OPERANDS_OF_TWO && second & 0xf0 == 0x40;
    let word = if is_of_two { 2 } else { 4 };
    match opcode {
        0x6b | 0x80 | 0x83 | 0xc0 | 0xc1 | 0xc6 => Some(1),
        0x69 | 0x81 | 0xc7 => Some(word),
        // A test has a constant; what negates, multiplies and divides has none.
        0xf6 if field < 2 => Some(1),
        0xf7 if field < 2 => Some(word),
        0x01
        | 0x03
        | 0x09
        | 0x0b
        | 0x10
        | 0x11
        | 0x21
        | 0x23
        | 0x29
        | 0x2b
        | 0x31
        | 0x33
        | 0x38..=0x3b
        | 0x63
        | 0x6f
        | 0x7f
        | 0x84..=0x8b
        | 0x8d
        | 0xd1
        | 0xd3
        | 0xf6
        | 0xf7
        | 0xfe
        | 0xff => Some(0),
        _ => None,
    }
}

/// `ADRP`, and behind it `ADD`, a load or a store with the same register.
fn arm64(start: u64, code: &[u8], found: &mut dyn FnMut(u64, u64)) {
    let instructions: Vec<u32> =
        code.chunks_exact(4).filter_map(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?))).collect();
    for (at, pair) in instructions.windows(2).enumerate() {
        let &[page, next] = pair else { continue };
        if page & 0x9f00_0000 != 0x9000_0000 || page & 0x1f != next >> 5 & 0x1f {
            continue;
        }
        let place = u64::from(next >> 10 & 0xfff);
        let in_page = match next {
            _ if next & 0xffc0_0000 == 0x9100_0000 => place,
            // The larger the operand, the larger the steps; those of 16 bytes have a bit of their own.
            _ if next & 0x3b00_0000 == 0x3900_0000 => {
                let is_of_sixteen = next & 0x0480_0000 == 0x0480_0000;
                place << if is_of_sixteen { 4 } else { next >> 30 }
            }
            _ => continue,
        };
        let high = (page >> 5 & 0x7_ffff) << 2 | page >> 29 & 3;
        let pages = i64::from((high << 11).cast_signed() >> 11);
        let code = start.wrapping_add(at as u64 * 4);
        found(code, (code & !0xfff).wrapping_add_signed(pages << 12).wrapping_add(in_page));
    }
}

/// The bytes of a pointer on the machines whose instructions are known.
const WORD: usize = 8;
/// What instructions of two bytes begin with, and what halves a constant.
const TWO_BYTES: u8 = 0x0f;
const OPERANDS_OF_TWO: u8 = 0x66;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(of: OfCode, code: &[u8]) -> Vec<(u64, u64)> {
        let mut all = Vec::new();
        of(0x1000, code, &mut |code, address| all.push((code, address)));
        all
    }

    #[test]
    fn distances_are_counted_from_the_next_instruction() {
        // MOVQ 0x100(IP), AX; then the same with CMPQ and MOVW of a constant.
        assert_eq!(found(amd64, &[0x90, 0x48, 0x8b, 0x05, 0, 1, 0, 0]), [(0x1003, 0x1108)]);
        assert_eq!(found(amd64, &[0x90, 0x48, 0x83, 0x3d, 0, 1, 0, 0, 0]), [(0x1003, 0x1109)]);
        assert_eq!(found(amd64, &[0x90, 0x66, 0xc7, 0x05, 0, 1, 0, 0, 7, 0]), [(0x1003, 0x110a)]);
        assert_eq!(found(amd64, &[0x90, 0x90, 0xcc, 0x05, 0, 1, 0, 0]), [], "no instruction of the compiler's");
    }

    #[test]
    fn pages_and_places_are_put_together() {
        let code = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
        // ADRP x0, one page on; ADD x1, x0, #0x10, LDR x1, [x0, #0x10], and a LDR of another register.
        let page = 0xb000_0000;
        assert_eq!(found(arm64, &code(&[page, 0x9100_4001])), [(0x1000, 0x2010)]);
        assert_eq!(found(arm64, &code(&[page, 0xf940_0801])), [(0x1000, 0x2010)]);
        assert_eq!(found(arm64, &code(&[page, 0xf940_0821])), []);
    }
}
