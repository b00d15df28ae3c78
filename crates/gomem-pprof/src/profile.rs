//! A profile in columns, and views of its parts.

use gomem_symbol::{SourcePath, Symbol};
use gomem_table::{Column, ColumnSpec, Kind, Schema, StringPoolBuilder, Table, TableError, Text, Unit, Values};

use crate::{
    decode,
    error::{DecodeOptions, Diagnostic, Error},
};

/// A pprof profile.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub(crate) strings: Vec<String>,
    pub(crate) sample_types: Vec<SampleType>,
    pub(crate) default_sample_type: Option<String>,
    pub(crate) period_type: Option<SampleType>,
    pub(crate) period: i64,
    pub(crate) time_nanos: Option<i64>,
    pub(crate) duration_nanos: Option<i64>,
    pub(crate) comments: Vec<String>,
    /// Row after row, one value per sample type.
    pub(crate) values: Vec<i64>,
    /// Where the stack of each sample begins in `stacks`; one more at the end.
    pub(crate) stack_offsets: Vec<usize>,
    pub(crate) stacks: Vec<LocationId>,
    /// Where the labels of each sample begin in `labels`; one more at the end.
    pub(crate) label_offsets: Vec<usize>,
    pub(crate) labels: Vec<LabelColumns>,
    pub(crate) addresses: Vec<u64>,
    pub(crate) location_mappings: Vec<Option<u32>>,
    /// Where the lines of each location begin in `lines`; one more at the end.
    pub(crate) line_offsets: Vec<usize>,
    pub(crate) lines: Vec<LineColumns>,
    pub(crate) functions: Vec<FunctionColumns>,
    pub(crate) mappings: Vec<MappingColumns>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) suppressed_diagnostics: u64,
}

/// What a profile counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleType {
    pub(crate) name: String,
    pub(crate) unit: String,
}

/// A location of a [`Profile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocationId(pub(crate) u32);

/// A function of a [`Profile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub(crate) u32);

#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelColumns {
    pub(crate) key: u32,
    pub(crate) text: u32,
    pub(crate) number: i64,
    pub(crate) unit: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct LineColumns {
    pub(crate) function: Option<FunctionId>,
    pub(crate) line: i64,
    pub(crate) column: i64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionColumns {
    pub(crate) name: u32,
    pub(crate) system_name: u32,
    pub(crate) filename: u32,
    pub(crate) start_line: i64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct MappingColumns {
    pub(crate) start: u64,
    pub(crate) limit: u64,
    pub(crate) file_offset: u64,
    pub(crate) filename: u32,
    pub(crate) build_id: u32,
}

/// One sample.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    profile: &'a Profile,
    index: usize,
}

/// A label of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its text, empty for a number.
    pub text: &'a str,
    /// Its number, 0 for a text.
    pub number: i64,
    /// The number's unit.
    pub unit: &'a str,
}

/// A place in the program: an address, and the lines it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Location<'a> {
    profile: &'a Profile,
    id: LocationId,
}

/// A line of source at a location. A location has several when functions were inlined.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    profile: &'a Profile,
    columns: &'a LineColumns,
}

/// A function.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    profile: &'a Profile,
    id: FunctionId,
}

/// A file mapped into the program.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    profile: &'a Profile,
    columns: &'a MappingColumns,
}

impl Profile {
    /// Reads a profile, gzipped or not. What can be repaired is, and is told by [`diagnostics`](Self::diagnostics).
    ///
    /// # Errors
    /// When the bytes are no profile, are damaged, or a limit is reached.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::decode_with(bytes, &DecodeOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode); with [`strict`](DecodeOptions::strict), for every flaw too.
    pub fn decode_with(bytes: &[u8], options: &DecodeOptions) -> Result<Self, Error> {
        decode::decode(bytes, options)
    }

    /// What is counted, in the order of [`Sample::values`].
    #[must_use]
    pub fn sample_types(&self) -> &[SampleType] {
        &self.sample_types
    }

