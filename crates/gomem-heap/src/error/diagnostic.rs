//! What a reading had to do without.

/// A located problem of a dump that was read all the same.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// use gomem_heap::{Flaw, Heap};
///
/// let heap = Heap::decode(dump)?;
/// assert!(heap.diagnostics().iter().any(|diagnostic| matches!(diagnostic.flaw, Flaw::NoBinary)));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The byte it is about; `None` when it is about the dump as a whole.
    pub offset: Option<u64>,
    /// What it is.
    pub flaw: Flaw,
}

/// A problem that a dump can have.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// use gomem_heap::{Flaw, Heap};
///
/// let heap = Heap::decode(dump[..dump.len() / 2].to_vec())?;
/// let is_cut = |flaw: &Flaw| matches!(flaw, Flaw::Cut { .. });
/// assert!(!heap.is_complete() && heap.diagnostics().iter().any(|diagnostic| is_cut(&diagnostic.flaw)));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// It ends early, as on a full disk: the runtime ignores what writing answers.
    #[error("the dump ends early, in or behind its {after}: {missing} not in it")]
    Cut {
        /// The records that came last.
        after: &'static str,
        /// What therefore is missing.
        missing: &'static str,
    },
    /// A record that cannot be.
    #[error("{problem}; what follows is not read: {missing} not in it")]
    Damaged {
        /// What cannot be.
        problem: &'static str,
        /// What therefore is missing.
        missing: &'static str,
    },
    /// A core that is cut, or of which parts were not written.
    #[error("the core is not whole: {missing_bytes} bytes of it are missing, and {lost_spans} spans of objects")]
    CutCore {
        /// Bytes that the core says it has.
        missing_bytes: u64,
        /// Spans of objects that are not in it, or cannot be.
        lost_spans: u64,
    },
    /// A core in which goroutines were not found.
    #[error("the runtime's list of goroutines is not in the core: what they keep looks unreachable")]
    NoGoroutines,
    /// A core from which texts and numbers were left out.
    #[error("the core was taken without texts: of small maps it does not say how full they are")]
    WithoutContents,
    /// Objects of a core whose pointers are not known.
    #[error("{objects} objects have a type that is not in the core: what only they keep looks unreachable")]
    UnknownPointers {
        /// How many.
        objects: u64,
    },
    /// Objects and the runtime's own count differ.
    #[error(
        "{objects} objects of {bytes} bytes, and the runtime counted {heap_objects} of {heap_alloc_bytes}: do not trust sizes"
    )]
    Checksum {
        /// Objects that were read.
        objects: u64,
        /// Their bytes.
        bytes: u64,
        /// Objects that the runtime counted.
        heap_objects: u64,
        /// The bytes it counted.
        heap_alloc_bytes: u64,
    },
    /// The layout of small objects is not that of the version, and was found by the checksum.
    #[error(
        "{go_version} is not known to lay out small objects as this dump has them; the layout was found by the runtime's own count"
    )]
    Layout {
        /// The version that the dump names.
        go_version: String,
    },
    /// An object of 2 GiB or more, of which the runtime writes only a part.
    #[error("an object of {bytes} bytes, of which the runtime wrote {written}: pointers behind them are lost")]
    HugeObject {
        /// Its size.
        bytes: u64,
        /// What was written.
        written: u64,
    },
    /// The program's file is another one.
    #[error("the binary is not the one that wrote the dump ({reason}): no names are taken from it")]
    BinaryMismatch {
        /// What tells.
        reason: &'static str,
    },
    /// The program's file cannot be compared with what is read, which was cut.
    #[error(
        "what is read ends before the program's global variables, so that the binary cannot be compared with them: no names are taken from it"
    )]
    NoGlobals,
    /// There is no program's file.
    #[error("no binary given: global variables are shown by their addresses")]
    NoBinary,
    /// The program's file has no symbols.
    #[error(
        "the binary was stripped: functions have names, global variables have {}; an unstripped build of the same source names them",
        if *has_referrers { "addresses and the functions that refer to them" } else { "addresses" }
    )]
    Stripped {
        /// Whether the machine's instructions say which functions refer to a variable.
        has_referrers: bool,
    },
    /// Nothing says where objects were allocated.
    #[error(
        "no samples of allocations: the heap is small beside runtime.MemProfileRate, or the program keeps no profile (import net/http/pprof or \
         runtime/pprof, else the linker leaves it out)"
    )]
    NoSamples,
    /// The binary could not be read.
    #[error("the binary cannot be read: {problem}")]
    Binary {
        /// What is wrong with it.
        problem: String,
    },
}

impl Flaw {
    /// Its name, as frames have it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cut { .. } => "cut",
            Self::Damaged { .. } => "damaged",
            Self::CutCore { .. } => "cut_core",
            Self::NoGoroutines => "no_goroutines",
            Self::WithoutContents => "without_contents",
            Self::UnknownPointers { .. } => "unknown_pointers",
            Self::Checksum { .. } => "checksum",
            Self::Layout { .. } => "layout",
            Self::HugeObject { .. } => "huge_object",
            Self::BinaryMismatch { .. } => "binary_mismatch",
            Self::NoGlobals => "no_globals",
            Self::NoBinary => "no_binary",
            Self::Stripped { .. } => "stripped",
            Self::NoSamples => "no_samples",
            Self::Binary { .. } => "binary",
        }
    }

    /// Whether answers can be wrong or lack much for it.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        !matches!(
            self,
            Self::NoBinary | Self::Stripped { .. } | Self::NoSamples | Self::WithoutContents | Self::Layout { .. }
        )
    }
}
