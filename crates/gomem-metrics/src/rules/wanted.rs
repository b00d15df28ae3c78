//! Metrics that rules ask for and client_golang exports only when asked to.

pub(super) const GC_CPU: &str = "go_cpu_classes_gc_total_cpu_seconds_total";
pub(super) const TOTAL_CPU: &str = "go_cpu_classes_total_cpu_seconds_total";
pub(super) const IDLE_CPU: &str = "go_cpu_classes_idle_cpu_seconds_total";
pub(super) const IDLE_MARK_CPU: &str = "go_cpu_classes_gc_mark_idle_cpu_seconds_total";
pub(super) const ASSIST_CPU: &str = "go_cpu_classes_gc_mark_assist_cpu_seconds_total";
pub(super) const LIVE: &str = "go_gc_heap_live_bytes";
pub(super) const FORCED: &str = "go_gc_cycles_forced_gc_cycles_total";
pub(super) const CYCLES: &str = "go_gc_duration_seconds_count";
