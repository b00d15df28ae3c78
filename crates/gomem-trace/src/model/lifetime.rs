//! How long objects live.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::{
    model::{durations::Durations, names::TextId},
    wire::ById,
};

/// A type of objects: its name, if the trace has it.
pub(crate) type TypeId = Option<TextId>;

/// What objects are told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ObjectKind {
    pub(crate) type_id: TypeId,
    /// The size of their slot; `None` when their span is not in the trace.
    pub(crate) slot_bytes: Option<u64>,
    /// Whether their slots have no pointers.
    pub(crate) is_noscan: Option<bool>,
}

/// The lives of all objects, by what they are.
#[derive(Debug, Default)]
pub(crate) struct Lifetimes {
    pub(crate) kinds: Vec<(ObjectKind, Lives)>,
    /// Names that several types have.
    pub(crate) shared_names: HashSet<TextId, RandomState>,
}

/// The lives of objects of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lives {
    /// Those that were there when the trace began.
    pub(crate) existed: u64,
    pub(crate) allocated: u64,
    pub(crate) freed: u64,
    /// Those that were born in the trace, have outlived a GC cycle, and live at its end.
    pub(crate) surviving: u64,
    /// By the number of cycles that ended between birth and death, how many; of those that were born in the trace.
    pub(crate) cycles: ById<u64>,
    /// Nanoseconds between birth and death, of the same.
    pub(crate) nanoseconds: Durations,
}
