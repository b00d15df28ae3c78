//! To whom a time is charged.

use crate::model::region::RegionId;

/// The region and task that a time is charged to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The innermost open region of the goroutine.
    pub(crate) region: Option<RegionId>,
    pub(crate) task: Option<u64>,
    pub(crate) task_by: Option<TaskBy>,
}

/// What tells a task: a task is never bound to a goroutine, only its regions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskBy {
    /// The innermost region has its id.
    Region,
    /// It was the last to begin on the goroutine, and had not ended.
    Begin,
}

impl TaskBy {
    pub(crate) const NAMES: &'static [&'static str] = &["region", "begin"];
}
