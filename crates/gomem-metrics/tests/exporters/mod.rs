//! A scrape of client_golang with all metrics, as other exporters would have shown the same moment.

#![allow(dead_code, reason = "each test uses its part")]

/// As OpenTelemetry's runtime instrumentation has it, through its Prometheus exporter.
pub(crate) fn opentelemetry(scrape: &str) -> String {
    let values = Values(scrape);
    let mut text = String::new();
    let mut put = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            text.push_str(&format!("{name} {value}\n"));
        }
    };
    let stacks = values.of("go_memstats_stack_inuse_bytes");
    let held = values.of("go_memstats_sys_bytes").zip(values.of("go_memstats_heap_released_bytes"));
    let other = held.zip(stacks).map(|((sys, released), stacks)| sys - released - stacks);
    put("go_memory_used_bytes{go_memory_type=\"stack\"}", stacks);
    put("go_memory_used_bytes{go_memory_type=\"other\"}", other);
    // It is absent where there is no limit.
    let limit = values.of("go_gc_gomemlimit_bytes").filter(|limit| *limit < 9e18);
    put("go_memory_limit_bytes", limit);
    for (name, source) in [
        ("go_memory_allocated_bytes_total", "go_memstats_alloc_bytes_total"),
        ("go_memory_allocations_total", "go_memstats_mallocs_total"),
        ("go_memory_gc_goal_bytes", "go_memstats_next_gc_bytes"),
        ("go_goroutine_count", "go_goroutines"),
        ("go_processor_limit", "go_sched_gomaxprocs_threads"),
        ("go_config_gogc_percent", "go_gc_gogc_percent"),
    ] {
        put(name, values.of(source));
    }
    text
}

/// As `/debug/vars` has it: `runtime.MemStats` and nothing else.
pub(crate) fn expvar(scrape: &str) -> String {
    let values = Values(scrape);
    let fields: Vec<String> = [
        ("Alloc", "go_memstats_alloc_bytes", 1.0),
        ("TotalAlloc", "go_memstats_alloc_bytes_total", 1.0),
        ("Sys", "go_memstats_sys_bytes", 1.0),
        ("Mallocs", "go_memstats_mallocs_total", 1.0),
        ("Frees", "go_memstats_frees_total", 1.0),
        ("HeapAlloc", "go_memstats_heap_alloc_bytes", 1.0),
        ("HeapSys", "go_memstats_heap_sys_bytes", 1.0),
        ("HeapIdle", "go_memstats_heap_idle_bytes", 1.0),
        ("HeapInuse", "go_memstats_heap_inuse_bytes", 1.0),
        ("HeapReleased", "go_memstats_heap_released_bytes", 1.0),
        ("HeapObjects", "go_memstats_heap_objects", 1.0),
        ("StackInuse", "go_memstats_stack_inuse_bytes", 1.0),
        ("StackSys", "go_memstats_stack_sys_bytes", 1.0),
        ("MSpanInuse", "go_memstats_mspan_inuse_bytes", 1.0),
        ("MSpanSys", "go_memstats_mspan_sys_bytes", 1.0),
        ("BuckHashSys", "go_memstats_buck_hash_sys_bytes", 1.0),
        ("GCSys", "go_memstats_gc_sys_bytes", 1.0),
        ("OtherSys", "go_memstats_other_sys_bytes", 1.0),
        ("NextGC", "go_memstats_next_gc_bytes", 1.0),
        ("NumGC", "go_gc_duration_seconds_count", 1.0),
        ("NumForcedGC", "go_gc_cycles_forced_gc_cycles_total", 1.0),
        ("PauseTotalNs", "go_gc_duration_seconds_sum", 1e9),
    ]
    .iter()
    .filter_map(|(field, source, factor)| Some(format!("\"{field}\":{:.0}", values.of(source)? * factor)))
    .collect();
    format!("{{\"cmdline\":[\"service\"],\"memstats\":{{{}}}}}", fields.join(","))
}

/// The samples of a scrape without labels.
struct Values<'a>(&'a str);

impl Values<'_> {
    fn of(&self, name: &str) -> Option<f64> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.split(' ').next()?.parse().ok())
    }
}
