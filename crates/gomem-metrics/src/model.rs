//! What was read, over time: series, the runtime's state by one vocabulary, its GC cycles, and where its memory is.

mod cycle;
mod metrics;
mod names;
mod quantity;
mod running_totals;
mod series;
mod state;
mod waterfall;

pub use cycle::{ObservedCycle, Regime};
pub use metrics::{Metrics, ReadOptions, SERIES_SCHEMA};
pub use quantity::Quantity;
pub use series::{NativeHistogram, Series};
pub use state::GoState;
pub use waterfall::{Component, WATERFALL_SCHEMA, Waterfall, WaterfallPart};

pub(crate) use cycle::MINIMUM_HEAP_BYTES;
