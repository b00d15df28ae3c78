//! Where the fields of the runtime's structures lie, and what its named numbers are: by the program's debug information, or for programs
//! without, by a table of Go's versions.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use gomem_binary::{DebugInfo, DebugType, Shape, TypeId};

use crate::core::elf::{notes::Machine, word::WORD};

/// Where a field lies in its structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// What told where fields lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LayoutSource {
    /// The program's debug information.
    Dwarf,
    /// A table of versions.
    Table,
}

impl LayoutSource {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dwarf => "dwarf",
            Self::Table => "table",
        }
    }
}

/// The structures of the runtime.
#[derive(Debug, Clone)]
pub(crate) struct Layouts {
    fields: HashMap<String, Place, RandomState>,
    /// The bytes of whole structures.
    structures: HashMap<String, u64, RandomState>,
    constants: HashMap<String, u64, RandomState>,
    pub(crate) source: LayoutSource,
}

impl Layouts {
    /// By debug information; `None` where it lacks the structures.
    pub(crate) fn from_debug(debug: &DebugInfo) -> Option<Self> {
        let mut layouts = Self::new(LayoutSource::Dwarf);
        let known: HashMap<&str, TypeId, RandomState> =
            PACKAGES.iter().flat_map(|package| debug.starting_with(package)).map(|(id, name)| (name, id)).collect();
        for row in rows() {
            let name = row.name.to_owned();
            match row.kind {
                FIELD => {
                    let (structure, field) = row.name.split_once(' ').unwrap_or_default();
                    let place = known.get(structure).and_then(|id| debug.field(*id, field));
                    let place = place.map(|(offset, of)| Place { offset, bytes: bytes_of(of) });
                    layouts.fields.extend(place.map(|place| (name, place)));
                }
                STRUCTURE => {
                    let bytes = known.get(row.name).and_then(|id| debug.debug_type(*id)).map(|found| found.bytes);
                    layouts.structures.extend(bytes.map(|bytes| (name, bytes)));
                }
                _ => {
                    let value = debug.constant(row.name).and_then(|value| u64::try_from(value).ok());
                    layouts.constants.extend(value.map(|value| (name, value)));
                }
            }
        }
        layouts.field("runtime.mspan elemsize").is_some().then_some(layouts)
    }

    /// Those of known versions of Go on a machine, the version's own or nearest first: none where the machine is not known.
    pub(crate) fn from_tables(go_minor: u32, machine: Machine) -> Vec<Self> {
        let versions = TABLE.lines().find_map(|line| line.strip_prefix(VERSIONS)).filter(|_| machine == Machine::Amd64);
        let minor = |version: &str| version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
        let versions = versions.into_iter().flat_map(|versions| versions.split('\t'));
        let mut columns: Vec<(u32, usize)> = versions
            .enumerate()
            .filter_map(|(column, version)| Some((minor(version)?.abs_diff(go_minor), column)))
            .collect();
        columns.sort_unstable();
        columns.into_iter().map(|(_, column)| Self::from_column(column)).collect()
    }

    fn from_column(column: usize) -> Self {
        let mut layouts = Self::new(LayoutSource::Table);
        for row in rows() {
            let Some(value) = row.values.split('\t').nth(column).filter(|value| *value != MISSING) else { continue };
            let name = row.name.to_owned();
            if row.kind == FIELD {
                let numbers =
                    value.split_once('/').and_then(|(at, bytes)| Some((at.parse().ok()?, bytes.parse().ok()?)));
                layouts.fields.extend(numbers.map(|(offset, bytes)| (name, Place { offset, bytes })));
                continue;
            }
            let numbers = if row.kind == STRUCTURE { &mut layouts.structures } else { &mut layouts.constants };
            numbers.extend(value.parse().ok().map(|value| (name, value)));
        }
        layouts
    }

    fn new(source: LayoutSource) -> Self {
        Self { fields: HashMap::default(), structures: HashMap::default(), constants: HashMap::default(), source }
    }

