//! Which lines a benchmark allocates at: its memory profile divided by how often it was done.

mod allocation;
mod line_change;
mod operations;
mod outputs;
mod stacks;

pub use allocation::{BenchmarkAllocation, BenchmarkLine, benchmark_allocations};
pub use line_change::{BenchmarkLineChange, benchmark_line_changes};
pub(crate) use outputs::{OutputChange, output_changes};
