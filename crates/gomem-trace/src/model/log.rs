//! A user's log line.

use crate::model::names::TextId;

/// A line of `runtime/trace.Log`.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) time: u64,
    pub(crate) goroutine: Option<u64>,
    pub(crate) task: Option<u64>,
    pub(crate) key: Option<TextId>,
    pub(crate) value: Option<TextId>,
}
