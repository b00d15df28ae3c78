//! The sections of a file that debug information is in.

use std::io::Read;

use flate2::read::ZlibDecoder;
use gimli::{EndianSlice, RunTimeEndian, SectionId};
use object::{CompressionFormat, Object, ObjectSection};

/// What gimli reads.
pub(crate) type Bytes<'a> = EndianSlice<'a, RunTimeEndian>;

/// The sections as they lie in a file: most programs' are never asked.
#[derive(Debug, Default)]
pub(crate) struct PackedSections {
    all: Vec<(SectionId, Packed)>,
    is_big_endian: bool,
}

/// The sections, not compressed.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    all: Vec<(SectionId, Vec<u8>)>,
    is_big_endian: bool,
}

#[derive(Debug)]
struct Packed {
    bytes: Vec<u8>,
    /// How many bytes it has when it is inflated, unless it is not compressed.
    inflated_bytes: Option<u64>,
}

impl PackedSections {
    pub(crate) fn new(file: &object::File<'_>) -> Self {
        let all = WANTED.into_iter().filter_map(|id| Some((id, section(file, id)?))).collect();
        Self { all, is_big_endian: file.endianness() == object::Endianness::Big }
    }

    /// The sections, not compressed; none where one of them is damaged.
    pub(crate) fn inflated(&self) -> Sections {
        let mut left = MOST_BYTES;
        let mut all = Vec::new();
        for (id, packed) in &self.all {
            let Some(bytes) = inflated(packed, left) else { return Sections::default() };
            left -= bytes.len() as u64;
            all.push((*id, bytes));
        }
        Sections { all, is_big_endian: self.is_big_endian }
    }
}

impl Sections {
    pub(crate) fn dwarf(&self) -> gimli::Dwarf<Bytes<'_>> {
        let endian = if self.is_big_endian { RunTimeEndian::Big } else { RunTimeEndian::Little };
        let bytes = |id| {
            let found = self.all.iter().find(|(known, _)| *known == id);
            EndianSlice::new(found.map_or(&[], |(_, bytes)| bytes.as_slice()), endian)
        };
        let load = |id| Ok::<_, std::convert::Infallible>(bytes(id));
        gimli::Dwarf::load(load).unwrap_or_else(|never| match never {})
    }
}

fn section(file: &object::File<'_>, id: SectionId) -> Option<Packed> {
    if let Some(found) = file.section_by_name(id.name()) {
        let packed = found.compressed_data().ok()?;
        return match packed.format {
            CompressionFormat::None => Some(Packed { bytes: packed.data.to_vec(), inflated_bytes: None }),
            CompressionFormat::Zlib => {
                Some(Packed { bytes: packed.data.to_vec(), inflated_bytes: Some(packed.uncompressed_size) })
            }
            _ => None,
        };
    }
    // Go's linker names compressed sections of PE as others once did those of ELF.
    let name = id.name().replacen(".debug_", ".zdebug_", 1);
    let bytes = file.section_by_name(&name)?.data().ok()?;
    let (size, packed) = bytes.strip_prefix(b"ZLIB")?.split_first_chunk::<8>()?;
    Some(Packed { bytes: packed.to_vec(), inflated_bytes: Some(u64::from_be_bytes(*size)) })
}

fn inflated(packed: &Packed, left: u64) -> Option<Vec<u8>> {
    let Some(size) = packed.inflated_bytes else {
        return (packed.bytes.len() as u64 <= left).then(|| packed.bytes.clone());
    };
    if size > left {
        return None;
    }
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed.bytes.as_slice()).take(size).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == size).then_some(bytes)
}

/// What types, variables and where these lie need; a unit's head is read with that of its lines.
const WANTED: [SectionId; 8] = [
    SectionId::DebugAbbrev,
    SectionId::DebugAddr,
    SectionId::DebugInfo,
    SectionId::DebugLine,
    SectionId::DebugLoc,
    SectionId::DebugLocLists,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
];
/// No program's are larger.
const MOST_BYTES: u64 = 2 << 30;
