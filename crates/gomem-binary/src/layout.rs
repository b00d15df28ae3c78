//! Where a program's variables and functions lie: what names the addresses of a memory dump.

use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SymbolKind};

#[cfg(feature = "dwarf")]
use crate::debug::PackedSections;
use crate::{
    binary::build_info,
    debug::DebugInfo,
    error::{Error, ErrorKind},
    function_table::{FunctionTable, plain},
    functions::{Function, Functions},
    loaded::{self, Loaded},
    module_data::{self, Ranges},
    references::{Reference, references},
};

/// The addresses of a program's parts, as it was linked. A program that is loaded elsewhere has all of them shifted alike.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// assert_eq!(layout.go_version(), "go1.27.3");
/// assert!(layout.has_functions(["main.main", "runtime.mallocgc"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Layout {
    symbols: Vec<Symbol>,
    /// What refers to its variables, where no symbols name them.
    references: Vec<Reference>,
    sections: Vec<Section>,
    functions: Functions,
    ranges: Ranges,
    wrapper_id: u8,
    /// The runtime's own variables that memory is read with.
    runtime: Vec<Symbol>,
    /// Where variables lie, with pointers or without.
    variables: Vec<std::ops::Range<u64>>,
    go_version: String,
    /// Where the program begins.
    entry: u64,
    /// Where all of it lies.
    extent: std::ops::Range<u64>,
    /// Where the table of functions lies.
    function_table: u64,
    #[cfg(feature = "dwarf")]
    debug: PackedSections,
}

/// A variable.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// let symbol = layout.symbols().iter().find(|symbol| symbol.name == "main.cache").expect("it has symbols");
/// assert_eq!(layout.symbol(symbol.address + 1).map(|found| &*found.name), Some("main.cache"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Where it begins.
    pub address: u64,
    /// Its bytes; up to the next symbol where the file does not say it.
    pub size: u64,
    /// Its name, with the package.
    pub name: String,
}

#[derive(Debug)]
struct Section {
    address: u64,
    bytes: Vec<u8>,
    /// Whether a program that runs can change it.
    is_constant: bool,
}

impl Section {
    fn new(loaded: &Loaded<'_>) -> Self {
        let is_constant = [object::SectionKind::ReadOnlyData, object::SectionKind::Note].contains(&loaded.kind);
        Self { address: loaded.address, bytes: loaded.bytes.to_owned(), is_constant }
    }
}

