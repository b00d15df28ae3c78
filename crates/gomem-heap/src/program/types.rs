//! Types, as the runtime describes them in the program's file (`Type` in `internal/abi/type.go`).

use crate::{memory::Order, program::Program};

/// What the runtime says of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeRecord {
    pub(crate) name: String,
    /// The bytes of a value; 0 when not known.
    pub(crate) bytes: u64,
    /// Where the type lies that it points to, of a pointer.
    pub(crate) pointee: Option<u64>,
}

impl Program {
    /// The type that is described at an address.
    pub(crate) fn type_at(&self, address: u64, order: Order) -> Option<TypeRecord> {
        let (layout, in_file) = self.in_file(address)?;
        let types = layout.types();
        let word = order.word_bytes;
        // Size, pointer bytes; hash; flags, alignments and kind; equality, mask; name and the pointer's type.
        let record = layout.bytes_at(in_file, 4 * word + 16).filter(|_| types.contains(&in_file))?;
        let (flags, kind) = (record[2 * word + 4], record[2 * word + 7]);
        let offset = order.u32(record, 4 * word + 8)?;
        let name_at = types.start.checked_add(u64::from(offset))?;
        let name = name(|length| layout.bytes_at(name_at, length))?;
        let name = if flags & EXTRA_STAR == 0 { name.as_str() } else { name.strip_prefix('*')? };
        let pointee = || order.word(layout.bytes_at(in_file.checked_add(4 * word as u64 + 16)?, word)?, 0);
        let pointee = if kind & KIND == POINTER { pointee() } else { None };
        // A program that is loaded elsewhere has its own addresses put into the file when it is linked.
        Some(TypeRecord {
            name: name.to_owned(),
            bytes: order.word(record, 0)?,
            pointee: pointee.map(|at| self.loaded(at)),
        })
    }
}

/// A flag, the length, and the letters.
fn name<'a>(bytes: impl Fn(usize) -> Option<&'a [u8]>) -> Option<String> {
    let head = bytes(3)?;
    let (length, at) = if head[1] < 0x80 {
        (usize::from(head[1]), 2)
    } else {
        (usize::from(head[1] & 0x7f) | usize::from(head[2]) << 7, 3)
    };
    let text = std::str::from_utf8(bytes(at + length)?.get(at..)?).ok()?;
    (!text.is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
}

/// The flag of a name that is written with a star in front, which other types share.
const EXTRA_STAR: u8 = 1 << 1;
/// The bits of a kind, and that of pointers.
const KIND: u8 = (1 << 5) - 1;
const POINTER: u8 = 22;
const LONGEST: usize = 4096;
