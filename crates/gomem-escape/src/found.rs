//! What is distinct in a log, as it was read.

use crate::{decision::Variant, interner::TextId, subject::SubjectKind};

/// File, line and column; 0 where there is none.
pub(crate) type Place = (TextId, u32, u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawStep {
    pub(crate) from: TextId,
    pub(crate) why: TextId,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Explanation {
    pub(crate) function: TextId,
    /// Where it flows in the end.
    pub(crate) sink: TextId,
    /// Where its own explanation ends.
    pub(crate) own_sink: TextId,
    pub(crate) steps: Vec<RawStep>,
    /// Whether an explanation of the same place and subject goes through `interface-converted`: then the subject is there
    /// twice, once as the value and once as the box.
    pub(crate) is_converted: bool,
}

/// One heap decision.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) subject: TextId,
    pub(crate) is_moved: bool,
    pub(crate) explanation: Explanation,
    /// The steps of what the sink is stored in: `{storage for ... argument}`.
    pub(crate) next: Option<RawStep>,
    pub(crate) copies: u32,
}

/// An expression that does not escape, though it may allocate.
#[derive(Debug)]
pub(crate) struct Stay {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) subject: TextId,
    pub(crate) kind: SubjectKind,
    pub(crate) is_free: bool,
    pub(crate) copies: u32,
}

/// A parameter that leaks.
#[derive(Debug)]
pub(crate) struct Leaked {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) function: TextId,
    pub(crate) param: TextId,
    pub(crate) is_content: bool,
    /// `{heap}`, or a result.
    pub(crate) to: TextId,
    pub(crate) derefs: Option<i64>,
    /// The call by which it reaches the heap.
    pub(crate) via: TextId,
    pub(crate) copies: u32,
}

/// Whether a function can be inlined.
#[derive(Debug)]
pub(crate) struct Inlined {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) function: TextId,
    /// Why not; empty when it can be.
    pub(crate) reason: TextId,
    pub(crate) cost: Option<i64>,
    pub(crate) budget: Option<i64>,
    pub(crate) copies: u32,
}
