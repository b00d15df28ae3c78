//! One vocabulary over all the names under which Go programs export their runtime.

use std::collections::BTreeMap;

use gomem_table::{Column, Table, TableError, Unit};

use crate::metrics::{Metrics, Series};

/// The Go runtime's state over time: one row per target and scrape, in that order.
#[derive(Debug, Clone, Default)]
pub struct GoState {
    targets: Vec<String>,
    runs: Vec<u32>,
    times_ms: Vec<i64>,
    /// One column per [`Quantity`], in the order of [`Quantity::ALL`].
    columns: Vec<Vec<Option<f64>>>,
}

macro_rules! quantities {
    ($($variant:ident $name:literal $unit:ident $doc:literal: $($source:expr),+;)+) => {
        /// One quantity of the Go runtime, or of its process.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Quantity {
            $(#[doc = $doc] $variant,)+
        }

        impl Quantity {
            /// All quantities, in the order of [`GoState`]'s columns.
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

            /// The metrics that give it, the best first; the terms of one are added.
            fn sources(self) -> &'static [&'static [&'static str]] {
                match self { $(Self::$variant => &[$(&$source),+]),+ }
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
        ["go_memstats_heap_released_bytes"], ["go_memory_classes_heap_released_bytes"];
    HeapSysBytes "heap_sys_bytes" Bytes "Address space of the heap.": ["go_memstats_heap_sys_bytes"];
    StackInuseBytes "stack_inuse_bytes" Bytes "Goroutine stacks.":
        ["go_memstats_stack_inuse_bytes"], ["go_memory_classes_heap_stacks_bytes"];
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
        ["go_gc_cycles_total_gc_cycles_total"], ["go_gc_duration_seconds_count"];
    ForcedGcCyclesTotal "forced_gc_cycles_total" Count "GC cycles that the program asked for.":
        ["go_gc_cycles_forced_gc_cycles_total"];
    GcPauseTotalSeconds "gc_pause_total_seconds" Seconds "Stop-the-world time of all GC cycles.":
        ["go_gc_duration_seconds_sum"];
    GogcPercent "gogc_percent" Percent "`GOGC`; infinite when it is off.":
        ["go_gc_gogc_percent"], ["go_config_gogc_percent"];
    MemoryLimitBytes "memory_limit_bytes" Bytes "`GOMEMLIMIT`; infinite when there is none.":
        ["go_gc_gomemlimit_bytes"], ["go_memory_limit_bytes"];
    Gomaxprocs "gomaxprocs" Count "`GOMAXPROCS`.": ["go_sched_gomaxprocs_threads"], ["go_processor_limit"];
    Goroutines "goroutines" Count "Goroutines.":
        ["go_goroutines"], ["go_sched_goroutines_goroutines"], ["go_goroutine_count"];
    Threads "threads" Count "Threads ever created.": ["go_threads"];
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
}

impl GoState {
    pub(crate) fn of(metrics: &Metrics) -> Self {
        let mut targets: BTreeMap<String, Vec<&Series>> = BTreeMap::new();
        for series in metrics.series().iter().filter(|series| is_source(&series.metric)) {
            targets.entry(target_of(series)).or_default().push(series);
        }
        let mut state = Self { columns: vec![Vec::new(); Quantity::ALL.len()], ..Self::default() };
        for (target, series) in targets {
            state.push_target(&target, &series);
        }
        state
    }

    /// Rows: scrapes, over all targets.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.times_ms.len()
    }

    /// The target of each row: its `job`, `instance` and similar labels, empty when there are none.
    #[must_use]
    pub fn targets(&self) -> &[String] {
        &self.targets
    }

    /// The run of each row: counts up, from 0 for each target, when the process was restarted.
    #[must_use]
    pub fn runs(&self) -> &[u32] {
        &self.runs
    }

    /// The time of each row, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn times_ms(&self) -> &[i64] {
        &self.times_ms
    }

    /// One quantity over all rows; `None` where it is not exported.
    #[must_use]
    pub fn values(&self, quantity: Quantity) -> &[Option<f64>] {
        self.columns.get(quantity as usize).map_or(&[], Vec::as_slice)
    }

    /// The last known value of a quantity.
    #[must_use]
    pub fn last(&self, quantity: Quantity) -> Option<f64> {
        self.values(quantity).iter().rev().find_map(|&value| value)
    }

    /// The rows of each run of each target.
    #[must_use]
    pub fn segments(&self) -> Vec<std::ops::Range<usize>> {
        let mut segments: Vec<std::ops::Range<usize>> = Vec::new();
        for row in 0..self.rows() {
            let same = row > 0 && self.targets[row] == self.targets[row - 1] && self.runs[row] == self.runs[row - 1];
            match segments.last_mut() {
                Some(segment) if same => segment.end = row + 1,
                _ => segments.push(row..row + 1),
            }
        }
        segments
    }

    /// What a counter grew by within `rows`, which are of one run.
    #[must_use]
    pub fn increase(&self, quantity: Quantity, rows: std::ops::Range<usize>) -> Option<f64> {
        let values = self.values(quantity).get(rows)?;
        let known = |value: &Option<f64>| *value;
        Some(values.iter().rev().find_map(known)? - values.iter().find_map(known)?)
    }

    /// `target`, `run`, `time`, then one column per [`Quantity`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn to_table(&self) -> Result<Table, TableError> {
        let mut columns = vec![
            Column::strings("target", &self.targets),
            Column::int64("run", Unit::None, self.runs.iter().map(|&run| i64::from(run)).collect()),
            Column::timestamp("time", self.times_ms.clone()),
        ];
        columns.extend(Quantity::ALL.iter().map(|&quantity| {
            Column::optional_float64(quantity.name(), quantity.unit(), self.values(quantity).iter().copied())
        }));
        Table::new("state", columns)
    }

    fn push_target(&mut self, target: &str, series: &[&Series]) {
        let mut times: Vec<i64> = series.iter().flat_map(|series| series.times_ms.iter().copied()).collect();
        times.sort_unstable();
        times.dedup();
        let begin = self.times_ms.len();
        for &quantity in Quantity::ALL {
            let source = quantity.sources().iter().find_map(|terms| {
                terms
                    .iter()
                    .map(|&term| series.iter().copied().find(|series| series.metric == term))
                    .collect::<Option<Vec<_>>>()
            });
            let at = |time| {
                let terms = source.as_ref()?;
                let sum: f64 = terms.iter().map(|series| series.at(time)).sum::<Option<f64>>()?;
                meaning(quantity, sum)
            };
            self.columns[quantity as usize].extend(times.iter().map(|&time| at(time)));
        }
        self.targets.extend(std::iter::repeat_n(target.to_owned(), times.len()));
        self.times_ms.extend(times);
        let mut run = 0;
        for row in begin..self.times_ms.len() {
            run += u32::from(row > begin && self.restarted(row));
            self.runs.push(run);
        }
    }

    /// A process is another one when it started at another time, or a counter went back.
    fn restarted(&self, row: usize) -> bool {
        let pair = |quantity| {
            let values = self.values(quantity);
            Some((values[row - 1]?, values[row]?))
        };
        match pair(Quantity::StartTimeSeconds) {
            Some((before, after)) => (after - before).abs() > 1.0,
            None => [Quantity::AllocTotalBytes, Quantity::GcCyclesTotal]
                .into_iter()
                .filter_map(pair)
                .any(|(before, after)| after < before),
        }
    }
}

