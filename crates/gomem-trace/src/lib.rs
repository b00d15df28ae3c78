#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | read a trace | [`Trace::decode`], [`DecodeOptions`], [`Limits`], [`Format`] |
//! | read one that is too large for memory | [`TraceReader`], [`GenerationSummary`] |
//! | see GC cycles, stops of the world, the heap | [`CycleRow`], [`Trigger`], [`PauseRow`], [`HeapRow`], [`GoalRow`], [`WorkerRow`] |
//! | know who helped the garbage collector | [`Trace::assists`], [`Trace::assists_by`], [`AssistRow`], [`GroupBy`] |
//! | know who swept | [`Trace::sweeps`], [`Trace::sweeps_by`], [`SweepRow`] |
//! | see users' tasks | [`TaskRow`], [`RegionRow`], [`LogRow`] |
//! | know how long objects live | [`Trace::lifetimes`], [`LifetimeRow`] |
//! | know what a trace lacks | [`SummaryRow`], [`EventRow`], [`Trace::diagnostics`], [`Diagnostic`], [`Flaw`] |
//! | handle bad input | [`Error`], [`ErrorKind`] |

#![forbid(unsafe_code)]

mod error;
mod model;
mod replay;
mod tables;
mod trace;
mod wire;

pub use error::{Diagnostic, Error, ErrorKind, Flaw, Limits};
pub use model::Trigger;
pub use replay::GenerationSummary;
pub use tables::{
    AssistGroups, AssistRow, Charged, CycleRow, DiagnosticRow, EventRow, GoalRow, GroupBy, HeapRow, LifetimeBy,
    LifetimeRow, LogRow, PauseRow, Place, RegionRow, SummaryRow, SweepGroups, SweepRow, TaskRow, WorkerBy,
    WorkerGroups, WorkerRow,
};
pub use trace::{DecodeOptions, Trace, TraceReader};
pub use wire::Format;
