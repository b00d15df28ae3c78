//! To whom a time is charged.

use std::num::NonZero;

use crate::model::region::RegionId;

/// The region and task that a time is charged to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The innermost open region of the goroutine.
    pub(crate) region: Option<RegionId>,
    task: Option<NonZero<u64>>,
}

impl Charge {
    pub(crate) fn new(region: Option<RegionId>, task: Option<u64>) -> Self {
        Self { region, task: task.and_then(NonZero::new) }
    }

    pub(crate) fn task(self) -> Option<u64> {
        self.task.map(NonZero::get)
    }
}

/// What tells a task: a task is never bound to a goroutine, only its regions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskBy {
    /// The innermost region has its id.
    Region,
    /// It was the last to begin on the goroutine, and had not ended.
    Begin,
}

gomem_table::named!(TaskBy { Region "region", Begin "begin" });
