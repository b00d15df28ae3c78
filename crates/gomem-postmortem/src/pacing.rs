//! The GC model of the recorded run, and what a setting or a fix would do.

mod counters;
mod exact_bytes;
mod execution_trace;
mod fixed_goal;
mod gc_window;
mod options;
mod pacing;
mod recording;
mod setting;
mod totals;
mod traced_gogc;

pub use execution_trace::{record_execution_trace, record_traced_cycles};
pub(crate) use fixed_goal::FixedGoal;
pub(crate) use gc_window::{GcWindow, GcWindows};
pub use options::{RecordingLimits, RecordingOptions, TooManyCycles};
pub use pacing::Saving;
pub(crate) use pacing::{NoPacing, Pacing, saving, traced_gc_cpu};
pub use recording::{record_bundle, record_metrics, record_trace};
pub(crate) use setting::exported_gogc;
pub(crate) use traced_gogc::traced_gogc;
