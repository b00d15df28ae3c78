//! What comes in: scrapes, answers of servers, snapshots, and lines of a log. Nothing here remembers an earlier input.

mod api;
mod export;
mod exposition;
mod format;
mod gc_runs;
mod gctrace;
mod gctrace_line;
mod go_metrics;
mod influx;
mod json;
mod mem_stats;
mod mem_stats_log;
mod moment;
mod observation;
mod otlp;
mod promtool;
mod protobuf;
mod runtime_metrics;
mod runtime_trace;
mod trace_options;
mod victoria;

pub use exposition::{Dialect, Exposition, Extra, MetricType, Sample, SampleReader, ScrapeEnd};
pub use format::Format;
pub use gctrace::GcTrace;
pub use gctrace_line::GcTraceLine;
pub(crate) use gctrace_line::resolves_cost;
pub use runtime_trace::{RuntimeTrace, RuntimeTraceKind, RuntimeTraceLine, RuntimeTraceNumber};
pub use trace_options::TraceOptions;

pub(crate) use mem_stats_log::snake_case;
pub(crate) use moment::milliseconds_of;
pub(crate) use observation::{Observation, Observations, ObservedSeries, PAST_CYCLES, SharedLabels};
