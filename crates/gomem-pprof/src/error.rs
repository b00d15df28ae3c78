//! What goes wrong with a profile, and where.

use std::fmt;

use gomem_table::{Definition, Row, Unit};

/// A profile that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// In one box, so that results are returned in registers: fields are read by the million.
    inner: Box<Inner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    offset: Option<u64>,
    line: Option<u64>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There are no bytes.
    #[error("the input is empty")]
    Empty,
    /// The gzip stream is damaged.
    #[error("damaged gzip stream: {reason}")]
    Gzip {
        /// What the inflater says.
        reason: String,
    },
    /// The protobuf ends inside a field.
    #[error("the input ends inside field {field} of a {message}")]
    Truncated {
        /// The kind of message.
        message: &'static str,
        /// The field's number, by `profile.proto`.
        field: u64,
    },
    /// A field whose wire type is not that of `profile.proto`.
    #[error("not a pprof profile: field {field} of a {message} has another type")]
    WireType {
        /// The kind of message.
        message: &'static str,
        /// The field's number, by `profile.proto`.
        field: u64,
    },
    /// A byte that is no protobuf.
    #[error("not a pprof profile: {reason}")]
    Wire {
        /// What does not fit.
        reason: &'static str,
    },
    /// A line, or a word, of one of the older forms that does not read as what it should be.
    #[error("{reason}")]
    Text {
        /// What does not fit.
        reason: &'static str,
    },
    /// Well-formed protobuf, but no profile.
    #[error("not a pprof profile: it has no sample types")]
    NoSampleTypes,
    /// Another format of profiles, by its first bytes.
    #[error("{format} is not read here; {instead}")]
    Unsupported {
        /// The format.
        format: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// What a lenient reading repairs is an error in a strict one.
    #[error("{0}")]
    Strict(Flaw),
    /// A limit was reached.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// What a lenient reading repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The byte of the inflated profile.
    pub offset: u64,
    /// The line, from 1, for forms that are text.
    pub line: Option<u64>,
    /// What was repaired.
    pub flaw: Flaw,
}

impl Row for Diagnostic {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("diagnostics", "as found")
            .about("what a lenient reading repaired")
            .uint64("offset", Unit::Bytes, "the byte of the inflated profile", |found: &&'a Self| found.offset)
            .optional_uint64("line", Unit::None, "the form is no text", "the line, from 1", |found| found.line)
            .string("problem", "what was repaired", |found| found.flaw.to_string())
    }
}

/// A flaw that can be repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// A sample has more or fewer values than there are sample types.
    #[error("sample has {found} values for {expected} sample types")]
    ValueCount {
        /// The values found.
        found: usize,
        /// The sample types.
        expected: usize,
    },
    /// A sample names a location that is not there.
    #[error("no location has id {id}")]
    NoLocation {
        /// The location's id.
        id: u64,
    },
    /// A line names a function that is not there.
    #[error("no function has id {id}")]
    NoFunction {
        /// The function's id.
        id: u64,
    },
    /// Two messages have the same id, or one has id 0.
    #[error("{what} id {id} is zero or used twice")]
    Id {
        /// The kind of message.
        what: &'static str,
        /// The id.
        id: u64,
    },
    /// A string's index is beyond the string table.
    #[error("no string has index {index}")]
    NoString {
        /// The index.
        index: i64,
    },
    /// The first string is not empty.
    #[error("the first string of the table is not empty")]
    FirstString,
    /// A location names a mapping that is not there. `go tool pprof` takes such a profile, as does a strict reading.
    #[error("no mapping has id {id}")]
    NoMapping {
        /// The mapping's id.
        id: u64,
    },
    /// There are two times: two profiles were written one after the other.
    #[error("two profiles are written one after the other")]
    Concatenated,
    /// A line of one of the older forms that was left out, or read in part.
    #[error("{reason}")]
    Line {
        /// What does not fit.
        reason: &'static str,
    },
    /// The runtime had cut a stack off, and it was continued.
    #[error("the stack of sample {sample} was cut off; {frames} frames were added from a stack like it")]
    Truncated {
        /// The sample, from 0.
        sample: usize,
        /// How many frames were added.
        frames: usize,
    },
    /// Bytes follow the gzip stream.
    #[error("bytes follow the gzip stream")]
    TrailingBytes,
}

