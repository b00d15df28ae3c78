//! What a profile answers: sums by key, calls, flame trees, differences, tables.

mod call_graph;
mod diff;
mod edges;
mod flame;
mod frames;
mod function_lines;
mod function_texts;
mod goroutines;
mod key;
mod sample_table;
mod sampling;
mod scan;
mod shown_growth;
mod sizes;
mod source_lines;
mod tables;
mod tags;
mod top;

pub use call_graph::{CallGraph, CallGraphOptions, CallNode, NodeCall};
pub use diff::{DiffRow, KeyStatus, ProfileDiff, TopDiff};
pub use edges::{Edge, Edges};
pub use flame::{FlameNode, FlameTree};
pub use frames::Frames;
pub use function_lines::{FunctionLines, LineSums};
pub use goroutines::Goroutine;
pub(crate) use key::FrameKeys;
pub use key::{FrameKey, Granularity};
pub use sampling::{Sampling, SamplingEstimate, SamplingRow, picking_probability};
pub use scan::Scan;
pub use shown_growth::ShownGrowth;
pub use sizes::SizeRange;
pub use tags::{Tag, Tags};
pub use top::{Top, TopOptions, TopRow};
