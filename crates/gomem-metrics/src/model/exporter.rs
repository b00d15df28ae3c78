//! Who exports a program's metrics, and what can be asked of it.

/// Who exports a program's metrics: what is missing is called as the exporter calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Exporter {
    /// client_golang, or another that has its names.
    #[default]
    Prometheus,
    /// OpenTelemetry's runtime instrumentation, through whatever it is exported by.
    OpenTelemetry,
}

impl Exporter {
    /// By the names that its metrics are known by.
    pub(crate) fn from_names<'a>(mut known_names: impl Iterator<Item = &'a str>) -> Self {
        let (mut is_otel, mut is_other) = (false, false);
        known_names.by_ref().for_each(|name| {
            is_otel |= ["go_memory_used_bytes", "go_memory_gc_goal_bytes", "go_goroutine_count"].contains(&name);
            is_other |= name.starts_with("go_memstats_") || name.starts_with("go_gc_");
        });
        if is_otel && !is_other { Self::OpenTelemetry } else { Self::Prometheus }
    }

    /// What to enable there to have the metric that client_golang calls so; the same where the exporter has none.
    pub(crate) fn name_of(self, metric: &'static str) -> &'static str {
        match self {
            Self::Prometheus => metric,
            Self::OpenTelemetry => match metric {
                "go_gc_duration_seconds_count" => "go.memory.gc.cycles",
                "go_gc_duration_seconds_sum" => "go.memory.gc.pause.duration",
                "go_memstats_next_gc_bytes" => "go.memory.gc.goal",
                "go_memstats_alloc_bytes_total" => "go.memory.allocated",
                "go_memstats_mallocs_total" => "go.memory.allocations",
                "go_goroutines" => "go.goroutine.count",
                "go_gc_gogc_percent" => "go.config.gogc",
                "go_gc_gomemlimit_bytes" => "go.memory.limit",
                "process_resident_memory_bytes" => "process.memory.usage",
                "process_cpu_seconds_total" => "process.cpu.time",
                name if name.starts_with("go_cpu_classes_") => "go.cpu.time",
                name if name.starts_with("go_memstats_") => "go.memory.used with go.memory.detailed_type",
                name => name,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exporters_are_known_by_their_names() {
        let otel = Exporter::from_names(["go_memory_gc_goal_bytes", "process_cpu_seconds_total"].into_iter());
        assert_eq!(otel, Exporter::OpenTelemetry);
        assert_eq!(otel.name_of("go_cpu_classes_total_cpu_seconds_total"), "go.cpu.time");
        assert_eq!(
            Exporter::from_names(["go_memstats_sys_bytes", "go_goroutine_count"].into_iter()),
            Exporter::Prometheus
        );
    }
}
