//! Generations → what happened.
//!
//! Threads are read each on its own, and a goroutine's segments on several threads are put in order by the numbers that the
//! runtime gave them. So no merge of all threads by time is needed; only heap sizes and objects are ordered by it.

mod crowds;
mod goroutine;
mod holds;
mod jumps;
mod kinds;
mod lookup;
mod mark;
mod object_order;
mod objects;
mod open_regions;
mod order;
mod pages;
mod quiet_segment;
mod replay;
mod segment;
mod segment_sweeps;
mod size_class;
mod slots;
mod spans;
mod thread;
mod thread_events;

pub use replay::GenerationSummary;
pub(crate) use replay::Replay;
