//! Other collectors' names for what client_golang exports.

use std::{borrow::Cow, collections::BTreeSet};

use super::quantity::Quantity;
use crate::decode::snake_case;

/// The name under which [`Quantity::sources`] knows a metric; `None` for what is not about the Go runtime.
///
/// | collector | name | known as |
/// |---|---|---|
/// | `runtime/metrics` | `/gc/heap/live:bytes` | `go_gc_heap_live_bytes` |
/// | OpenTelemetry | `go.memory.gc.goal` | `go_memory_gc_goal_bytes` |
/// | OpenTelemetry before 2024 | `process.runtime.go.mem.heap_alloc` | `go_memstats_heap_alloc_bytes` |
/// | Datadog | `runtime.go.mem_stats.heap_alloc` | `go_memstats_heap_alloc_bytes` |
/// | expvar, `heap?debug=1` | `memstats.HeapAlloc` | `go_memstats_heap_alloc_bytes` |
/// | Telegraf, of itself | `internal_memstats_heap_alloc_bytes` | `go_memstats_heap_alloc_bytes` |
/// | OpenTelemetry's collector, of itself | `otelcol_process_runtime_heap_alloc_bytes` | `go_memstats_heap_alloc_bytes` |
/// | Elastic's APM and Metricbeat | `golang.heap.allocations.allocated` | `go_memstats_heap_alloc_bytes` |
/// | Elastic's Beats, of themselves | `beat.memstats.memory_alloc` | `go_memstats_heap_alloc_bytes` |
pub(crate) fn known_name(metric: &str) -> Option<Cow<'_, str>> {
    if is_source(metric) {
        return Some(Cow::Borrowed(metric));
    }
    if let Some((_, known)) = OTHERS.iter().find(|(other, _)| *other == metric) {
        return Some(Cow::Borrowed(known));
    }
    // The collector's own metrics have their unit and `_total`, or not, by its version.
    if let Some(name) = metric.strip_prefix("otelcol_process_") {
        let is_it = |(own, _): &&(&str, &str)| {
            name.strip_prefix(own).is_some_and(|end| ["", "_total", "_bytes", "_bytes_total"].contains(&end))
        };
        return OF_COLLECTOR.iter().find(is_it).map(|(_, known)| Cow::Borrowed(*known));
    }
    let flat = match metric.strip_prefix("memstats.") {
        Some(field) => format!("go_memstats_{}", snake_case(field)),
        None => {
            let flat = metric.replace(['.', '/', ':', '-'], "_");
            let renamed = PREFIXES.iter().find_map(|(from, to)| Some(format!("{to}{}", flat.strip_prefix(from)?)));
            renamed.unwrap_or(flat)
        }
    };
    // Exporters append the unit, and `_total` to counters; the names at the source have neither.
    ["", "_bytes", "_total", "_bytes_total", "_percent", "_seconds_total"]
        .iter()
        .map(|suffix| format!("{flat}{suffix}"))
        .find(|name| is_source(name))
        .map(Cow::Owned)
}

/// What to divide its values by to have seconds and bytes.
pub(crate) fn divisor(metric: &str) -> f64 {
    if metric.ends_with("Ns") || metric.ends_with("_ns") || metric.ends_with("_ns_total") { 1e9 } else { 1.0 }
}

/// Whether it is about a container, and exported by its node or cluster rather than by the program.
pub(crate) fn is_of_container(metric: &str) -> bool {
    Quantity::OF_CONTAINER.iter().any(|quantity| names(*quantity).any(|name| name == metric))
}

/// What stands before the runtime's names in all of `metrics`, as `myapp_` before `myapp_go_goroutines`: where the names
/// alone say nothing, and several of them do without it.
pub(crate) fn common_prefix<'a>(metrics: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let is_known = |name: &str| known_name(name).is_some() && !name.starts_with("process_") && !is_of_container(name);
    if metrics.clone().any(is_known) {
        return None;
    }
    let mut counts: Vec<(&str, BTreeSet<&str>)> = Vec::new();
    for metric in metrics {
        let begins = ["go_", "go.", "process_runtime_go_"].iter().flat_map(|word| metric.match_indices(word));
        for (at, _) in begins.filter(|(at, _)| *at > 0) {
            let (prefix, name) = metric.split_at(at);
            if !prefix.ends_with(['_', '.', ':', '-']) || known_name(name).is_none() {
                continue;
            }
            let place = counts.iter().position(|(known, _)| *known == prefix);
            if let Some(place) = place {
                counts[place].1.insert(name);
            } else if counts.len() < MOST_PREFIXES {
                counts.push((prefix, BTreeSet::from([name])));
            }
        }
    }
    let most = counts.into_iter().max_by_key(|(_, names)| names.len())?;
    (most.1.len() >= FEWEST_NAMES).then_some(most.0)
}

