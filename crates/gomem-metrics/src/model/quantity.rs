//! The quantities of a Go program, and the metrics that give them.

use gomem_table::Unit;

macro_rules! quantities {
    ($($variant:ident $name:literal $unit:ident $doc:literal: $($source:expr),+;)+) => {
        /// One quantity of the Go runtime, or of its process.
        ///
        /// ```
        /// # let mut metrics = gomem_metrics::Metrics::new();
        /// # for second in 0..5 {
        /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
        /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
        /// # }
        /// # let state = metrics.state();
        /// use gomem_metrics::Quantity;
        ///
        /// assert_eq!(Quantity::HeapObjectsBytes.unit(), gomem_table::Unit::Bytes);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Quantity {
            $(#[doc = $doc] $variant,)+
        }

        impl Quantity {
            /// All quantities, in the order of `GoState`'s columns.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its column name; the unit is its end.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Its unit.
            #[must_use]
            pub fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit),+ }
            }

            /// What it is, in a few words.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            /// The metrics that give it, the best first; the terms of one are added. `name{value}` is the series of that
            /// name with a label of that value.
            pub(crate) fn sources(self) -> &'static [&'static [&'static str]] {
                match self { $(Self::$variant => &[$(&$source),+]),+ }
            }

            /// What a metric gives by itself.
            pub(crate) fn from_metric(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|quantity| quantity.sources().iter().any(|terms| **terms == [name]))
            }
        }
    };
}

