//! Debug information → types, global variables, and where functions are described (`cmd/link/internal/ld/dwarf.go`).

use std::{collections::HashMap, sync::Arc};

use gimli::{AttributeValue, DwAt, DwTag, Operation, UnitOffset};

use crate::{
    debug::sections::Bytes,
    go_types::{DebugType, Field, Shape, TypeId},
};

/// Where a function is described: its unit, and its place in that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionPlace {
    pub(crate) unit: usize,
    pub(crate) entry: usize,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct TypeReader {
    pub(crate) types: Vec<DebugType>,
    pub(crate) globals: HashMap<u64, TypeId>,
    pub(crate) described: HashMap<u64, TypeId>,
    pub(crate) functions: HashMap<u64, FunctionPlace>,
    /// Named numbers of the runtime.
    pub(crate) constants: HashMap<Arc<str>, i64>,
    /// Types by where they are described.
    pub(crate) by_place: HashMap<usize, TypeId>,
}

/// A type as it is described: others by where these are.
#[derive(Debug, Default)]
struct RawType {
    place: usize,
    tag: Option<DwTag>,
    name: Arc<str>,
    bytes: u64,
    kind: u64,
    described: u64,
    of: Option<usize>,
    element: Option<usize>,
    count: u64,
    fields: Vec<(Arc<str>, u64, usize)>,
}

impl TypeReader {
    /// Reads all units; what is damaged ends it.
    pub(crate) fn read(dwarf: &gimli::Dwarf<Bytes<'_>>) -> gimli::Result<Self> {
        let mut reader = Self::default();
        let (mut raw, mut globals) = (Vec::new(), Vec::new());
        let mut headers = dwarf.units();
        while let Some(header) = headers.next()? {
            let unit = dwarf.unit(header)?;
            reader.unit(dwarf, &unit, &mut raw, &mut globals)?;
        }
        reader.finish(&raw, globals);
        Ok(reader)
    }

    fn unit(
        &mut self,
        dwarf: &gimli::Dwarf<Bytes<'_>>,
        unit: &gimli::Unit<Bytes<'_>>,
        raw: &mut Vec<RawType>,
        globals: &mut Vec<(u64, usize)>,
    ) -> gimli::Result<()> {
        let Some(start) = unit.header.debug_info_offset().map(|start| start.0) else { return Ok(()) };
        let mut entries = unit.entries_raw(None)?;
        let mut is_in_type = false;
        while !entries.is_empty() {
            let (depth, place) = (entries.next_depth(), entries.next_offset());
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            let tag = abbreviation.tag();
            let is_part = depth == 2 && is_in_type && PARTS.contains(&tag);
            if depth != 1 && !is_part {
                entries.skip_attributes(abbreviation.attributes())?;
                continue;
            }
            let mut found = RawType { place: start + place.0, tag: Some(tag), ..RawType::default() };
            let (mut address, mut constant) = (None, None);
            let mut offset = 0;
            for specification in abbreviation.attributes() {
                let attribute = entries.read_attribute(*specification)?;
                let number = || attribute.udata_value().unwrap_or_default();
                match attribute.name() {
                    gimli::DW_AT_name => found.name = text(dwarf, unit, attribute.value()).unwrap_or_default(),
                    gimli::DW_AT_byte_size => found.bytes = number(),
                    gimli::DW_AT_count => found.count = number(),
                    gimli::DW_AT_data_member_location => offset = number(),
                    gimli::DW_AT_type => found.of = reference(attribute.value(), start),
                    GO_ELEM => found.element = reference(attribute.value(), start),
                    GO_KIND => found.kind = number(),
                    GO_RUNTIME_TYPE => {
                        found.described = match attribute.value() {
                            AttributeValue::Addr(offset) => offset,
                            _ => number(),
                        }
                    }
                    gimli::DW_AT_const_value => constant = attribute.sdata_value(),
                    gimli::DW_AT_low_pc => address = dwarf.attr_address(unit, attribute.value())?,
                    gimli::DW_AT_location => address = static_address(dwarf, unit, attribute.value())?,
                    _ => {}
                }
            }
            match tag {
                gimli::DW_TAG_subprogram => {
                    let entry = FunctionPlace { unit: start, entry: place.0 };
                    self.functions.extend(address.map(|address| (address, entry)));
                }
                gimli::DW_TAG_constant => {
                    self.constants.extend(constant.filter(|_| is_of_runtime(&found.name)).map(|it| (found.name, it)));
                }
                gimli::DW_TAG_variable => globals.extend(address.zip(found.of)),
                gimli::DW_TAG_member if is_part => {
                    if let (Some(last), Some(of)) = (raw.last_mut(), found.of) {
                        last.fields.push((found.name, offset, of));
                    }
                }
                gimli::DW_TAG_subrange_type if is_part => {
                    raw.last_mut().into_iter().for_each(|last| last.count = found.count);
                }
                _ if TYPES.contains(&tag) => raw.push(found),
                _ => {}
            }
            if depth == 1 {
                is_in_type = TYPES.contains(&tag);
            }
        }
        Ok(())
    }

