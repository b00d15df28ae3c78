//! What happened while a program was traced: facts, with times in nanoseconds of the trace's own clock.

mod assist;
mod charge;
mod counted;
mod cycle;
mod gc_mark;
mod lifetime;
mod log;
mod names;
mod pause;
mod pieces;
mod recording;
mod region;
mod runs;
mod sample;
mod stretch;
mod sweep;
mod sweeps;
mod task;
mod worker;

pub(crate) use assist::Assist;
pub(crate) use charge::{Charge, TaskBy};
pub use cycle::Trigger;
pub(crate) use cycle::{Cycle, Cycles, last_before};
pub(crate) use gc_mark::{GcMark, GcMarkKind};
pub(crate) use lifetime::{Lifetimes, Lives, ObjectKind};
pub(crate) use log::Log;
pub(crate) use names::{Frame, Names, StackId, TextId, is_runtime};
pub(crate) use pause::{MARK_TERMINATION, Pause, SWEEP_TERMINATION};
pub(crate) use recording::{Goal, Recording};
pub(crate) use region::{Region, RegionId};
pub(crate) use runs::Runs;
pub(crate) use sample::Sample;
pub(crate) use stretch::Stretch;
pub(crate) use sweep::Sweep;
pub(crate) use task::Task;
pub(crate) use worker::{Worker, WorkerMode};
