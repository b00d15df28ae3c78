//! What people paste, and what logs say: of a program's memory, its end, and its goroutines.

mod amount_line;
pub(super) mod amounts;
mod cgroup;
mod container_table;
pub(super) mod crash;
mod function_listing;
mod kernel_line;
mod log_time;
mod logged_memory;
mod machine_memory;
mod memory_limiter;
mod oom_report;
pub(super) mod pasted;
mod pprof_session;
pub(super) mod printed;
pub(super) mod process_memory;
mod reading_time;
mod refusal;
mod scavenger;
pub(super) mod spoken;
pub(super) mod stated;
mod subject;
pub(super) mod tool_output;

pub(crate) use amounts::{AmountSource, Amounts};
pub(crate) use crash::{Crash, CrashKind};
pub(crate) use function_listing::Listing;
pub(crate) use kernel_line::{Exhausted, Kills, is_unit};
pub(crate) use logged_memory::{Logged, LoggedMemory};
pub(crate) use machine_memory::MachineMemory;
pub(crate) use memory_limiter::MemoryLimiter;
pub(crate) use oom_report::OomReport;
pub(crate) use process_memory::{ProcessKey, ProcessMemory};
pub(crate) use scavenger::Scavenger;
pub(crate) use spoken::SpokenMemory;
pub(crate) use stated::{Field, Reading, StatedMemory};
pub(crate) use tool_output::{Printout, ToolOutput};