    fn finish(&mut self, raw: &[RawType], globals: Vec<(u64, usize)>) {
        let known: HashMap<usize, usize> = raw.iter().zip(0..).map(|(found, at)| (found.place, at)).collect();
        // Another name for a type is that type, if Go does not say itself what it is.
        let resolve = |place: usize| {
            let mut at = *known.get(&place)?;
            for _ in 0..LONGEST_CHAIN {
                let found: &RawType = raw.get(at)?;
                if found.tag != Some(gimli::DW_TAG_typedef) || found.kind != 0 {
                    return Some(TypeId(u32::try_from(at).ok()?));
                }
                at = *known.get(&found.of?)?;
            }
            None
        };
        // What the head of a map or a channel is: a name for a pointer to it.
        let head = |found: &RawType| {
            let pointer = raw.get(resolve(found.of?)?.index())?;
            resolve(pointer.of?)
        };
        self.types = raw.iter().map(|found| found.resolved(&resolve, &head)).collect();
        self.by_place = known.keys().filter_map(|place| Some((*place, resolve(*place)?))).collect();
        self.globals = globals.into_iter().filter_map(|(address, of)| Some((address, resolve(of)?))).collect();
        let described = raw.iter().zip(0..).filter(|(found, _)| found.described != 0);
        self.described = described.map(|(found, at)| (found.described, TypeId(at))).collect();
    }
}

impl RawType {
    fn resolved(
        &self,
        resolve: &impl Fn(usize) -> Option<TypeId>,
        head: &impl Fn(&Self) -> Option<TypeId>,
    ) -> DebugType {
        let of = || resolve(self.of?);
        let element = || resolve(self.element?);
        let shape = match (self.kind, self.tag) {
            (FUNC, _) => Shape::Function,
            (INTERFACE, _) => Shape::Interface,
            (STRING, _) => Shape::Text,
            (SLICE, _) => element().map_or(Shape::UntypedPointer, Shape::Slice),
            (MAP, _) => head(self).map_or(Shape::UntypedPointer, Shape::Map),
            (CHAN, _) => head(self)
                .zip(element())
                .map_or(Shape::UntypedPointer, |(head, element)| Shape::Channel { head, element }),
            (_, Some(gimli::DW_TAG_pointer_type)) => of().map_or(Shape::UntypedPointer, Shape::Pointer),
            (_, Some(gimli::DW_TAG_array_type)) => {
                of().map_or(Shape::Plain, |element| Shape::Array { element, count: self.count })
            }
            (_, Some(gimli::DW_TAG_structure_type)) => {
                let field = |(name, offset, of): &(Arc<str>, u64, usize)| {
                    Some(Field { name: name.clone(), offset: *offset, type_id: resolve(*of)? })
                };
                let mut fields: Vec<Field> = self.fields.iter().filter_map(field).collect();
                fields.sort_by_key(|field| field.offset);
                Shape::Struct(fields)
            }
            _ => Shape::Plain,
        };
        DebugType { name: self.name.clone(), bytes: self.bytes, shape }
    }
}

/// The address of a variable that always lies at one.
fn static_address(
    dwarf: &gimli::Dwarf<Bytes<'_>>,
    unit: &gimli::Unit<Bytes<'_>>,
    value: AttributeValue<Bytes<'_>>,
) -> gimli::Result<Option<u64>> {
    let AttributeValue::Exprloc(expression) = value else { return Ok(None) };
    let mut operations = expression.operations(unit.encoding());
    Ok(match operations.next()? {
        Some(Operation::Address { address }) => Some(address),
        Some(Operation::AddressIndex { index }) => Some(dwarf.address(unit, index)?),
        _ => None,
    })
}

/// Whether a constant is one that readers of the runtime's memory need.
fn is_of_runtime(name: &str) -> bool {
    ["runtime.", "internal/abi."].iter().any(|package| name.starts_with(package))
}

/// Where what is referred to is described.
pub(crate) fn reference(value: AttributeValue<Bytes<'_>>, unit: usize) -> Option<usize> {
    match value {
        AttributeValue::DebugInfoRef(offset) => Some(offset.0),
        AttributeValue::UnitRef(UnitOffset(offset)) => unit.checked_add(offset),
        _ => None,
    }
}

pub(crate) fn text(
    dwarf: &gimli::Dwarf<Bytes<'_>>,
    unit: &gimli::Unit<Bytes<'_>>,
    value: AttributeValue<Bytes<'_>>,
) -> Option<Arc<str>> {
    let name = dwarf.attr_string(unit, value).ok()?.to_string_lossy();
    // How the compiler marks types that are never compared.
    Some(name.strip_prefix("noalg.").unwrap_or(&name).into())
}

/// Go's own attributes (`cmd/internal/dwarf/dwarf_defs.go`).
const GO_KIND: DwAt = DwAt(0x2900);
const GO_ELEM: DwAt = DwAt(0x2902);
const GO_RUNTIME_TYPE: DwAt = DwAt(0x2904);
/// Kinds (`internal/abi/type.go`).
const CHAN: u64 = 18;
const FUNC: u64 = 19;
const INTERFACE: u64 = 20;
const MAP: u64 = 21;
const SLICE: u64 = 23;
const STRING: u64 = 24;
/// What describes types, and what describes their parts.
const TYPES: [DwTag; 7] = [
    gimli::DW_TAG_array_type,
    gimli::DW_TAG_base_type,
    gimli::DW_TAG_pointer_type,
    gimli::DW_TAG_structure_type,
    gimli::DW_TAG_subroutine_type,
    gimli::DW_TAG_typedef,
    gimli::DW_TAG_unspecified_type,
];
const PARTS: [DwTag; 2] = [gimli::DW_TAG_member, gimli::DW_TAG_subrange_type];
/// Names of names.
const LONGEST_CHAIN: usize = 8;
