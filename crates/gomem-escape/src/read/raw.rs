//! What a log says once, as it was read: rows whose texts are interned.

use crate::{
    read::xpos::{TextId, XPos},
    text::{SubjectKind, Variant},
};

/// A step of a flow: `from NODE (WHY) at POS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawStep {
    pub(crate) from: TextId,
    pub(crate) why: TextId,
    pub(crate) at: XPos,
}

/// The flow and the steps below a header.
#[derive(Debug, Clone, Default)]
pub(crate) struct Explanation {
    pub(crate) function: TextId,
    /// Where it flows in the end.
    pub(crate) sink: TextId,
    /// Where its own explanation ends.
    pub(crate) own_sink: TextId,
    pub(crate) steps: Vec<RawStep>,
    /// The step of one of its flows that stores it.
    pub(crate) store: Option<RawStep>,
    /// Whether an explanation of the same place and subject goes through `interface-converted`: then the subject is there
    /// twice, once as the value and once as the box.
    pub(crate) is_converted: bool,
}

/// `EXPR escapes to heap` or `moved to heap: NAME`.
#[derive(Debug)]
pub(crate) struct RawDecision {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) at: XPos,
    pub(crate) subject: TextId,
    pub(crate) is_moved: bool,
    pub(crate) explanation: Explanation,
    /// The step by which what the sink is stored in goes on: `{storage for ... argument}`.
    pub(crate) next: Option<RawStep>,
    pub(crate) copies: u32,
}

impl RawDecision {
    pub(crate) fn is_explained(&self) -> bool {
        !self.explanation.steps.is_empty()
    }
}

/// `EXPR does not escape`, of an expression that may allocate all the same.
#[derive(Debug)]
pub(crate) struct RawStackBuffer {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) at: XPos,
    pub(crate) subject: TextId,
    pub(crate) kind: SubjectKind,
    /// Whether it is a conversion that does not copy.
    pub(crate) is_free: bool,
    pub(crate) copies: u32,
}

/// `leaking param: P`.
#[derive(Debug)]
pub(crate) struct RawLeak {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) at: XPos,
    pub(crate) function: TextId,
    pub(crate) param: TextId,
    pub(crate) is_content: bool,
    /// `{heap}`, or a result.
    pub(crate) to: TextId,
    pub(crate) derefs: Option<i64>,
    /// The call by which it reaches the heap.
    pub(crate) via: TextId,
    /// The step that stores it, or what it is a part of.
    pub(crate) store: Option<RawStep>,
    /// What it is put into, which goes to the heap; empty where that is not said.
    pub(crate) holder: TextId,
    pub(crate) copies: u32,
}

/// `can inline F` or `cannot inline F: REASON`.
#[derive(Debug)]
pub(crate) struct RawInlining {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) at: XPos,
    pub(crate) function: TextId,
    /// Why not; empty when it can be.
    pub(crate) reason: TextId,
    pub(crate) cost: Option<i64>,
    pub(crate) budget: Option<i64>,
    pub(crate) copies: u32,
}
