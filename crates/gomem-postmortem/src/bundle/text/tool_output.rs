//! What a tool, or a person, printed of a process's memory.

use crate::bundle::{
    artifact::Artifact,
    signature::looks_like_text,
    text::{
        benchmark_table::BenchmarkTable,
        function_listing::Listing,
        log::{
            logged_memory::LoggedMemory,
            memory_limiter::MemoryLimiter,
            refused::Refused,
            scavenger::{Scavenger, ScavengerTrace},
        },
        machine::{
            cgroup::cgroup_memory, container_spec::ContainerSpec, container_table::container_memory,
            eviction::Eviction, group_events::GroupEvents, mac_footprint::mac_footprint, machine_memory::MachineMemory,
            oom_report::OomReport, perf_report::PerfReport, pod_metrics::pod_metrics, process_list::process_list,
            process_memory::ProcessMemory, server_status::server_status, unit_properties::unit_properties,
            unit_status::unit_status,
        },
        printed_profile::LARGEST_OUTPUT,
        profile_index::ProfileIndex,
        words::{amounts::Amounts, goroutine_counts::goroutine_counts, stated::StatedMemory},
    },
};

/// What was printed, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolOutput {
    /// The file, and the part of it.
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) printout: Printout,
}

impl ToolOutput {
    /// The amounts of memory in a whole text: what a shipper put before each line tells their order.
    pub(crate) fn amounts(artifact: &Artifact) -> Option<Self> {
        let found = Amounts::find_in(&artifact.bytes, &artifact.name);
        (!found.is_empty()).then(|| Self::of_file(&artifact.name, Printout::Amounts(found)))
    }

    /// What a whole text says over time; how many goroutines there are only where nothing else was read of it: other formats have
    /// that too.
    pub(crate) fn over_time(artifact: &Artifact, is_unread: bool) -> Vec<Self> {
        let goroutines = is_unread.then(|| Self::goroutines(artifact)).flatten();
        Self::amounts(artifact).into_iter().chain(goroutines).collect()
    }

    fn goroutines(artifact: &Artifact) -> Option<Self> {
        let bytes = artifact.bytes.as_slice();
        let is_text = bytes.len() <= LARGEST_OUTPUT && looks_like_text(bytes);
        let counts = is_text.then(|| goroutine_counts(&String::from_utf8_lossy(bytes))).flatten()?;
        Some(Self::of_file(&artifact.name, Printout::Goroutines(counts)))
    }

    /// What Go code beside readings says of them.
    pub(crate) fn add_code(outputs: &mut [Self], deletes_of_map: bool) {
        for output in outputs {
            if let Printout::Stated(memory) = &mut output.printout {
                memory.deletes_of_map = deletes_of_map;
            }
        }
    }

    /// What is of a whole file.
    pub(crate) fn of_file(file: &str, printout: Printout) -> Self {
        Self { file: file.to_owned(), name: file.to_owned(), printout }
    }
}

/// What it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Printout {
    Process(ProcessMemory),
    Machine(MachineMemory),
    Scavenger(Scavenger),
    ScavengerTrace(ScavengerTrace),
    Listing(Listing),
    Logged(LoggedMemory),
    Stated(StatedMemory),
    OomReport(OomReport),
    Eviction(Eviction),
    Spec(ContainerSpec),
    Limiter(MemoryLimiter),
    Refused(Refused),
    Perf(PerfReport),
    GroupEvents(GroupEvents),
    Index(ProfileIndex),
    Benchmarks(BenchmarkTable),
    /// Of one thing each, over time.
    Amounts(Vec<Amounts>),
    /// How many goroutines there are, over time.
    Goroutines(Vec<f64>),
}

impl Printout {
    /// All that a text has, but readings of `runtime.MemStats` in a person's own form, and amounts, which go by the times of a whole text.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        let mut all: Vec<Self> = ProcessMemory::find(text).into_iter().map(Self::Process).collect();
        all.extend(process_list(text).map(Self::Process));
        all.extend(container_memory(text).map(Self::Process));
        all.extend(pod_metrics(text).map(Self::Process));
        all.extend(ContainerSpec::find(text).map(Self::Spec));
        all.extend(mac_footprint(text).map(Self::Process));
        all.extend(server_status(text).map(Self::Process));
        all.extend(unit_status(text).map(Self::Process));
        all.extend(unit_properties(text).map(Self::Process));
        all.extend(Eviction::find(text).map(Self::Eviction));
        all.extend(cgroup_memory(text).map(Self::Process));
        all.extend(MachineMemory::find(text).map(Self::Machine));
        all.extend(Scavenger::find(text).map(Self::Scavenger));
        all.extend(ScavengerTrace::find(text).map(Self::ScavengerTrace));
        all.extend(LoggedMemory::find(text).map(Self::Logged));
        all.extend(MemoryLimiter::find(text).map(Self::Limiter));
        all.extend(Refused::find(text).map(Self::Refused));
        all.extend(PerfReport::find(text).map(Self::Perf));
        all.extend(GroupEvents::find(text).map(Self::GroupEvents));
        all.extend(OomReport::find(text).map(Self::OomReport));
        all.extend(ProfileIndex::find(text).map(Self::Index));
        all.extend(BenchmarkTable::find(text).map(Self::Benchmarks));
        all.extend(Listing::find(text).into_iter().map(Self::Listing));
        all
    }
}
