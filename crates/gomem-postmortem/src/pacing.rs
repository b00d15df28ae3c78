//! The GC model of the recorded run, and what a setting or a fix would do.

mod counters;
mod gc_window;
mod options;
mod pacing;
mod prediction_table;
mod recording;
mod setting;
mod totals;
mod unrounded;

pub(crate) use gc_window::{GcWindow, GcWindows};
pub use options::{RecordingLimits, RecordingOptions, TooManyCycles};
pub use pacing::Saving;
pub(crate) use pacing::{Pacing, saving};
pub(crate) use prediction_table::prediction_columns;
pub use prediction_table::{predictions_table, recommendations_table};
pub use recording::{record_bundle, record_metrics, record_trace};