fn names(quantity: Quantity) -> impl Iterator<Item = &'static str> {
    let name = |term: &&'static str| term.split_once('{').map_or(*term, |(name, _)| name);
    quantity.sources().iter().flat_map(move |terms| terms.iter().map(name))
}

fn is_source(metric: &str) -> bool {
    Quantity::ALL.iter().any(|quantity| names(*quantity).any(|name| name == metric))
}

const MOST_PREFIXES: usize = 64;
const FEWEST_NAMES: usize = 3;

const PREFIXES: [(&str, &str); 6] = [
    ("_", "go_"),
    ("internal_memstats_", "go_memstats_"),
    ("process_runtime_go_mem_", "go_memstats_"),
    ("runtime_go_mem_stats_", "go_memstats_"),
    ("runtime_go_metrics_", "go_"),
    ("process_runtime_go_", "go_"),
];

/// Names that follow no rule.
const OTHERS: [(&str, &str); 41] = [
    ("memstats.TotalAlloc", "go_memstats_alloc_bytes_total"),
    ("memstats.NumGC", "go_gc_duration_seconds_count"),
    ("memstats.NumForcedGC", "go_memstats_num_forced_gc"),
    ("memstats.PauseTotalNs", "go_gc_duration_seconds_sum"),
    ("memstats.HeapObjects", "go_memstats_heap_objects"),
    ("process.runtime.go.gc.count", "go_gc_duration_seconds_count"),
    ("process_runtime_go_gc_count_total", "go_gc_duration_seconds_count"),
    ("process_runtime_go_gc_count", "go_gc_duration_seconds_count"),
    ("process.runtime.go.gc.pause_total_ns", "go_gc_duration_seconds_sum"),
    ("process_runtime_go_gc_pause_total_ns", "go_gc_duration_seconds_sum"),
    ("runtime.go.mem_stats.total_alloc", "go_memstats_alloc_bytes_total"),
    ("runtime.go.mem_stats.num_gc", "go_gc_duration_seconds_count"),
    ("runtime.go.mem_stats.pause_total_ns", "go_gc_duration_seconds_sum"),
    ("runtime.go.num_goroutine", "go_goroutines"),
    ("goroutines", "go_goroutines"),
    ("NumGoroutine", "go_goroutines"),
    ("memstats.NumGoroutine", "go_goroutines"),
    ("memstats.HeapInUse", "go_memstats_heap_inuse_bytes"),
    ("internal_memstats_heap_in_use_bytes", "go_memstats_heap_inuse_bytes"),
    ("internal_memstats_total_alloc_bytes", "go_memstats_alloc_bytes_total"),
    ("internal_memstats_num_gc", "go_gc_duration_seconds_count"),
    ("beat.memstats.memory_alloc", "go_memstats_heap_alloc_bytes"),
    ("beat.memstats.memory_total", "go_memstats_alloc_bytes_total"),
    ("beat.memstats.gc_next", "go_memstats_next_gc_bytes"),
    ("beat.memstats.rss", "process_resident_memory_bytes"),
    ("beat.runtime.goroutines", "go_goroutines"),
    ("Go/Runtime/Goroutines", "go_goroutines"),
    ("golang.goroutines", "go_goroutines"),
    ("golang.heap.allocations.allocated", "go_memstats_heap_alloc_bytes"),
    ("golang.heap.allocations.active", "go_memstats_heap_inuse_bytes"),
    ("golang.heap.allocations.idle", "go_memstats_heap_idle_bytes"),
    ("golang.heap.allocations.total", "go_memstats_alloc_bytes_total"),
    ("golang.heap.allocations.mallocs", "go_memstats_mallocs_total"),
    ("golang.heap.allocations.frees", "go_memstats_frees_total"),
    ("golang.heap.gc.next_gc_limit", "go_memstats_next_gc_bytes"),
    ("golang.heap.gc.total_count", "go_gc_duration_seconds_count"),
    ("golang.heap.system.total", "go_memstats_sys_bytes"),
    ("golang.heap.system.obtained", "go_memstats_heap_sys_bytes"),
    ("golang.heap.system.released", "go_memstats_heap_released_bytes"),
    ("golang.heap.system.stack", "go_memstats_stack_inuse_bytes"),
    ("system.process.memory.rss.bytes", "process_resident_memory_bytes"),
];

