//! What people have instead of recordings: what tools printed, logs, tables, numbers in words.

pub(crate) mod benchmark_outputs;
pub(crate) mod benchmark_table;
pub(crate) mod benchmarks_alone;
pub(crate) mod course;
pub(crate) mod crashes;
pub(crate) mod log_alone;
pub(crate) mod machine;
pub(crate) mod memory_limiter;
pub(crate) mod perf_report;
pub(crate) mod printed;
pub(crate) mod printed_cpu;
pub(crate) mod printed_difference;
pub(crate) mod printed_profile;
pub(crate) mod profile_index;
pub(crate) mod refused;
pub(crate) mod scavenger;
pub(crate) mod stated;