    /// Where a field lies, as `runtime.g sched.sp`.
    pub(crate) fn field(&self, name: &str) -> Option<Place> {
        self.fields.get(name).copied()
    }

    /// The bytes of a structure.
    pub(crate) fn bytes(&self, structure: &str) -> Option<u64> {
        self.structures.get(structure).copied()
    }

    /// A named number.
    pub(crate) fn constant(&self, name: &str) -> Option<u64> {
        self.constants.get(name).copied()
    }
}

/// The bytes of a value; of pointers and what is made of them nobody says it.
fn bytes_of(found: &DebugType) -> u64 {
    match found.shape {
        Shape::Interface => 2 * WORD,
        _ if found.bytes == 0 => WORD,
        _ => found.bytes,
    }
}

/// A row of the table: a field (`f`), a structure (`s`) or a number (`c`), and what it is in each version.
struct TableRow {
    kind: &'static str,
    name: &'static str,
    values: &'static str,
}

fn rows() -> impl Iterator<Item = TableRow> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (kind, rest) = line.split_once('\t')?;
        let (name, values) = rest.split_once('\t')?;
        Some(TableRow { kind, name, values })
    })
}

/// Where the structures are described that are read.
const PACKAGES: [&str; 2] = ["runtime.", "internal/abi."];
/// Kinds of rows.
const FIELD: &str = "f";
const STRUCTURE: &str = "s";
/// What begins the line of versions, and what stands where a version lacks something.
const VERSIONS: &str = "# kind\tname\t";
const MISSING: &str = "-";
/// What is read, and where it lies in each version on machines with words of eight bytes.
const TABLE: &str = include_str!("layouts.tsv");

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::print_stdout)]
mod tests {
    use super::*;

    /// What debug information says is what the table says. With `GOMEM_LAYOUTS=PROGRAM` the column of that program's version is printed
    /// instead: a new release of Go is a new column.
    #[test]
    fn the_table_is_what_debug_information_says() {
        let given = std::env::var_os("GOMEM_LAYOUTS").map(|path| std::fs::read(path).unwrap());
        let is_given = given.is_some();
        let program = given.unwrap_or_else(|| gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz"));
        let program = gomem_binary::Layout::decode(&program).unwrap();
        let found = Layouts::from_debug(&program.debug_info()).unwrap();
        let known = Layouts::from_tables(27, Machine::Amd64).remove(0);
        for row in rows() {
            let value = |layouts: &Layouts| match row.kind {
                FIELD => layouts.field(row.name).map(|place| format!("{}/{}", place.offset, place.bytes)),
                STRUCTURE => layouts.bytes(row.name).map(|bytes| bytes.to_string()),
                _ => layouts.constant(row.name).map(|value| value.to_string()),
            };
            if is_given {
                println!("{}\t{}\t{}", row.kind, row.name, value(&found).unwrap_or_else(|| MISSING.to_owned()));
            } else {
                assert_eq!(value(&found), value(&known), "{}", row.name);
            }
        }
    }

    #[test]
    fn a_version_has_its_own_column() {
        let first = |minor| Layouts::from_tables(minor, Machine::Amd64).remove(0);
        let place = |minor, name| first(minor).field(name).map(|place| (place.offset, place.bytes));
        assert_eq!(place(21, "runtime.mspan nelems"), Some((56, 8)));
        assert_eq!(place(27, "runtime.mspan nelems"), Some((50, 2)));
        assert_eq!((place(21, "runtime.mspan largeType"), place(40, "runtime.cleanupFn arg")), (None, Some((16, 8))));
        assert_eq!(first(25).constant("runtime._KindSpecialProfile"), Some(4));
        assert_eq!(first(22).bytes("runtime.mspan"), Some(160));
        assert!(Layouts::from_tables(27, Machine::Arm64).is_empty());
    }
}