impl Layout {
    /// Reads where the parts of a program lie.
    ///
    /// # Errors
    /// When it is no program, or one without the parts that Go's have.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let not_a_program = |problem: object::Error| ErrorKind::NotAProgram { problem: problem.to_string() };
        let file = object::File::parse(bytes).map_err(|problem| Error::new(not_a_program(problem)))?;
        let loaded = loaded::loaded(&file, bytes.len());
        let build_info = build_info(&file);
        let is_of_go = build_info.is_some();
        let lacks_table = || Error::new(if is_of_go { ErrorKind::NoFunctions } else { ErrorKind::NotGo });
        let FunctionTable { address: table_address, functions } =
            FunctionTable::find(&file, &loaded).ok_or_else(lacks_table)?;
        let marks = marks(&file);
        let mark = |name: &str| marks.iter().find(|(known, _)| *known == name).map(|(_, address)| *address);
        let range = |start: &str, end: &str| Some(mark(start)?..mark(end)?);
        let ranges = match (range("runtime.data", "runtime.edata"), range("runtime.bss", "runtime.ebss")) {
            (Some(data), Some(bss)) => Ranges {
                text: mark("runtime.text").unwrap_or_default(),
                data,
                bss,
                types: range("runtime.types", "runtime.etypes").unwrap_or_default(),
                rodata: mark("runtime.rodata").unwrap_or_default(),
                function_data: mark("go:func.*").or_else(|| mark("go.func.*")),
            },
            // Nobody says it in a program without symbols but the runtime's own table.
            _ => module_data::find(&loaded, table_address, &functions).ok_or_else(lacks_table)?,
        };
        let symbols = symbols(&file, &ranges);
        let is_stripped = symbols.is_empty();
        let targets = [ranges.data.clone(), ranges.bss.clone()];
        let references = if is_stripped { references(file.architecture(), &loaded, &targets) } else { Vec::new() };
        // The number changes from version to version, and is always the largest.
        let wrapper_id = functions.all().filter_map(|function| function.id()).max().unwrap_or_default();
        Ok(Self {
            symbols,
            references,
            sections: loaded.iter().filter(|section| !section.is_code()).map(Section::new).collect(),
            functions,
            ranges,
            wrapper_id,
            runtime: runtime_variables(&file),
            variables: variable_parts(&file),
            go_version: build_info.unwrap_or_default().go_version,
            entry: file.entry(),
            extent: extent(&file),
            function_table: table_address,
            #[cfg(feature = "dwarf")]
            debug: PackedSections::new(&file),
        })
    }

    /// Reads the types of its variables; nothing in a program without debug information.
    #[must_use]
    pub fn debug_info(&self) -> DebugInfo {
        #[cfg(feature = "dwarf")]
        return DebugInfo::decode(self.debug.inflated());
        #[cfg(not(feature = "dwarf"))]
        DebugInfo::default()
    }

    /// The version of Go that built it, with experiments; empty when it does not say.
    #[must_use]
    pub fn go_version(&self) -> &str {
        &self.go_version
    }

    /// Where the program begins.
    #[must_use]
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// Where the table of functions lies.
    #[must_use]
    pub fn function_table(&self) -> u64 {
        self.function_table
    }

    /// A variable of the runtime that memory is read with; none in a program that was stripped.
    #[must_use]
    pub fn runtime_variable(&self, name: &str) -> Option<&Symbol> {
        self.runtime.iter().find(|variable| variable.name == name)
    }

    /// The parts of the file that no program changes that runs, code left out: their addresses and bytes.
    pub fn constant_parts(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let constants = self.sections.iter().filter(|section| section.is_constant);
        constants.map(|section| (section.address, section.bytes.as_slice()))
    }

    /// From the first address that is loaded to behind the last: code, constants and variables.
    #[must_use]
    pub fn extent(&self) -> std::ops::Range<u64> {
        self.extent.clone()
    }

    /// Where variables lie, with pointers or without.
    pub fn variable_parts(&self) -> impl Iterator<Item = std::ops::Range<u64>> {
        self.variables.iter().cloned()
    }

    /// Where variables lie that are initialised and hold pointers.
    #[must_use]
    pub fn data(&self) -> std::ops::Range<u64> {
        self.ranges.data.clone()
    }

    /// Where variables lie that begin as zero and hold pointers.
    #[must_use]
    pub fn bss(&self) -> std::ops::Range<u64> {
        self.ranges.bss.clone()
    }

    /// Where descriptions of types lie.
    #[must_use]
    pub fn types(&self) -> std::ops::Range<u64> {
        self.ranges.types.clone()
    }

    /// The variables with pointers, by address; none in a program that was stripped.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// The variable that an address is in.
    #[must_use]
    pub fn symbol(&self, address: u64) -> Option<&Symbol> {
        let after = self.symbols.partition_point(|symbol| symbol.address <= address);
        let symbol = self.symbols.get(after.checked_sub(1)?)?;
        (address - symbol.address < symbol.size).then_some(symbol)
    }

    /// The places that refer to variables with pointers, by address; none where symbols name the variables.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The function that an address is in.
    #[must_use]
    pub fn function_around(&self, address: u64) -> Option<Function<'_>> {
        self.functions.function(address)
    }

    /// The function that begins at an address.
    #[must_use]
    pub fn function(&self, entry: u64) -> Option<Function<'_>> {
        self.functions.function(entry).filter(|function| function.entry() == entry)
    }

    /// Whether the compiler made a function only to call another (`FuncIDWrapper` in `internal/abi/symtab.go`).
    #[must_use]
    pub fn is_wrapper(&self, function: Function<'_>) -> bool {
        function.id().is_some_and(|id| id > 0 && id == self.wrapper_id)
    }

    /// Whether there are functions of all these names, each of which may be asked for more than once.
    #[must_use]
    pub fn has_functions<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        self.functions.has_all(names)
    }

    /// The variables of a function's frame whose address is taken: the frame's own maps leave them out.
    #[must_use]
    pub fn stack_objects(&self, function: Function<'_>) -> Vec<StackObject> {
        let read = || {
            let offset = function.data(STACK_OBJECTS)?;
            let at = self.ranges.function_data?.checked_add(u64::from(offset))?;
            let word_bytes = self.functions.word_bytes();
            let count = usize::try_from(self.functions.word(self.bytes_at(at, word_bytes)?)?).ok()?;
            let records = self.bytes_at(at + u64::try_from(word_bytes).ok()?, count.checked_mul(RECORD)?)?;
            let number = |bytes: &[u8]| Some(self.functions.number(bytes.get(..4)?.try_into().ok()?));
            let record = |record: &[u8]| {
                let size = number(record.get(4..)?)?;
                let pointer_bytes = number(record.get(8..)?)?.cast_signed();
                let mask_at = self.ranges.rodata.checked_add(u64::from(number(record.get(12..)?)?))?;
                // A negative length is that of a mask which a program makes; all words are then taken.
                let mask_bytes =
                    usize::try_from(pointer_bytes).ok().map(|bytes| bytes.div_ceil(word_bytes).div_ceil(8));
                let mask = mask_bytes.and_then(|length| self.bytes_at(mask_at, length)).map(<[u8]>::to_vec);
                let pointer_bytes = pointer_bytes.unsigned_abs().min(size);
                Some(StackObject { offset: number(record)?.cast_signed(), size, pointer_bytes, mask })
            };
            records.chunks_exact(RECORD).map(record).collect::<Option<Vec<_>>>()
        };
        read().unwrap_or_default()
    }

    /// Where tables of functions lie that offsets lead to.
    pub(crate) fn function_data(&self) -> Option<u64> {
        self.ranges.function_data
    }

    /// What lies at an address of the file, code left out.
    #[must_use]
    pub fn bytes_at(&self, address: u64, length: usize) -> Option<&[u8]> {
        self.sections.iter().find_map(|section| {
            let at = usize::try_from(address.checked_sub(section.address)?).ok()?;
            section.bytes.get(at..at.checked_add(length)?)
        })
    }
}

