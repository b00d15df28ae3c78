//! Garbage collection over the run: when it runs, what it costs, and how the heap goes up and down with it.

pub(crate) mod ended_runs;
pub(crate) mod execution_trace;
pub(crate) mod few_cycles;
pub(crate) mod fixed_goal;
pub(crate) mod function_in_use;
pub(crate) mod high_gogc;
pub(crate) mod judgements;
pub(crate) mod live_swings;
pub(crate) mod mark_cost;
pub(crate) mod no_gc_since;
pub(crate) mod other_gogc;
pub(crate) mod traced_gc;
