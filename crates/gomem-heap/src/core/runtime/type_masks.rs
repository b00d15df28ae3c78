//! Which words of a type's values are pointers, as the runtime describes types (`internal/abi/type.go`).

use std::{collections::HashMap, rc::Rc};

use foldhash::fast::RandomState;

use crate::core::{elf::word::WORD, runtime::process::Process};

/// The masks of types, each read once.
pub(crate) struct TypeMasks<'a> {
    process: &'a Process<'a>,
    known: HashMap<u64, Option<Rc<TypeMask>>, RandomState>,
    /// The flag of types whose mask is made when it is asked for.
    on_demand: Option<u64>,
    /// How many parts of types may still be looked at: those of a damaged core may have no end.
    steps: u64,
}

/// Which words of a value are pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeMask {
    /// The bytes of a value.
    pub(crate) bytes: u64,
    /// Offsets, in rising order.
    pub(crate) pointers: Vec<u64>,
}

/// The fields that all types have.
struct Head {
    bytes: u64,
    pointer_bytes: u64,
    flags: u64,
    kind: u64,
    mask: u64,
}

impl<'a> TypeMasks<'a> {
    pub(crate) fn new(process: &'a Process<'a>) -> Self {
        let on_demand = process.layouts.constant("internal/abi.TFlagGCMaskOnDemand");
        Self { process, known: HashMap::default(), on_demand, steps: MOST_STEPS }
    }

    /// The mask of the type at an address; of values in slots of so many bytes.
    pub(crate) fn of(&mut self, address: u64, slot_bytes: u64) -> Option<Rc<TypeMask>> {
        if address == 0 {
            return None;
        }
        if let Some(known) = self.known.get(&address) {
            return known.clone();
        }
        let mask = self.read(address, slot_bytes).map(Rc::new);
        self.known.insert(address, mask.clone());
        mask
    }

    fn read(&mut self, address: u64, slot_bytes: u64) -> Option<TypeMask> {
        let head = self.head(address)?;
        let is_possible = head.bytes > 0 && head.bytes % WORD == 0 && head.pointer_bytes <= head.bytes;
        if !is_possible || head.pointer_bytes > slot_bytes {
            return None;
        }
        let mut pointers = Vec::new();
        let is_on_demand = self.on_demand.is_some_and(|flag| head.flags & flag != 0);
        let mask = if is_on_demand { self.process.word(head.mask)? } else { head.mask };
        if mask == 0 {
            self.push_parts(address, 0, head.pointer_bytes, 0, &mut pointers)?;
        } else {
            push_mask(
                &self.process.bytes(mask, (head.pointer_bytes / WORD).div_ceil(8))?,
                head.pointer_bytes,
                0,
                &mut pointers,
            );
        }
        pointers.sort_unstable();
        Some(TypeMask { bytes: head.bytes, pointers })
    }

    /// The pointers of a value that nobody made a mask of: those of its elements or fields.
    fn push_parts(&mut self, address: u64, start: u64, end: u64, depth: u32, out: &mut Vec<u64>) -> Option<()> {
        let head = self.head(address)?;
        self.steps = self.steps.checked_sub(1)?;
        if depth > DEEPEST || start >= end || head.pointer_bytes == 0 {
            return Some(());
        }
        if self.on_demand.is_none_or(|flag| head.flags & flag == 0) {
            let bits = self.process.bytes(head.mask, (head.pointer_bytes / WORD).div_ceil(8))?;
            push_mask(&bits, head.pointer_bytes.min(end - start), start, out);
            return Some(());
        }
        let process = self.process;
        let word = |at: u64| process.word(address.checked_add(at)?);
        match head.kind & KIND {
            ARRAY => {
                let (element, count) = (word(ELEMENT)?, word(LENGTH)?);
                let bytes = self.head(element)?.bytes;
                for number in 0..count {
                    let at = start.saturating_add(number.saturating_mul(bytes));
                    if at >= end || bytes == 0 {
                        break;
                    }
                    self.push_parts(element, at, end, depth + 1, out)?;
                }
            }
            STRUCT => {
                let (fields, count) = (word(FIELDS)?, word(FIELDS + WORD)?);
                for number in 0..count {
                    let field = fields.checked_add(number.checked_mul(FIELD)?)?;
                    let part = |at: u64| process.word(field.checked_add(at)?);
                    self.push_parts(part(WORD)?, start.saturating_add(part(2 * WORD)?), end, depth + 1, out)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn head(&self, address: u64) -> Option<Head> {
        let bytes = self.process.bytes(address, HEAD)?;
        let word = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        Some(Head {
            bytes: word(0)?,
            pointer_bytes: word(8)?,
            flags: (*bytes.get(20)?).into(),
            kind: (*bytes.get(23)?).into(),
            mask: word(32)?,
        })
    }
}

/// The offsets of set bits, from one on.
fn push_mask(bits: &[u8], pointer_bytes: u64, start: u64, out: &mut Vec<u64>) {
    for word in 0..pointer_bytes / WORD {
        if bits.get((word / 8) as usize).is_some_and(|byte| byte >> (word % 8) & 1 == 1) {
            out.push(start + word * WORD);
        }
    }
}

/// `Type`, and behind it what arrays and structs have: the same in Go 1.21 to 1.27.
const HEAD: u64 = 48;
const ELEMENT: u64 = 48;
const LENGTH: u64 = 64;
const FIELDS: u64 = 56;
const FIELD: u64 = 24;
/// The bits of a kind, and two kinds.
const KIND: u64 = 31;
const ARRAY: u64 = 17;
const STRUCT: u64 = 25;
/// Types within types.
const DEEPEST: u32 = 40;
const MOST_STEPS: u64 = 1 << 26;
