//! What a profile answers: sums by key, calls, flame trees, differences, tables.

mod diff;
mod edges;
mod flame;
mod goroutines;
mod key;
mod sampling;
mod tables;
mod tags;
mod top;

pub use diff::{DiffRow, KeyStatus, ProfileDiff};
pub use edges::{Edge, Edges};
pub use flame::{FLAME_SCHEMA, FlameNode, FlameTree};
pub(crate) use key::FrameKeys;
pub use key::{FrameKey, Granularity};
pub use sampling::Sampled;
pub use tables::FRAMES_SCHEMA;
pub use tags::Tag;
pub use top::{Top, TopOptions, TopRow};