/// A variable of a frame whose address is taken.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// // Functions of amd64 begin at multiples of 32.
/// let mut functions = layout.extent().step_by(32).filter_map(|address| layout.function(address));
/// let locked = functions.find(|function| function.name() == Some("main.locked")).expect("the program's own");
/// // `make([][]byte, 10)`: ten slices, of which the first word is a pointer and two are numbers.
/// let [slices] = &*layout.stack_objects(locked) else { panic!("one variable") };
/// assert_eq!((slices.offset, slices.size, slices.pointer_bytes), (-240, 240, 224));
/// assert_eq!(slices.mask.as_deref(), Some(&[0b0100_1001, 0b1001_0010, 0b0010_0100, 0b1001][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackObject {
    /// Where it begins: below zero from the end of the locals, else from the first argument.
    pub offset: i32,
    /// Its bytes.
    pub size: u32,
    /// So many of them may hold pointers.
    pub pointer_bytes: u32,
    /// Which words do, a bit each; all of them when unknown.
    pub mask: Option<Vec<u8>>,
}

/// From the first address that is loaded to behind the last.
fn extent(file: &object::File<'_>) -> std::ops::Range<u64> {
    let ends = |segment: object::Segment<'_, '_>| segment.address()..segment.address().saturating_add(segment.size());
    let both = |all: std::ops::Range<u64>, next: std::ops::Range<u64>| all.start.min(next.start)..all.end.max(next.end);
    file.segments().map(ends).reduce(both).unwrap_or_default()
}