/// What OpenTelemetry's collector says of itself, behind `otelcol_process_`.
const OF_COLLECTOR: [(&str, &str); 5] = [
    ("runtime_heap_alloc_bytes", "go_memstats_heap_alloc_bytes"),
    ("runtime_total_alloc_bytes", "go_memstats_alloc_bytes_total"),
    ("runtime_total_sys_memory_bytes", "go_memstats_sys_bytes"),
    ("memory_rss", "process_resident_memory_bytes"),
    ("cpu_seconds", "process_cpu_seconds_total"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collector_is_understood() {
        for (metric, known) in [
            ("go_goroutines", "go_goroutines"),
            ("/gc/heap/live:bytes", "go_gc_heap_live_bytes"),
            ("/gc/cycles/total:gc-cycles", "go_gc_cycles_total_gc_cycles_total"),
            ("/cpu/classes/gc/total:cpu-seconds", "go_cpu_classes_gc_total_cpu_seconds_total"),
            ("/sched/gomaxprocs:threads", "go_sched_gomaxprocs_threads"),
            ("go.memory.gc.goal", "go_memory_gc_goal_bytes"),
            ("go.memory.used", "go_memory_used_bytes"),
            ("go.memory.allocated", "go_memory_allocated_bytes_total"),
            ("go.goroutine.count", "go_goroutine_count"),
            ("go.config.gogc", "go_config_gogc_percent"),
            ("process.runtime.go.mem.heap_alloc", "go_memstats_heap_alloc_bytes"),
            ("process.runtime.go.goroutines", "go_goroutines"),
            ("runtime.go.mem_stats.next_gc", "go_memstats_next_gc_bytes"),
            ("memstats.HeapReleased", "go_memstats_heap_released_bytes"),
            ("otelcol_process_runtime_total_alloc_bytes_total", "go_memstats_alloc_bytes_total"),
            ("otelcol_process_memory_rss", "process_resident_memory_bytes"),
            ("internal_memstats_heap_in_use_bytes", "go_memstats_heap_inuse_bytes"),
            ("internal_memstats_mallocs", "go_memstats_mallocs_total"),
            ("memstats.MSpanSys", "go_memstats_mspan_sys_bytes"),
            ("memstats.BuckHashSys", "go_memstats_buck_hash_sys_bytes"),
            ("memstats.GCSys", "go_memstats_gc_sys_bytes"),
            ("memstats.NextGC", "go_memstats_next_gc_bytes"),
            ("memstats.Mallocs", "go_memstats_mallocs_total"),
            ("memstats.StackInuse", "go_memstats_stack_inuse_bytes"),
            ("golang.heap.gc.next_gc_limit", "go_memstats_next_gc_bytes"),
            ("runtime.go.metrics.gc_heap_live.bytes", "go_gc_heap_live_bytes"),
        ] {
            assert_eq!(known_name(metric).as_deref(), Some(known), "{metric}");
        }
        let common = |names: &[&'static str]| common_prefix(names.iter().copied());
        assert_eq!(common(&["a_go_goroutines", "a_go_threads", "a_go_memstats_sys_bytes", "b"]), Some("a_"));
        assert_eq!(common(&["a_go_goroutines", "a_go_threads", "a_go_memstats_sys_bytes", "go_goroutines"]), None);
        assert_eq!(common(&["a_go_goroutines", "a_go_threads"]), None);
        assert_eq!(known_name("http_requests_total"), None);
        assert_eq!(known_name("_"), None);
    }
}