// The names are those of client_golang (`go_memstats_*` of its default collector, `go_*` of its runtime/metrics one) and
// of OpenTelemetry's Go runtime instrumentation as Prometheus shows it.
quantities! {
    HeapObjectsBytes "heap_objects_bytes" Bytes "Objects on the heap, live or not yet swept (`HeapAlloc`).":
        ["go_memstats_heap_alloc_bytes"], ["go_memstats_alloc_bytes"], ["go_memory_classes_heap_objects_bytes"];
    AllocTotalBytes "alloc_total_bytes" Bytes "All bytes allocated since the start.":
        ["go_memstats_alloc_bytes_total"], ["go_gc_heap_allocs_bytes_total"], ["go_memory_allocated_bytes_total"];
    MallocsTotal "mallocs_total" Count "All objects allocated since the start.":
        ["go_memstats_mallocs_total"], ["go_gc_heap_allocs_objects_total"], ["go_memory_allocations_total"];
    FreesTotal "frees_total" Count "All objects freed since the start.":
        ["go_memstats_frees_total"], ["go_gc_heap_frees_objects_total"];
    HeapObjects "heap_objects" Count "Objects on the heap, live or not yet swept.":
        ["go_memstats_heap_objects"], ["go_gc_heap_objects_objects"];
    HeapLiveBytes "heap_live_bytes" Bytes "What the last GC marked live.":
        ["go_gc_heap_live_bytes"];
    HeapGoalBytes "heap_goal_bytes" Bytes "The heap size at which the next GC ends.":
        ["go_memstats_next_gc_bytes"], ["go_gc_heap_goal_bytes"], ["go_memory_gc_goal_bytes"];
    HeapInuseBytes "heap_inuse_bytes" Bytes "Spans in use: objects and the free slots between them.":
        ["go_memstats_heap_inuse_bytes"],
        ["go_memory_classes_heap_objects_bytes", "go_memory_classes_heap_unused_bytes"];
    HeapIdleBytes "heap_idle_bytes" Bytes "Spans without objects, returned to the system or not.":
        ["go_memstats_heap_idle_bytes"],
        ["go_memory_classes_heap_free_bytes", "go_memory_classes_heap_released_bytes"];
    HeapReleasedBytes "heap_released_bytes" Bytes "Idle spans returned to the system.":
        ["go_memstats_heap_released_bytes"], ["go_memory_classes_heap_released_bytes"],
        ["go_memstats_heap_released_bytes_total"];
    HeldBytes "held_bytes" Bytes "What the runtime holds of the system's memory: all that it mapped, less what it returned.":
        ["go_memory_used_bytes{stack}", "go_memory_used_bytes{other}"];
    HeapSysBytes "heap_sys_bytes" Bytes "Address space of the heap.": ["go_memstats_heap_sys_bytes"];
    StackInuseBytes "stack_inuse_bytes" Bytes "Goroutine stacks.":
        ["go_memstats_stack_inuse_bytes"], ["go_memory_classes_heap_stacks_bytes"], ["go_memory_used_bytes{stack}"];
    StackSysBytes "stack_sys_bytes" Bytes "Goroutine stacks and those of the system's threads.":
        ["go_memstats_stack_sys_bytes"],
        ["go_memory_classes_heap_stacks_bytes", "go_memory_classes_os_stacks_bytes"];
    MspanSysBytes "mspan_sys_bytes" Bytes "Span records.":
        ["go_memstats_mspan_sys_bytes"],
        ["go_memory_classes_metadata_mspan_inuse_bytes", "go_memory_classes_metadata_mspan_free_bytes"];
    McacheSysBytes "mcache_sys_bytes" Bytes "Per-processor caches.":
        ["go_memstats_mcache_sys_bytes"],
        ["go_memory_classes_metadata_mcache_inuse_bytes", "go_memory_classes_metadata_mcache_free_bytes"];
    BuckHashSysBytes "buck_hash_sys_bytes" Bytes "The profiler's own tables.":
        ["go_memstats_buck_hash_sys_bytes"], ["go_memory_classes_profiling_buckets_bytes"];
    GcSysBytes "gc_sys_bytes" Bytes "The GC's own tables.":
        ["go_memstats_gc_sys_bytes"], ["go_memory_classes_metadata_other_bytes"];
    OtherSysBytes "other_sys_bytes" Bytes "Other memory of the runtime.":
        ["go_memstats_other_sys_bytes"], ["go_memory_classes_other_bytes"];
    SysBytes "sys_bytes" Bytes "All memory the runtime ever mapped, returned or not; it practically never falls.":
        ["go_memstats_sys_bytes"], ["go_memory_classes_total_bytes"];
    GcCyclesTotal "gc_cycles_total" Count "GC cycles since the start.":
        ["go_gc_cycles_total_gc_cycles_total"], ["go_gc_duration_seconds_count"], ["go_memory_gc_cycles_total"];
    ForcedGcCyclesTotal "forced_gc_cycles_total" Count "GC cycles that the program asked for.":
        ["go_gc_cycles_forced_gc_cycles_total"], ["go_memstats_num_forced_gc"];
    GcPauseTotalSeconds "gc_pause_total_seconds" Seconds "Stop-the-world time of all GC cycles.":
        ["go_gc_duration_seconds_sum"];
    StopsTotal "stops_total" Count "Times that the GC stopped the world.":
        ["go_sched_pauses_stopping_gc_seconds_count"];
    SlowStopsTotal "slow_stops_total" Count "Those of them in which stopping alone took more than about 10 ms.":
        ["go_sched_pauses_stopping_gc_seconds_bucket"];
    GogcPercent "gogc_percent" Percent "`GOGC`; infinite when it is off.":
        ["go_gc_gogc_percent"], ["go_config_gogc_percent"];
    MemoryLimitBytes "memory_limit_bytes" Bytes "`GOMEMLIMIT`; infinite when there is none.":
        ["go_gc_gomemlimit_bytes"], ["go_memory_limit_bytes"];
    Gomaxprocs "gomaxprocs" Count "`GOMAXPROCS`.": ["go_sched_gomaxprocs_threads"], ["go_processor_limit"];
    Goroutines "goroutines" Count "Goroutines.":
        ["go_goroutines"], ["go_sched_goroutines_goroutines"], ["go_goroutine_count"];
    GoroutinesRunning "goroutines_running" Count "Goroutines that run.":
        ["go_sched_goroutines_running_goroutines"];
    GoroutinesRunnable "goroutines_runnable" Count "Goroutines that could run and wait for a processor.":
        ["go_sched_goroutines_runnable_goroutines"];
    GoroutinesWaiting "goroutines_waiting" Count "Goroutines that wait for something.":
        ["go_sched_goroutines_waiting_goroutines"];
    GoroutinesNotInGo "goroutines_not_in_go" Count "Goroutines in the system's calls or in cgo.":
        ["go_sched_goroutines_not_in_go_goroutines"];
    GoroutinesCreatedTotal "goroutines_created_total" Count "Goroutines ever created.":
        ["go_sched_goroutines_created_goroutines_total"];
    FinalizersQueuedTotal "finalizers_queued_total" Count "Finalizers that became due.":
        ["go_gc_finalizers_queued_finalizers_total"];
    FinalizersExecutedTotal "finalizers_executed_total" Count "Finalizers that ran.":
        ["go_gc_finalizers_executed_finalizers_total"];
    CleanupsQueuedTotal "cleanups_queued_total" Count "Cleanups that became due.":
        ["go_gc_cleanups_queued_cleanups_total"];
    CleanupsExecutedTotal "cleanups_executed_total" Count "Cleanups that ran.":
        ["go_gc_cleanups_executed_cleanups_total"];
    Threads "threads" Count "Threads ever created.": ["go_threads"];
    ThreadsNow "threads_now" Count "Threads there are.": ["go_sched_threads_total_threads"];
    GcCpuSeconds "gc_cpu_seconds" Seconds "CPU time of GC, idle-time marking included; moves at the end of a cycle.":
        ["go_cpu_classes_gc_total_cpu_seconds_total"];
    GcAssistCpuSeconds "gc_assist_cpu_seconds" Seconds "CPU time of goroutines that marked while allocating.":
        ["go_cpu_classes_gc_mark_assist_cpu_seconds_total"];
    GcIdleCpuSeconds "gc_idle_cpu_seconds" Seconds "CPU time of marking on processors that had nothing else to do.":
        ["go_cpu_classes_gc_mark_idle_cpu_seconds_total"];
    IdleCpuSeconds "idle_cpu_seconds" Seconds "CPU time that was there and not used.":
        ["go_cpu_classes_idle_cpu_seconds_total"];
    TotalCpuSeconds "total_cpu_seconds" Seconds "`GOMAXPROCS` × wall time, as of the last GC cycle.":
        ["go_cpu_classes_total_cpu_seconds_total"];
    LimiterLastEnabledCycle "limiter_last_enabled_cycle" None "The cycle in which the GC CPU limiter last acted; 0: never.":
        ["go_gc_limiter_last_enabled_gc_cycle"];
    ScanHeapBytes "scan_heap_bytes" Bytes "Heap that has to be scanned.": ["go_gc_scan_heap_bytes"];
    ScanStackBytes "scan_stack_bytes" Bytes "Stacks that were scanned.": ["go_gc_scan_stack_bytes"];
    ScanGlobalsBytes "scan_globals_bytes" Bytes "Globals that have to be scanned.": ["go_gc_scan_globals_bytes"];
    ProcessCpuSeconds "process_cpu_seconds" Seconds "CPU time of the process.": ["process_cpu_seconds_total"];
    ResidentBytes "resident_bytes" Bytes "Resident memory of the process.": ["process_resident_memory_bytes"];
    StartTimeSeconds "start_time_seconds" Seconds "When the process started, since the Unix epoch.":
        ["process_start_time_seconds"];
    ContainerLimitBytes "container_limit_bytes" Bytes "What the container may use, as its node or cluster says.":
        ["container_spec_memory_limit_bytes"], ["kube_pod_container_resource_limits{memory}"];
    ContainerUsedBytes "container_used_bytes" Bytes "What counts towards that limit, page cache included (the working set).":
        ["container_memory_working_set_bytes"];
    ContainerAnonBytes "container_anon_bytes" Bytes "What of it the container's processes hold themselves, without pages of files.":
        ["container_memory_rss"];
    ContainerKillsTotal "container_kills_total" Count "How often the kernel killed in the container for want of memory.":
        ["container_oom_events_total"];
    ContainerRestartsTotal "container_restarts_total" Count "How often the cluster started the container again.":
        ["kube_pod_container_status_restarts_total"];
}

impl Quantity {
    /// What nodes and clusters say of the container, rather than the program of itself.
    pub(crate) const OF_CONTAINER: [Self; 5] = [
        Self::ContainerLimitBytes,
        Self::ContainerUsedBytes,
        Self::ContainerAnonBytes,
        Self::ContainerKillsTotal,
        Self::ContainerRestartsTotal,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_unit() {
        for quantity in Quantity::ALL {
            let end = match quantity.unit() {
                Unit::Bytes => "_bytes",
                Unit::Seconds => "_seconds",
                Unit::Percent => "_percent",
                _ => "",
            };
            assert!(quantity.name().ends_with(end), "{quantity:?}");
        }
    }
}