    /// The index of a sample type. As for `go tool pprof`, `space` finds `inuse_space`'s plain name: an `inuse_` in
    /// front is optional.
    #[must_use]
    pub fn sample_type_index(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.sample_types.iter().position(|sample_type| sample_type.name == name);
        find(name).or_else(|| find(name.strip_prefix("inuse_")?))
    }

    /// The index of the sample type that the profile wants shown; the last one when it does not say.
    #[must_use]
    pub fn default_sample_type(&self) -> usize {
        let named = self.default_sample_type.as_deref().and_then(|name| self.sample_type_index(name));
        named.unwrap_or(self.sample_types.len().saturating_sub(1))
    }

    /// When it was taken, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn time_nanos(&self) -> Option<i64> {
        self.time_nanos
    }

    /// What it covers, for profiles that cover a time.
    #[must_use]
    pub fn duration_nanos(&self) -> Option<i64> {
        self.duration_nanos
    }

    /// What the sampling period counts.
    #[must_use]
    pub fn period_type(&self) -> Option<&SampleType> {
        self.period_type.as_ref()
    }

    /// The sampling period: for a heap profile `runtime.MemProfileRate` in bytes.
    #[must_use]
    pub fn period(&self) -> i64 {
        self.period
    }

    /// Free text.
    #[must_use]
    pub fn comments(&self) -> &[String] {
        &self.comments
    }

    /// What was repaired.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Diagnostics beyond the limit, counted but not kept.
    #[must_use]
    pub fn suppressed_diagnostics(&self) -> u64 {
        self.suppressed_diagnostics
    }

    /// The samples, in the order of the file.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = Sample<'_>> {
        (0..self.stack_offsets.len().saturating_sub(1)).map(|index| Sample { profile: self, index })
    }

    /// A location.
    #[must_use]
    pub fn location(&self, id: LocationId) -> Location<'_> {
        Location { profile: self, id }
    }

    /// The sum of a sample type over all samples. Like `go tool pprof`, of the magnitudes.
    #[must_use]
    pub fn total(&self, sample_type: usize) -> i64 {
        self.samples().map(|sample| sample.value(sample_type).wrapping_abs()).fold(0, i64::wrapping_add)
    }

    /// One row a sample: `sample`, `stack` (function names, leaf first), one column per sample type, `labels`.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn samples_table(&self) -> Result<Table, TableError> {
        let rows = self.samples().len();
        let mut names = StringPoolBuilder::new();
        let codes: Vec<u32> = self.functions.iter().map(|function| names.intern(self.string(function.name))).collect();
        let (mut stack, mut offsets) = (Vec::new(), vec![0]);
        for sample in self.samples() {
            for line in sample.frames() {
                stack.push(match line.columns.function {
                    Some(FunctionId(id)) => codes[id as usize],
                    None => names.intern("<unknown>"),
                });
            }
            offsets.push(stack.len());
        }
        let mut columns = vec![
            Column::int64("sample", Unit::None, (0..rows as i64).collect()),
            Column::list("stack", Unit::None, offsets, Values::Text(Text { codes: stack, pool: names.finish() })),
        ];
        for (index, sample_type) in self.sample_types.iter().enumerate() {
            let values = self.samples().map(|sample| sample.value(index)).collect();
            // A name that is taken, by another sample type or a column of ours, gets its number.
            let mut name = sample_type.name.clone();
            while columns.iter().any(|column| column.name() == name) || name == "labels" {
                name = format!("{name}_{index}");
            }
            columns.push(Column::int64(name, Unit::from_pprof(&sample_type.unit), values));
        }
        let mut texts = StringPoolBuilder::new();
        let mut code = |id: u32| texts.intern(self.string(id));
        let keys: Vec<u32> = self.labels.iter().map(|label| code(label.key)).collect();
        let strs: Vec<u32> = self.labels.iter().map(|label| code(label.text)).collect();
        let units: Vec<u32> = self.labels.iter().map(|label| code(label.unit)).collect();
        let pool = texts.finish();
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        let fields = vec![
            text("key", keys),
            text("str", strs),
            Column::int64("num", Unit::None, self.labels.iter().map(|label| label.number).collect()),
            text("unit", units),
        ];
        columns.push(Column::list("labels", Unit::None, self.label_offsets.clone(), Values::Struct(fields)));
        Table::new("samples", columns)
    }

    /// One row per sample's stack and frame: [`FRAMES_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn frames_table(&self) -> Result<Table, TableError> {
        let mut texts = StringPoolBuilder::new();
        let unknown = texts.intern("");
        let function_codes: Vec<[u32; 3]> = self
            .functions
            .iter()
            .map(|function| {
                let name = self.string(function.name);
                let package = Symbol::decode(name);
                [texts.intern(name), texts.intern(package.package()), texts.intern(self.string(function.filename))]
            })
            .collect();
        let mapping_codes: Vec<u32> =
            self.mappings.iter().map(|mapping| texts.intern(self.string(mapping.filename))).collect();
        let mut codes: [Vec<u32>; 4] = Default::default();
        let (mut stack_ids, mut depths, mut lines, mut starts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut addresses, mut inlined) = (Vec::new(), Vec::new());
        for (stack_id, sample) in (0..).zip(self.samples()) {
            let mut depth = 0;
            for &id in sample.locations() {
                let location = self.location(id);
                let mapping = self.location_mappings[id.0 as usize].map_or(unknown, |at| mapping_codes[at as usize]);
                let last = location.lines().len().saturating_sub(1);
                for (at, line) in location.lines().enumerate() {
                    let function = line.columns.function.map(|FunctionId(id)| id as usize);
                    let [name, package, file] = function.map_or([unknown; 3], |id| function_codes[id]);
                    for (column, code) in codes.iter_mut().zip([name, package, file, mapping]) {
                        column.push(code);
                    }
                    stack_ids.push(stack_id);
                    depths.push(depth);
                    lines.push(line.line());
                    starts.push(function.map_or(0, |id| self.functions[id].start_line));
                    addresses.push(location.address());
                    inlined.push(at < last);
                    depth += 1;
                }
            }
        }
        let pool = texts.finish();
        let [functions, packages, files, mappings] = codes;
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        Table::new(
            FRAMES_SCHEMA.name,
            vec![
                Column::int64("stack_id", Unit::None, stack_ids),
                Column::int64("depth", Unit::Count, depths),
                text("function", functions),
                text("package", packages),
                text("file", files),
                Column::int64("line", Unit::None, lines),
                Column::int64("start_line", Unit::None, starts),
                Column::uint64("address", Unit::None, addresses),
                text("mapping", mappings),
                Column::bool("inlined", inlined),
            ],
        )
    }

    pub(crate) fn string(&self, id: u32) -> &str {
        self.strings.get(id as usize).map_or("", String::as_str)
    }
}

