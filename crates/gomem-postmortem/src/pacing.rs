//! The GC model of the recorded run, and what a setting or a fix would do.

mod gc_window;
mod pacing;
mod prediction_table;
mod recording;
mod unrounded;

pub(crate) use gc_window::{GcWindow, GcWindows};
pub use pacing::Saving;
pub(crate) use pacing::{Pacing, saving};
pub(crate) use prediction_table::prediction_columns;
pub use prediction_table::{predictions_table, recommendations_table};
pub use recording::{Said, TooManyCycles, record_bundle, record_metrics, record_trace};
