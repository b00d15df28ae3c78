//! What a tool, or a person, printed of a process's memory.

use crate::bundle::text::{
    amounts::Amounts, cgroup::cgroup_memory, container_table::container_memory, function_listing::Listing,
    logged_memory::LoggedMemory, machine_memory::MachineMemory, memory_limiter::MemoryLimiter, oom_report::OomReport,
    process_memory::ProcessMemory, scavenger::Scavenger, stated::StatedMemory,
};

/// What was printed, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolOutput {
    /// The file, or the part of it.
    pub(crate) name: String,
    pub(crate) printout: Printout,
}

/// What it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Printout {
    Process(ProcessMemory),
    Machine(MachineMemory),
    Scavenger(Scavenger),
    Listing(Listing),
    Logged(LoggedMemory),
    Stated(StatedMemory),
    OomReport(OomReport),
    Limiter(MemoryLimiter),
    /// Of one thing each, over time.
    Amounts(Vec<Amounts>),
}

impl Printout {
    /// All that a text has, but readings of `runtime.MemStats` in a person's own form.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        let mut all: Vec<Self> = ProcessMemory::find(text).into_iter().map(Self::Process).collect();
        all.extend(container_memory(text).map(Self::Process));
        all.extend(cgroup_memory(text).map(Self::Process));
        all.extend(MachineMemory::find(text).map(Self::Machine));
        all.extend(Scavenger::find(text).map(Self::Scavenger));
        all.extend(LoggedMemory::find(text).map(Self::Logged));
        all.extend(MemoryLimiter::find(text).map(Self::Limiter));
        all.extend(OomReport::find(text).map(Self::OomReport));
        all.extend(Some(Amounts::find(text)).filter(|found| !found.is_empty()).map(Self::Amounts));
        all.extend(Listing::find(text).into_iter().map(Self::Listing));
        all
    }
}
