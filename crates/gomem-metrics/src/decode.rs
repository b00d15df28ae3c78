//! What comes in: scrapes, answers of servers, snapshots, and lines of a log. Nothing here remembers an earlier input.

mod api;
mod exposition;
mod format;
mod gctrace;
mod json;
mod mem_stats;
mod observation;
mod promtool;
mod runtime_trace;
mod trace_options;

pub use exposition::{Dialect, Exposition, Extra, MetricType, Sample};
pub use format::Format;
pub use gctrace::{GcTrace, GcTraceLine};
pub use runtime_trace::{RuntimeTrace, RuntimeTraceKind, RuntimeTraceLine, RuntimeTraceNumber};
pub use trace_options::TraceOptions;

pub(crate) use observation::{Observation, Observations};
