//! The frames of all stacks.

use std::sync::Arc;

use gomem_symbol::Symbol;
use gomem_table::{Definition, StringPool, StringPoolBuilder, Table, TableSchema, ToTable, Unit};

use crate::model::{FunctionColumns, FunctionId, LocationId, Profile};

/// The frames of all samples' stacks, leaf first.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_table::ToTable;
///
/// assert_eq!(profile.frames().to_table().rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Frames<'a> {
    profile: &'a Profile,
}

impl Profile {
    /// The frames of all samples' stacks, leaf first.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_table::ToTable;
    ///
    /// assert_eq!(profile.frames().to_table().rows(), 2, "one row a frame of each sample");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn frames(&self) -> Frames<'_> {
        Frames { profile: self }
    }
}

impl Frames<'_> {
    /// What the table promises.
    #[must_use]
    pub fn schema() -> TableSchema {
        FrameTable::new(&Profile::default()).definition().schema()
    }
}

/// One row a sample and frame.
impl ToTable for Frames<'_> {
    fn to_table(&self) -> Table {
        let table = FrameTable::new(self.profile);
        table.definition().table(table.rows())
    }
}

/// What rows refer to: texts as codes, by function and by mapping.
struct FrameTable<'a> {
    profile: &'a Profile,
    pool: Arc<StringPool>,
    functions: Vec<FunctionCodes>,
    mappings: Vec<u32>,
    unknown: FunctionCodes,
}

#[derive(Clone, Copy)]
struct FunctionCodes {
    name: u32,
    package: u32,
    file: u32,
    start_line: i64,
}

/// A frame of a sample's stack.
#[derive(Clone, Copy)]
struct FrameRow {
    stack_id: i64,
    depth: i64,
    location: LocationId,
    /// Its place among the lines of the profile.
    line: usize,
    is_inlined: bool,
}

impl<'a> FrameTable<'a> {
    fn new(profile: &'a Profile) -> Self {
        let mut texts = StringPoolBuilder::new();
        let none = texts.intern("");
        let codes = |function: &FunctionColumns| {
            let name = profile.string(function.name);
            FunctionCodes {
                name: texts.intern(name),
                package: texts.intern(Symbol::decode(name).package()),
                file: texts.intern(profile.string(function.filename)),
                start_line: function.start_line,
            }
        };
        let functions = profile.functions.iter().map(codes).collect();
        let mappings = profile.mappings.iter().map(|mapping| texts.intern(profile.string(mapping.filename))).collect();
        let unknown = FunctionCodes { name: none, package: none, file: none, start_line: 0 };
        Self { profile, pool: texts.finish(), functions, mappings, unknown }
    }

    fn rows(&self) -> impl Iterator<Item = FrameRow> {
        (0..).zip(self.profile.samples()).flat_map(|(stack_id, sample)| {
            let lines = sample.locations().flat_map(|location| {
                let range = self.profile.line_range(location);
                let last = range.end - 1;
                range.map(move |line| (location, line, line < last))
            });
            (0..).zip(lines).map(move |(depth, (location, line, is_inlined))| FrameRow {
                stack_id,
                depth,
                location,
                line,
                is_inlined,
            })
        })
    }

    fn definition(&self) -> Definition<'_, FrameRow> {
        let (profile, pool) = (self.profile, &self.pool);
        Definition::new("frames", "samples as in the profile, then leaf first")
            .about("one row a stack and frame")
            .int64("stack_id", Unit::None, "the sample, from 0", |row: &FrameRow| row.stack_id)
            .int64("depth", Unit::Count, "0 is the leaf", |row| row.depth)
            .codes("function", pool, "the function; empty when it is not known", |row| self.function(row).name)
            .codes("package", pool, "its package", |row| self.function(row).package)
            .codes("file", pool, "its file", |row| self.function(row).file)
            .int64("line", Unit::None, "the line, 0 when it is not known", |row| profile.lines[row.line].line)
            .int64("start_line", Unit::None, "the line the function begins in, 0 when it is not known", |row| {
                self.function(row).start_line
            })
            .uint64("address", Unit::None, "the location's address", |row| profile.addresses[row.location.0 as usize])
            .codes("mapping", pool, "the file the address is mapped from", |row| {
                let mapping = profile.location_mappings[row.location.0 as usize];
                mapping.map_or(self.unknown.name, |mapping| self.mappings[mapping as usize])
            })
            .bool("inlined", "whether the function was inlined into the next frame", |row| row.is_inlined)
    }

    #[inline]
    fn function(&self, row: &FrameRow) -> &FunctionCodes {
        let function = self.profile.lines[row.line].function;
        function.map_or(&self.unknown, |FunctionId(id)| &self.functions[id as usize])
    }
}
