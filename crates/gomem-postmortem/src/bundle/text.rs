//! What people paste, and what logs say: of a program's memory, its end, and its goroutines.
//!
//! `words` is what a person writes down, `machine` what the kernel and containers say, `log` what programs say of
//! themselves. `tool_output` asks all of them, `pasted` finds them in a text of a person's own.

mod benchmark_rows;
mod benchmark_table;
mod blocks;
mod delve_goroutines;
mod function_listing;
pub(crate) mod log;
mod log_time;
pub(crate) mod machine;
pub(crate) mod pasted;
mod pprof_session;
pub(crate) mod printed;
pub(crate) mod printed_profile;
mod profile_index;
pub(crate) mod tool_output;
pub(crate) mod words;

pub(crate) use benchmark_table::{BenchmarkChange, BenchmarkTable};
pub(crate) use function_listing::Listing;
pub(crate) use log::{
    crash::{Crash, CrashKind},
    logged_memory::{Logged, LoggedMemory},
    memory_limiter::MemoryLimiter,
    refused::{Refused, RefusedCall},
    scavenger::{Scavenger, ScavengerTrace},
};
pub(crate) use machine::{
    container_spec::{ContainerSpec, GoLimit},
    eviction::Eviction,
    group_events::GroupEvents,
    kernel_line::{Exhausted, Kills, is_unit},
    machine_memory::MachineMemory,
    oom_report::{OomReport, ProcessTable},
    perf_report::{PerfReport, PerfRow},
    process_memory::{ProcessKey, ProcessMemory},
};
pub(crate) use profile_index::ProfileIndex;
pub(crate) use tool_output::{Printout, ToolOutput};
pub(crate) use words::{
    amount_line::AmountSource,
    amounts::Amounts,
    spoken::SpokenMemory,
    stated::{Field, Reading, StatedMemory},
};