/// A question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// A regular expression, or a range of numbers, that is none.
    #[error("{option}: `{pattern}`: {reason}")]
    Pattern {
        /// The option.
        option: &'static str,
        /// What it says.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Profiles that have no sample type in common.
    #[error("profile {index} counts {found}, the first one {expected}: they have nothing in common")]
    SampleTypes {
        /// Which profile, from 0.
        index: usize,
        /// Its sample types.
        found: String,
        /// The first profile's sample types.
        expected: String,
    },
    /// Profiles whose values or periods are in units that cannot be converted.
    #[error("profile {index} has {what} in {found}, the first one in {expected}")]
    Units {
        /// Which profile, from 0.
        index: usize,
        /// What differs: the sample type or the period.
        what: String,
        /// Its unit.
        found: String,
        /// The first profile's unit.
        expected: String,
    },
    /// Values that cannot be told in a unit of another kind.
    #[error("values in `{found}` cannot be told in `{wanted}`")]
    Unit {
        /// What they are in.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// Nothing to merge.
    #[error("no profiles to merge")]
    NoProfiles,
}

impl UsageError {
    pub(crate) fn pattern(option: &'static str, pattern: &str, reason: &str) -> Self {
        Self::Pattern { option, pattern: pattern.to_owned(), reason: reason.to_owned() }
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// How much is accepted.
    pub limits: Limits,
    /// Whether flaws are errors, as they are for `go tool pprof`.
    pub strict: bool,
    /// Whether the profile answers as `go tool pprof` does even where that is wrong.
    pub pprof_compat: bool,
}

/// How much input is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes after inflating: 512 MiB by default.
    pub decompressed_bytes: u64,
    /// Sample types.
    pub sample_types: u64,
    /// SampleColumns.
    pub samples: u64,
    /// Values, over all samples: one for each sample type.
    pub values: u64,
    /// Frames of one sample.
    pub stack_depth: u64,
    /// Locations, functions, mappings and strings, each.
    pub entries: u64,
    /// Diagnostics that are kept; further ones are counted only.
    pub diagnostics: u64,
}

impl Error {
    fn of(kind: ErrorKind, offset: Option<u64>, line: Option<u64>) -> Self {
        Self { inner: Box::new(Inner { kind, offset, line }) }
    }

    pub(crate) fn at(kind: ErrorKind, offset: usize) -> Self {
        Self::of(kind, Some(offset as u64), None)
    }

    pub(crate) fn in_line(kind: ErrorKind, offset: usize, line: u64) -> Self {
        Self::of(kind, Some(offset as u64), Some(line))
    }

    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self::of(kind, None, None)
    }

    pub(crate) fn limit(what: &'static str, limit: u64) -> Self {
        Self::new(ErrorKind::Limit { what, limit })
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The byte: of the input when the gzip stream is damaged, of the inflated profile otherwise.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.inner.offset
    }

    /// The line, from 1, for forms that are text.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.inner.line
    }

    /// Whether a limit was reached, rather than the input being wrong.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.inner.kind, ErrorKind::Limit { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, offset, line } = &*self.inner;
        match (line, offset) {
            (Some(line), _) => write!(f, "line {line}: {kind}"),
            (None, Some(offset)) => write!(f, "byte {offset}: {kind}"),
            (None, None) => kind.fmt(f),
        }
    }
}

impl DecodeOptions {
    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with flaws as errors, or not.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The same with the answers of `go tool pprof` even where they are wrong, or not.
    #[must_use]
    pub fn with_pprof_compat(mut self, pprof_compat: bool) -> Self {
        self.pprof_compat = pprof_compat;
        self
    }
}

impl Limits {
    /// The same with another limit for the bytes after inflating.
    #[must_use]
    pub fn with_decompressed_bytes(mut self, bytes: u64) -> Self {
        self.decompressed_bytes = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            decompressed_bytes: 512 << 20,
            sample_types: 256,
            samples: 20_000_000,
            values: 200_000_000,
            stack_depth: 65_536,
            entries: 20_000_000,
            diagnostics: 10_000,
        }
    }
}