/// What a number stands for: NaN is a staleness marker, and the runtime writes "off" and "no limit" as the largest
/// integer it has.
fn meaning(quantity: Quantity, value: f64) -> Option<f64> {
    match quantity {
        _ if value.is_nan() => None,
        Quantity::GogcPercent if value >= u64::MAX as f64 || value < 0.0 => Some(f64::INFINITY),
        Quantity::MemoryLimitBytes if value >= i64::MAX as f64 => Some(f64::INFINITY),
        _ => Some(value),
    }
}

fn is_source(metric: &str) -> bool {
    let known = |quantity: &Quantity| quantity.sources().iter().any(|terms| terms.contains(&metric));
    Quantity::ALL.iter().any(known)
}

fn target_of(series: &Series) -> String {
    let labels: Vec<_> =
        TARGET_LABELS.iter().filter_map(|&name| series.label(name).map(|value| format!("{name}={value}"))).collect();
    labels.join(",")
}

/// The labels by which scrapers tell processes apart.
const TARGET_LABELS: [&str; 8] = ["cluster", "namespace", "job", "service", "pod", "container", "node", "instance"];

#[cfg(test)]
mod tests {
    use super::*;

    fn state(scrapes: &[&str]) -> GoState {
        let mut metrics = Metrics::new();
        for (time, scrape) in (0..).zip(scrapes) {
            metrics.push_scrape(time * 1000, scrape.as_bytes()).unwrap();
        }
        metrics.state()
    }

    #[test]
    fn naming_schemes_are_one() {
        let memstats = state(&["go_memstats_heap_inuse_bytes 30\ngo_memstats_next_gc_bytes 50\n"]);
        let classes = state(&["go_memory_classes_heap_objects_bytes 20\ngo_memory_classes_heap_unused_bytes 10\n\
                               go_gc_heap_goal_bytes 50\n"]);
        for quantity in [Quantity::HeapInuseBytes, Quantity::HeapGoalBytes] {
            assert_eq!(memstats.values(quantity), classes.values(quantity), "{quantity:?}");
        }
        assert_eq!(classes.last(Quantity::HeapInuseBytes), Some(30.0));
        assert_eq!(classes.last(Quantity::Goroutines), None);
    }

    #[test]
    fn sentinels_mean_off_no_limit_and_unknown() {
        let state =
            state(&["go_gc_gogc_percent 1.8446744073709552e+19\ngo_gc_gomemlimit_bytes 9.223372036854775807e+18\n\
                             go_goroutines NaN\n"]);
        assert_eq!(state.last(Quantity::GogcPercent), Some(f64::INFINITY));
        assert_eq!(state.last(Quantity::MemoryLimitBytes), Some(f64::INFINITY));
        assert_eq!(state.last(Quantity::Goroutines), None);
    }

    #[test]
    fn targets_and_restarts_split_the_rows() {
        let state = state(&[
            "go_memstats_alloc_bytes_total{instance=\"a\"} 5\ngo_memstats_alloc_bytes_total{instance=\"b\"} 9\n",
            "go_memstats_alloc_bytes_total{instance=\"a\"} 7\ngo_memstats_alloc_bytes_total{instance=\"b\"} 2\n",
        ]);
        assert_eq!(state.targets(), ["instance=a", "instance=a", "instance=b", "instance=b"]);
        assert_eq!(state.runs(), [0, 0, 0, 1]);
        assert_eq!(state.segments(), [0..2, 2..3, 3..4]);
        assert_eq!(state.increase(Quantity::AllocTotalBytes, 0..2), Some(2.0));
    }

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
        state(&["go_goroutines 1\n"]).to_table().unwrap();
    }
}
