//! Replays the Go GC pacer to predict what `GOGC` and `GOMEMLIMIT` would do to a recorded program.
//!
//! Plain numbers in, plain numbers out: this crate does no I/O and knows no file format. A caller turns a `gctrace` log
//! (or any other source of GC cycles) into a [`Recording`], [`GcModel::fit`] learns from it how much the program
//! allocates, how much of that stays alive and what marking costs, and [`GcModel::predict`] runs the runtime's own pacing
//! formulas over the same allocation under another [`Setting`].
//!
//! ```
//! use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
//! use gomem_table::MIB;
//!
//! // Forty cycles of a program that keeps 10 MiB alive and runs with GOGC=100.
//! let cycles: Vec<Cycle> = (0..40)
//!     .map(|n| Cycle {
//!         start_seconds: f64::from(n),
//!         heap_start_bytes: 19.0 * MIB,
//!         heap_end_bytes: 20.0 * MIB,
//!         heap_live_bytes: 11.0 * MIB,
//!         goal_bytes: 20.0 * MIB,
//!         mark_seconds: 0.005,
//!         background_cpu_seconds: 0.005,
//!         procs: 4,
//!         ..Cycle::default()
//!     })
//!     .collect();
//! let model = GcModel::fit(&Recording::new(cycles, Gogc::Percent(100)))?;
//! let half = model.predict(&Setting::new(Gogc::Percent(200)));
//! let cycles = half.gc_cycles.expect("a healthy setting is not refused");
//! assert!(cycles.low < 22.0 && cycles.high > 18.0, "twice the headroom, half the cycles: {cycles:?}");
//! # Ok::<(), gomem_gogc::FitError>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `pacer` | the runtime's formulas: [`heap_goal`], [`heap_minimum`], [`memory_limit_goal`], [`trigger`] |
//! | `recording` | [`Cycle`], [`Recording`]: what was observed |
//! | `curve` | what a recording says as functions of allocated bytes |
//! | `replay` | one run of the pacer over the curves |
//! | `ensemble` | many replays of one setting |
//! | `cost` | what the GC costs; [`Shares`] |
//! | `width` | how wide the intervals are |
//! | `model` | [`GcModel`], [`FitError`] |
//! | `quality` | [`Quality`]: what limits a fit |
//! | `prediction` | [`Setting`], [`Prediction`], [`Interval`], [`Refusal`], [`Warning`] |
//! | `container` | [`Container`] |
//! | `recommend` | [`Objective`], [`Recommendation`] |
//! | `table` | predictions and recommendations as tables |
//!
//! The formulas are those of `runtime/mgcpacer.go`; they are identical in Go 1.21 to 1.27.

#![forbid(unsafe_code)]

mod container;
mod cost;
mod curve;
mod ensemble;
mod model;
mod pacer;
mod prediction;
mod quality;
mod recommend;
mod recording;
mod replay;
mod table;
mod width;

pub use container::Container;
pub use cost::Shares;
pub use model::{FitError, GcModel};
pub use pacer::{Gogc, MemoryState, heap_goal, heap_minimum, memory_limit_goal, trigger};
pub use prediction::{Interval, Prediction, Refusal, Setting, Warning};
pub use quality::Quality;
pub use recommend::{Objective, Recommendation};
pub use recording::{Cycle, Recording};
