//! What a lenient reading repaired, and where.

use gomem_table::{Definition, Row, Unit};

/// What a lenient reading repaired.
///
/// ```
/// use gomem_pprof::{Flaw, Profile};
///
/// // A sample whose location 9 is nowhere; `go tool pprof` refuses such a profile.
/// let bytes = b"\x0a\x04\x08\x01\x10\x02\x12\x06\x0a\x01\x09\x12\x01\x05\x32\x00\x32\x01n\x32\x01u";
/// let profile = Profile::decode(bytes)?;
/// assert!(profile.diagnostics().iter().any(|diagnostic| diagnostic.flaw == Flaw::NoLocation { id: 9 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

gomem_table::serialize_rows!(Diagnostic);

/// A flaw that can be repaired.
///
/// ```
/// use gomem_pprof::Flaw;
///
/// assert!(Flaw::NoMapping { id: 3 }.to_string().contains('3'));
/// ```
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
    #[error("{problem}")]
    Line {
        /// What does not fit.
        problem: &'static str,
    },
    /// The runtime had cut a stack off, and it was continued.
    #[error("the stack of sample {sample} was cut off; {frames} frames were added from a stack like it")]
    Truncated {
        /// The sample, from 0.
        sample: usize,
        /// How many frames were added.
        frames: usize,
    },
    /// The values of a sample type add up to more than 64 bits hold, so that such sums are null.
    #[error("the values of sample type {sample_type} add up to more than 64 bits hold: sums that do not fit are null")]
    Sum {
        /// The sample type, from 0.
        sample_type: usize,
    },
    /// Bytes follow the gzip stream.
    #[error("bytes follow the gzip stream")]
    TrailingBytes,
}