/// What the linker marks, by name: these share their address with variables.
fn marks<'a>(file: &'a object::File<'_>) -> Vec<(&'a str, u64)> {
    let marked = |symbol: object::Symbol<'a, '_>| {
        let name = plain(file, symbol.name().ok()?);
        MARKS.contains(&name).then(|| (name, symbol.address()))
    };
    file.symbols().filter_map(marked).collect()
}

fn runtime_variables(file: &object::File<'_>) -> Vec<Symbol> {
    let variable = |symbol: object::Symbol<'_, '_>| {
        let name = plain(file, symbol.name().ok()?);
        RUNTIME_VARIABLES.contains(&name).then(|| Symbol {
            address: symbol.address(),
            size: symbol.size(),
            name: name.to_owned(),
        })
    };
    file.symbols().filter_map(variable).collect()
}

fn variable_parts(file: &object::File<'_>) -> Vec<std::ops::Range<u64>> {
    let kinds = [object::SectionKind::Data, object::SectionKind::UninitializedData];
    let holds_variables = |section: &object::Section<'_, '_>| section.address() != 0 && kinds.contains(&section.kind());
    let range =
        |section: object::Section<'_, '_>| Some(section.address()..section.address().checked_add(section.size())?);
    file.sections().filter(holds_variables).filter_map(range).collect()
}

fn symbols(file: &object::File<'_>, ranges: &Ranges) -> Vec<Symbol> {
    let variable = |symbol: object::Symbol<'_, '_>| {
        let (address, size) = (symbol.address(), symbol.size());
        let range = [&ranges.data, &ranges.bss].into_iter().find(|range| range.contains(&address))?;
        let name = plain(file, symbol.name().ok()?);
        let is_named = !name.is_empty() && !MARKS.contains(&name) && symbol.kind() != SymbolKind::Section;
        let size = size.min(range.end - address);
        is_named.then(|| Symbol { address, size, name: name.to_owned() })
    };
    let mut symbols: Vec<Symbol> = file.symbols().filter_map(variable).collect();
    symbols.sort_by(|a, b| (a.address, &a.name).cmp(&(b.address, &b.name)));
    symbols.dedup_by_key(|symbol| symbol.address);
    let ends: Vec<u64> = symbols.iter().skip(1).map(|next| next.address).chain([u64::MAX]).collect();
    for (symbol, next) in symbols.iter_mut().zip(ends) {
        let range = if ranges.data.contains(&symbol.address) { &ranges.data } else { &ranges.bss };
        // Mach-O and PE do not say how large a variable is.
        if symbol.size == 0 {
            symbol.size = next.min(range.end) - symbol.address;
        }
    }
    symbols
}

/// Where the runtime's memory is read from.
const RUNTIME_VARIABLES: [&str; 13] = [
    "runtime.mheap_",
    "runtime.firstmoduledata",
    "runtime.allgs",
    "runtime.allm",
    "runtime.allp",
    "runtime.allfin",
    "runtime.mbuckets",
    "runtime.gcCleanups",
    "runtime.memstats",
    "runtime.MemProfileRate",
    "runtime.waitReasonStrings",
    "runtime.itabTable",
    "runtime.methodValueCallFrameObjs",
];
/// `FUNCDATA_StackObjects` in `internal/abi/symtab.go`.
const STACK_OBJECTS: usize = 2;
/// `stackObjectRecord` in `runtime/stack.go`.
const RECORD: usize = 16;
/// Marks of the linker, in `cmd/link/internal/ld/symtab.go`.
const MARKS: [&str; 20] = [
    "runtime.data",
    "runtime.edata",
    "runtime.bss",
    "runtime.ebss",
    "runtime.noptrdata",
    "runtime.enoptrdata",
    "runtime.noptrbss",
    "runtime.enoptrbss",
    "runtime.types",
    "runtime.etypes",
    "runtime.rodata",
    "runtime.erodata",
    "runtime.text",
    "runtime.etext",
    "runtime.end",
    "runtime.gcdata",
    "runtime.gcbss",
    "go:func.*",
    "go.func.*",
    "type:*",
];
