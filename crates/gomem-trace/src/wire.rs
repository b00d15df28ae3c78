//! Bytes → batches, and the tables and clock of a generation.

mod batch;
mod by_id;
mod clock;
mod cursor;
mod cut_batch;
mod event;
mod experiment;
mod format;
mod generation;
mod splitter;
mod stacks;
mod strings;
mod timed_event;

pub(crate) use batch::Batch;
pub(crate) use by_id::ById;
pub(crate) use clock::{Clock, WallTime};
pub(crate) use event::{Counts, Event};
pub use format::Format;
pub(crate) use generation::Generation;
pub(crate) use splitter::{RawGeneration, Scan, Splitter};
pub(crate) use stacks::FrameRecord;
pub(crate) use timed_event::{TimedEvent, TimedEvents};
