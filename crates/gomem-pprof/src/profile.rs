//! A profile in columns, and views of its parts.

use std::{mem::replace, sync::Arc};

use gomem_symbol::SourcePath;

use crate::{
    decode,
    error::{DecodeOptions, Diagnostic, Error},
    labels::Labels,
    mem_stats::MemStats,
    samples::{SampleValues, Samples, Stack},
    strings::Strings,
    total::Totals,
};

/// A pprof profile.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub(crate) strings: Arc<Strings>,
    pub(crate) sample_types: Vec<SampleType>,
    pub(crate) default_sample_type: Option<String>,
    pub(crate) period_type: Option<SampleType>,
    pub(crate) period: i64,
    pub(crate) time_nanos: Option<i64>,
    pub(crate) duration_nanos: Option<i64>,
    pub(crate) comments: Vec<String>,
    pub(crate) drop_frames: String,
    pub(crate) keep_frames: String,
    pub(crate) doc_url: String,
    pub(crate) samples: Samples,
    pub(crate) labels: Labels,
    pub(crate) addresses: Vec<u64>,
    pub(crate) location_mappings: Vec<Option<u32>>,
    /// Locations that stand for several of the program's: rare, so told by a rising list.
    pub(crate) folded_locations: Vec<LocationId>,
    /// Where the lines of each location begin in `lines`; one more at the end.
    pub(crate) line_offsets: Vec<usize>,
    pub(crate) lines: Vec<LineColumns>,
    pub(crate) functions: Vec<FunctionColumns>,
    pub(crate) mappings: Vec<MappingColumns>,
    pub(crate) mem_stats: Option<MemStats>,
    /// Of the samples before any filter.
    pub(crate) totals: Option<Totals>,
    /// Whether some samples are a base that was subtracted.
    pub(crate) has_base: bool,
    /// Whether the uninteresting frames are gone already.
    pub(crate) is_pruned: bool,
    /// Whether answers are those of `go tool pprof` where it is wrong.
    pub(crate) pprof_compat: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LabelColumns {
    pub(crate) key: u32,
    pub(crate) text: u32,
    pub(crate) number: i64,
    pub(crate) unit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LineColumns {
    pub(crate) function: Option<FunctionId>,
    pub(crate) line: i64,
    pub(crate) column: i64,
}

impl LineColumns {
    /// The line of a location that was not symbolised.
    pub(crate) const UNKNOWN: Self = Self { function: None, line: 0, column: 0 };
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
    /// Whether locations in it have functions, file names, line numbers, inlined frames.
    pub(crate) has: [bool; 4],
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
    pub(crate) columns: &'a LineColumns,
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

    /// The frames that the program's author does not want to see, as a regular expression; empty for none.
    #[must_use]
    pub fn drop_frames(&self) -> &str {
        &self.drop_frames
    }

    /// The frames to keep in spite of [`drop_frames`](Self::drop_frames).
    #[must_use]
    pub fn keep_frames(&self) -> &str {
        &self.keep_frames
    }

    /// A page about the profile; empty for none.
    #[must_use]
    pub fn doc_url(&self) -> &str {
        &self.doc_url
    }

    /// What the runtime said of its memory at the same moment: a text heap profile (`debug=1`) ends with it.
    #[must_use]
    pub fn mem_stats(&self) -> Option<&MemStats> {
        self.mem_stats.as_ref()
    }

    /// The files mapped into the program, the program itself first.
    pub fn mappings(&self) -> impl ExactSizeIterator<Item = Mapping<'_>> {
        self.mappings.iter().map(|columns| Mapping { profile: self, columns })
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
        (0..self.samples.len()).map(|index| Sample { profile: self, index })
    }

    /// The functions in the stacks, each once, in the order they come.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = Function<'_>> {
        let (mut is_known, mut is_found) = (vec![false; self.addresses.len()], vec![false; self.functions.len()]);
        let mut found = Vec::new();
        for sample in self.samples() {
            sample.locations().each(|id| {
                if replace(&mut is_known[id.0 as usize], true) {
                    return;
                }
                for function in self.lines[self.line_range(id)].iter().filter_map(|line| line.function) {
                    if !replace(&mut is_found[function.0 as usize], true) {
                        found.push(function);
                    }
                }
            });
        }
        found.into_iter().map(|id| Function { profile: self, id })
    }

    /// A location.
    #[must_use]
    pub fn location(&self, id: LocationId) -> Location<'_> {
        Location { profile: self, id }
    }

    /// All locations.
    pub(crate) fn locations(&self) -> impl ExactSizeIterator<Item = (LocationId, Location<'_>)> {
        (0..self.addresses.len()).map(|index| {
            let id = LocationId(index as u32);
            (id, self.location(id))
        })
    }

    /// Where the lines of a location are.
    pub(crate) fn line_range(&self, id: LocationId) -> std::ops::Range<usize> {
        self.line_offsets[id.0 as usize]..self.line_offsets[id.0 as usize + 1]
    }

    pub(crate) fn string(&self, id: u32) -> &str {
        self.strings.text(id)
    }
}

impl FunctionId {
    /// Its number among the profile's functions, from 0: a place for it in a list.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl SampleType {
    /// A sample type of that name and unit.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into() }
    }

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
    pub fn values(&self) -> SampleValues<'a> {
        self.profile.samples.values(self.index, self.profile.sample_types.len())
    }

    /// The value of one sample type; 0 for an index that is none.
    #[must_use]
    pub fn value(&self, sample_type: usize) -> i64 {
        self.values().nth(sample_type).unwrap_or(0)
    }

    /// The stack, leaf first.
    #[must_use]
    pub fn locations(&self) -> Stack<'a> {
        self.profile.samples.stack(self.index)
    }

    /// All lines of the stack, leaf first, inlined ones too.
    pub fn frames(self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        let profile = self.profile;
        self.locations().flat_map(move |id| profile.location(id).lines())
    }

    /// The labels.
    pub fn labels(self) -> impl ExactSizeIterator<Item = Label<'a>> + use<'a> {
        let profile = self.profile;
        profile.labels.of(self.index).iter().map(move |label| Label {
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

    /// Whether it stands for several of the program's locations that the linker made one.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.profile.folded_locations.binary_search(&self.id).is_ok()
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
