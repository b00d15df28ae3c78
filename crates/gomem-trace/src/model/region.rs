//! A user's region.

use crate::model::names::TextId;

/// A region, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RegionId(pub(crate) u32);

/// A region of `runtime/trace`: a part of one goroutine's time.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) task: Option<u64>,
    pub(crate) name: Option<TextId>,
    pub(crate) goroutine: u64,
    pub(crate) begin: u64,
    pub(crate) end: Option<u64>,
}
