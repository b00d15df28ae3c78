//! A user's region.

use std::num::NonZero;

use crate::model::{names::TextId, stretch::Stretch};

/// A region, by its place, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RegionId(NonZero<u32>);

impl RegionId {
    /// The id of the last of so many regions.
    pub(crate) fn of_last(count: usize) -> Self {
        Self(u32::try_from(count).ok().and_then(NonZero::new).unwrap_or(NonZero::<u32>::MAX))
    }

    /// Its place, from 0.
    pub(crate) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A region of `runtime/trace`: a part of one goroutine's time.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) task: Option<NonZero<u64>>,
    pub(crate) name: Option<TextId>,
    pub(crate) goroutine: u64,
    pub(crate) stretch: Stretch,
}
