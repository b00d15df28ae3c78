//! What any picture of a program's memory says, whoever took it: the graph and its holders are made of these facts alone.
//!
//! Today a heap dump fills them ([`crate::dump`]).

mod finalizer;
mod frame;
mod goroutine;
mod objects;
mod segment;
mod site;
mod slots;
mod snapshot;
mod words;

pub(crate) use finalizer::Finalizer;
pub(crate) use frame::Frame;
pub(crate) use goroutine::Goroutine;
pub(crate) use objects::{Builder, Objects};
pub(crate) use segment::{Segment, SegmentKind};
pub use site::{Site, SiteFrame};
pub(crate) use slots::slot_of;
pub(crate) use snapshot::{Counted, Snapshot, Target, Type};
pub(crate) use words::{Order, Words, varint};
