//! Generations → what happened.
//!
//! Threads are read each on its own, and a goroutine's segments on several threads are put in order by the numbers that the
//! runtime gave them. So no merge of all threads by time is needed; only heap sizes and objects are ordered by it.

mod goroutine;
mod lookup;
mod mark;
mod objects;
mod open_regions;
mod pages;
mod quiet_segment;
mod replay;
mod segment;
mod size_class;
mod spans;
mod thread;

pub use replay::GenerationSummary;
pub(crate) use replay::Replay;
