//! A user's task.

use crate::model::names::TextId;

/// A task of `runtime/trace`.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) id: u64,
    pub(crate) parent: Option<u64>,
    /// Null when it began before the trace.
    pub(crate) name: Option<TextId>,
    /// Which goroutine began it.
    pub(crate) goroutine: Option<u64>,
    pub(crate) begin: Option<u64>,
    pub(crate) end: Option<u64>,
}
