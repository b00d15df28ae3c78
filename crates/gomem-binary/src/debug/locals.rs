//! Debug information → the variables of one function: where they lie on the stack, and which of them a function value holds.

use std::{collections::HashMap, sync::Arc};

use gimli::{AttributeValue, DwAt, Expression, Operation, UnitOffset};

use crate::{
    debug::sections::Bytes,
    debug::types::{FunctionPlace, reference, text},
    go_types::{CapturedVariable, LocalPart, TypeId},
};

/// What a function's variables are read with.
pub(crate) struct LocalReader<'a> {
    dwarf: &'a gimli::Dwarf<Bytes<'a>>,
    unit: gimli::Unit<Bytes<'a>>,
    start: usize,
    entry: UnitOffset,
    types: &'a HashMap<usize, TypeId>,
}

/// A variable, or what says of one that was inlined where it is described.
#[derive(Debug, Default)]
struct Variable<'a> {
    name: Option<Arc<str>>,
    type_id: Option<TypeId>,
    origin: Option<usize>,
    closure_offset: Option<u64>,
    /// Whether a caller gives it; results are not.
    is_parameter: bool,
    location: Option<AttributeValue<Bytes<'a>>>,
}

impl<'a> LocalReader<'a> {
    pub(crate) fn new(
        dwarf: &'a gimli::Dwarf<Bytes<'a>>,
        place: FunctionPlace,
        types: &'a HashMap<usize, TypeId>,
    ) -> gimli::Result<Self> {
        let header = dwarf.unit_header(gimli::DebugInfoOffset(place.unit))?;
        let unit = dwarf.unit(header)?;
        Ok(Self { dwarf, unit, start: place.unit, entry: UnitOffset(place.entry), types })
    }

    /// The parts of variables that lie on the stack while an address is carried out.
    pub(crate) fn parts(&self, address: u64) -> gimli::Result<Vec<LocalPart>> {
        let mut parts = Vec::new();
        // What each variable is, also of those that lie nowhere.
        let mut whole: HashMap<Arc<str>, TypeId> = HashMap::new();
        self.for_each(Some(address), |variable| {
            let Some((name, type_id)) = self.described(&variable) else { return Ok(()) };
            whole.insert(name.clone(), type_id);
            match variable.location {
                None => {}
                Some(AttributeValue::Exprloc(expression)) => self.expression(expression, &name, type_id, &mut parts)?,
                Some(location) => {
                    let Some(mut list) = self.dwarf.attr_locations(&self.unit, location)? else { return Ok(()) };
                    let mut all = Vec::new();
                    while let Some(entry) = list.next()? {
                        let is_around = entry.range.begin <= address && address < entry.range.end;
                        self.expression(entry.data, &name, type_id, if is_around { &mut parts } else { &mut all })?;
                    }
                    // What came in registers has a place of its own beside the caller's frame, and is nowhere else there.
                    let home = |part: &LocalPart| part.frame_offset.checked_sub_unsigned(part.offset);
                    let is_home =
                        |part: &&LocalPart| variable.is_parameter && !part.is_address && home(part) >= Some(0);
                    let known = all.iter().chain(parts.iter().filter(|part| part.name == name)).find(is_home);
                    let whole = known.and_then(|part| {
                        Some(LocalPart { frame_offset: home(part)?, offset: 0, bytes: u64::MAX, ..part.clone() })
                    });
                    parts.extend(whole);
                }
            }
            Ok(())
        })?;
        // The compiler takes slices and strings apart, and calls their first words so.
        for part in &mut parts {
            let of = part.name.strip_suffix(".ptr").and_then(|name| whole.get_key_value(name));
            if let Some((name, type_id)) = of {
                (part.name, part.type_id, part.bytes) = (name.clone(), *type_id, part.bytes.min(WORD));
            }
        }
        Ok(parts)
    }

    /// The types of the function's parameters, in order.
    pub(crate) fn parameters(&self) -> gimli::Result<Vec<TypeId>> {
        let mut found = Vec::new();
        self.for_each(None, |variable| {
            found.extend(variable.type_id.filter(|_| variable.is_parameter));
            Ok(())
        })?;
        Ok(found)
    }

    /// The variables that a function value holds.
    pub(crate) fn captured(&self) -> gimli::Result<Vec<CapturedVariable>> {
        let mut found = Vec::new();
        self.for_each(None, |variable| {
            if let (Some(offset), Some(name), Some(type_id)) =
                (variable.closure_offset, variable.name, variable.type_id)
            {
                found.push(CapturedVariable { name, type_id, offset });
            }
            Ok(())
        })?;
        found.sort_by_key(|variable| variable.offset);
        Ok(found)
    }

