//! What a reading had to do without.

/// A located problem of a trace that was read all the same.
///
/// ```
/// # let bytes = gomem_testkit::testdata("traces/service-1.27.3.trace");
/// use gomem_trace::{Flaw, Trace};
///
/// let trace = Trace::decode(&bytes[..50_000])?;
/// assert!(!trace.is_complete());
/// let is_cut = |flaw: &Flaw| matches!(flaw, Flaw::Cut { .. });
/// assert!(trace.diagnostics().iter().any(|diagnostic| diagnostic.offset.is_some() && is_cut(&diagnostic.flaw)));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The byte it is about; `None` when it is about a generation or the trace as a whole.
    pub offset: Option<u64>,
    /// The generation it is about.
    pub generation: Option<u64>,
    /// What it is.
    pub flaw: Flaw,
}

/// A problem that a trace can have.
///
/// ```
/// use gomem_trace::Flaw;
///
/// assert_eq!((Flaw::Torn.name(), Flaw::Torn.is_loss()), ("torn", true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// A generation without its end, as when the program died.
    #[error("the generation has no end: its last events are missing, and names and stacks that it lacks are null")]
    Torn,
    /// The file ends within a batch, whose whole events are read.
    #[error("the file ends within a batch: its last {bytes} bytes are not read")]
    Cut {
        /// How many bytes are left.
        bytes: u64,
    },
    /// What is no batch; nothing behind it can be read.
    #[error("{problem}: the last {bytes} bytes of the file are not read")]
    NoBatch {
        /// What cannot be.
        problem: &'static str,
        /// How many bytes are left.
        bytes: u64,
    },
    /// A batch that cannot be read to its end.
    #[error("{problem}: the last {bytes} bytes of the batch are not read")]
    Damaged {
        /// What cannot be.
        problem: &'static str,
        /// How many bytes are left of the batch.
        bytes: u64,
    },
    /// An event of a type that the format does not have: how long it is is not known.
    #[error("an event of the unknown type {event}: the last {bytes} bytes of the batch are not read")]
    UnknownEvent {
        /// Its type.
        event: u8,
        /// How many bytes are left of the batch.
        bytes: u64,
    },
    /// A batch of an experiment that is not known.
    #[error("a batch of the unknown experiment {experiment}: its {bytes} bytes are not read")]
    UnknownExperiment {
        /// Its number.
        experiment: u8,
        /// How long it is.
        bytes: u64,
    },
    /// Generations that do not follow each other.
    #[error("generation {after} follows {before}: what was between is missing")]
    GenerationGap {
        /// The one before.
        before: u64,
        /// The one behind.
        after: u64,
    },
    /// Nothing says how long a unit of time is.
    #[error("nothing says how long a unit of time is; 64 ns are assumed, as Linux has it")]
    NoFrequency,
    /// Ids of texts or stacks that no table explains.
    #[error("{count} references to {what} that no table explains: they are null")]
    Unexplained {
        /// What they refer to.
        what: &'static str,
        /// How many there are.
        count: u64,
    },
    /// Events that do not fit what was before.
    #[error("{count} × {problem}: left out")]
    Contradiction {
        /// What does not fit.
        problem: &'static str,
        /// How often.
        count: u64,
    },
    /// Objects whose types are not in the trace.
    #[error(
        "the trace has objects and no types: Go's flight recorder leaves them out; how long those of a type live takes a whole \
         trace"
    )]
    NoTypes,
}

impl Flaw {
    /// Its name, as frames have it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Torn => "torn",
            Self::Cut { .. } => "cut",
            Self::NoBatch { .. } => "no_batch",
            Self::Damaged { .. } => "damaged",
            Self::UnknownEvent { .. } => "unknown_event",
            Self::UnknownExperiment { .. } => "unknown_experiment",
            Self::GenerationGap { .. } => "generation_gap",
            Self::NoFrequency => "no_frequency",
            Self::Unexplained { .. } => "unexplained",
            Self::Contradiction { .. } => "contradiction",
            Self::NoTypes => "no_types",
        }
    }

    /// Whether something is missing at the end or in the middle of the trace.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        !matches!(self, Self::UnknownExperiment { .. } | Self::NoTypes | Self::NoFrequency)
    }
}
