//! What any picture of a program's memory says, whoever took it: the graph and its holders are made of these facts alone.
//!
//! A heap dump fills them ([`crate::dump`]), or a core ([`crate::core`]).

mod cleanup;
mod finalizer;
mod frame;
mod goroutine;
mod kinds;
mod objects;
mod places;
mod runs;
mod segment;
mod site;
mod slots;
mod snapshot;
mod span_layout;
mod words;

pub(crate) use cleanup::Cleanup;
pub(crate) use finalizer::Finalizer;
pub(crate) use frame::Frame;
pub(crate) use goroutine::{Exactness, Goroutine, SCAN};
pub(crate) use kinds::Kinds;
pub(crate) use objects::{Builder, Objects};
pub(crate) use segment::{Segment, SegmentKind};
pub use site::{Site, SiteFrame};
pub(crate) use slots::{LARGEST_WITH_HEADER, PAGE, slot_of, slot_of_class};
pub(crate) use snapshot::{Counted, OtherRoot, Snapshot, SnapshotSource, Target, Type};
pub(crate) use span_layout::{SpanLayout, is_small};
pub(crate) use words::{Order, Words, varint};