    /// Each variable of the function; with an address, only of blocks that are around it.
    fn for_each(
        &self,
        address: Option<u64>,
        mut visit: impl FnMut(Variable<'a>) -> gimli::Result<()>,
    ) -> gimli::Result<()> {
        let mut entries = self.unit.entries_raw(Some(self.entry))?;
        let mut entry = gimli::DebuggingInformationEntry::null();
        let mut passed = isize::MAX;
        let mut is_first = true;
        while !entries.is_empty() && (is_first || entries.next_depth() > 0) {
            is_first = false;
            if !entries.read_entry(&mut entry)? || entry.depth() > passed {
                continue;
            }
            passed = isize::MAX;
            match entry.tag() {
                gimli::DW_TAG_variable | gimli::DW_TAG_formal_parameter => visit(self.variable(&entry))?,
                gimli::DW_TAG_lexical_block | gimli::DW_TAG_inlined_subroutine
                    if address.is_some_and(|address| !self.is_around(&entry, address).unwrap_or(false)) =>
                {
                    passed = entry.depth();
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_around(&self, entry: &gimli::DebuggingInformationEntry<Bytes<'a>>, address: u64) -> gimli::Result<bool> {
        let mut ranges = self.dwarf.die_ranges(&self.unit, entry)?;
        while let Some(range) = ranges.next()? {
            if range.begin <= address && address < range.end {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn variable(&self, entry: &gimli::DebuggingInformationEntry<Bytes<'a>>) -> Variable<'a> {
        let referred = |value: AttributeValue<Bytes<'a>>| reference(value, self.start);
        Variable {
            name: entry.attr_value(gimli::DW_AT_name).and_then(|name| text(self.dwarf, &self.unit, name)),
            type_id: entry
                .attr_value(gimli::DW_AT_type)
                .and_then(referred)
                .and_then(|place| self.types.get(&place).copied()),
            origin: entry.attr_value(gimli::DW_AT_abstract_origin).and_then(referred),
            is_parameter: entry.tag() == gimli::DW_TAG_formal_parameter
                && entry
                    .attr_value(gimli::DW_AT_variable_parameter)
                    .is_none_or(|value| value == AttributeValue::Flag(false)),
            closure_offset: entry.attr(GO_CLOSURE_OFFSET).and_then(gimli::Attribute::udata_value),
            location: entry.attr_value(gimli::DW_AT_location),
        }
    }

    /// Its name and type, which of what is inlined stand where the function is described.
    fn described(&self, variable: &Variable<'a>) -> Option<(Arc<str>, TypeId)> {
        if let (Some(name), Some(type_id)) = (&variable.name, variable.type_id) {
            return Some((name.clone(), type_id));
        }
        let place = variable.origin?.checked_sub(self.start).map(UnitOffset)?;
        let origin = self.variable(&self.unit.entry(place).ok()?);
        Some((origin.name?, origin.type_id?))
    }

    /// The parts of a location that are on the stack.
    fn expression(
        &self,
        expression: Expression<Bytes<'a>>,
        name: &Arc<str>,
        type_id: TypeId,
        parts: &mut Vec<LocalPart>,
    ) -> gimli::Result<()> {
        let mut operations = expression.operations(self.unit.encoding());
        let (mut place, mut is_address, mut is_known) = (None, false, true);
        let (mut offset, mut has_pieces) = (0, false);
        let mut part = |place: Option<i64>, offset, bytes, is_address| {
            parts.extend(place.map(|frame_offset| LocalPart {
                name: name.clone(),
                type_id,
                frame_offset,
                offset,
                bytes,
                is_address,
            }));
        };
        while let Some(operation) = operations.next()? {
            match operation {
                Operation::FrameOffset { offset } => place = Some(offset),
                Operation::CallFrameCFA => place = Some(0),
                Operation::Deref { .. } => is_address = true,
                Operation::Piece { size_in_bits, .. } => {
                    has_pieces = true;
                    let bytes = size_in_bits / 8;
                    part(place.filter(|_| is_known), offset, bytes, is_address);
                    offset = offset.saturating_add(bytes);
                    (place, is_address, is_known) = (None, false, true);
                }
                // In a register, or something that is worked out.
                _ => is_known = false,
            }
        }
        if !has_pieces && is_known {
            part(place, 0, u64::MAX, is_address);
        }
        Ok(())
    }
}

/// The bytes of a pointer; smaller ones end before.
const WORD: u64 = 8;
/// `DW_AT_go_closure_offset` in `cmd/internal/dwarf/dwarf_defs.go`.
const GO_CLOSURE_OFFSET: DwAt = DwAt(0x2907);
