#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | describe what was observed | [`Cycle`], [`Recording`] |
//! | fit a model, and know how good it is | [`GcModel::fit`], [`Quality`], [`FitError`] |
//! | predict a setting | [`GcModel::predict`], [`Setting`], [`Prediction`], [`Interval`], [`Refusal`], [`Warning`] |
//! | recommend one | [`Objective`], [`Recommendation`], [`Container`] |
//! | use the runtime's formulas | [`heap_goal`], [`heap_minimum`], [`memory_limit_goal`], [`trigger`] |

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
