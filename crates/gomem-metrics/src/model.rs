//! What was read, over time: series, the runtime's state by one vocabulary, its GC cycles, and where its memory is.

mod containers;
mod cycle;
mod exporter;
mod gc_run;
mod inferred_limit;
mod late;
mod lost_cycles;
mod metrics;
mod metrics_reader;
mod names;
mod quantity;
mod running_totals;
mod scrape_diagnostic;
mod scrape_time;
mod scrapes;
mod series;
mod state;
mod tables;
mod traced_gc;
mod waterfall;
mod window;

pub use cycle::{ObservedCycle, Regime};
pub use gc_run::GcRun;
pub use metrics::{Metrics, MetricsOptions};
pub use metrics_reader::MetricsReader;
pub use quantity::Quantity;
pub use scrape_diagnostic::ScrapeDiagnostic;
pub use scrapes::scrapes_of;
pub use series::{NativeHistogram, Series};
pub use state::GoState;
pub use traced_gc::{TracedGc, TracedPlace};
pub use waterfall::{Component, Waterfall, WaterfallPart};
pub use window::{Window, WindowEnd, WindowError};

pub(crate) use cycle::{MINIMUM_HEAP_BYTES, NO_GOAL_BYTES};
pub(crate) use exporter::Exporter;