impl SampleType {
    /// Its name: `alloc_space`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its unit, as the profile says it: `bytes`.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }
}

impl<'a> Sample<'a> {
    /// One value per sample type.
    #[must_use]
    pub fn values(&self) -> &'a [i64] {
        let width = self.profile.sample_types.len();
        &self.profile.values[self.index * width..][..width]
    }

    /// The value of one sample type; 0 for an index that is none.
    #[must_use]
    pub fn value(&self, sample_type: usize) -> i64 {
        self.values().get(sample_type).copied().unwrap_or(0)
    }

    /// The stack, leaf first.
    #[must_use]
    pub fn locations(&self) -> &'a [LocationId] {
        let offsets = &self.profile.stack_offsets;
        &self.profile.stacks[offsets[self.index]..offsets[self.index + 1]]
    }

    /// All lines of the stack, leaf first, inlined ones too.
    pub fn frames(self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        let profile = self.profile;
        self.locations().iter().flat_map(move |&id| profile.location(id).lines())
    }

    /// The labels.
    pub fn labels(self) -> impl ExactSizeIterator<Item = Label<'a>> + use<'a> {
        let (profile, offsets) = (self.profile, &self.profile.label_offsets);
        profile.labels[offsets[self.index]..offsets[self.index + 1]].iter().map(move |label| Label {
            key: profile.string(label.key),
            text: profile.string(label.text),
            number: label.number,
            unit: profile.string(label.unit),
        })
    }
}

impl<'a> Location<'a> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> LocationId {
        self.id
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> u64 {
        self.profile.addresses[self.id.0 as usize]
    }

    /// The file it is mapped from.
    #[must_use]
    pub fn mapping(&self) -> Option<Mapping<'a>> {
        let index = self.profile.location_mappings[self.id.0 as usize]?;
        Some(Mapping { profile: self.profile, columns: &self.profile.mappings[index as usize] })
    }

    /// Its lines, innermost first: the callee that was inlined before its caller. There is always one; it has no
    /// function when the location was not symbolised.
    pub fn lines(self) -> impl ExactSizeIterator<Item = Line<'a>> + DoubleEndedIterator + use<'a> {
        let (profile, at) = (self.profile, self.id.0 as usize);
        let range = profile.line_offsets[at]..profile.line_offsets[at + 1];
        profile.lines[range].iter().map(move |columns| Line { profile, columns })
    }
}

impl<'a> Line<'a> {
    /// The function it belongs to.
    #[must_use]
    pub fn function(&self) -> Option<Function<'a>> {
        Some(Function { profile: self.profile, id: self.columns.function? })
    }

    /// The line's number.
    #[must_use]
    pub fn line(&self) -> i64 {
        self.columns.line
    }

    /// The column, 0 when it is not known: Go writes none.
    #[must_use]
    pub fn column(&self) -> i64 {
        self.columns.column
    }
}

impl<'a> Function<'a> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> FunctionId {
        self.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.profile.string(self.columns().name)
    }

    /// Its linker name.
    #[must_use]
    pub fn system_name(&self) -> &'a str {
        self.profile.string(self.columns().system_name)
    }

    /// Its file.
    #[must_use]
    pub fn filename(&self) -> &'a str {
        self.profile.string(self.columns().filename)
    }

    /// Its file, cleaned.
    #[must_use]
    pub fn path(&self) -> SourcePath {
        SourcePath::decode(self.filename())
    }

    /// The line it begins in, 0 when it is not known.
    #[must_use]
    pub fn start_line(&self) -> i64 {
        self.columns().start_line
    }

    fn columns(&self) -> &'a FunctionColumns {
        &self.profile.functions[self.id.0 as usize]
    }
}

impl<'a> Mapping<'a> {
    /// The file.
    #[must_use]
    pub fn filename(&self) -> &'a str {
        self.profile.string(self.columns.filename)
    }

    /// The file's build id.
    #[must_use]
    pub fn build_id(&self) -> &'a str {
        self.profile.string(self.columns.build_id)
    }

    /// The addresses it covers.
    #[must_use]
    pub fn addresses(&self) -> std::ops::Range<u64> {
        self.columns.start..self.columns.limit
    }

    /// Where in the file the first address is.
    #[must_use]
    pub fn file_offset(&self) -> u64 {
        self.columns.file_offset
    }
}

/// The table of [`Profile::frames_table`].
pub const FRAMES_SCHEMA: Schema = Schema {
    name: "frames",
    order: "samples as in the profile, then leaf first",
    columns: &[
        spec("stack_id", Kind::Int64, "the sample, from 0"),
        ColumnSpec { name: "depth", kind: Kind::Int64, unit: Unit::Count, null: None, doc: "0 is the leaf" },
        spec("function", Kind::Text, "the function; empty when it is not known"),
        spec("package", Kind::Text, "its package"),
        spec("file", Kind::Text, "its file"),
        spec("line", Kind::Int64, "the line, 0 when it is not known"),
        spec("start_line", Kind::Int64, "the line the function begins in, 0 when it is not known"),
        spec("address", Kind::UInt64, "the location's address"),
        spec("mapping", Kind::Text, "the file the address is mapped from"),
        spec("inlined", Kind::Bool, "whether the function was inlined into the next frame"),
    ],
};

const fn spec(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null: None, doc }
}
