//! A trace's answers as rows: what each row holds is said once, and tables, schemas and documents follow.

mod assist;
mod charged;
mod cycle;
mod diagnostic;
mod event;
mod goal;
mod group;
mod heap;
mod lifetime;
mod log;
mod number;
mod overlap;
mod pause;
mod place;
mod region;
mod summary;
mod sweep;
mod task;
mod worker;

use gomem_table::{Row, ToTable, View};

pub use assist::{AssistGroups, AssistRow};
pub use charged::Charged;
pub use cycle::CycleRow;
pub use diagnostic::DiagnosticRow;
pub use event::EventRow;
pub use goal::GoalRow;
pub use group::GroupBy;
pub use heap::HeapRow;
pub use lifetime::{LifetimeBy, LifetimeRow};
pub use log::LogRow;
pub use pause::PauseRow;
pub use place::Place;
pub use region::RegionRow;
pub use summary::SummaryRow;
pub use sweep::{SweepGroups, SweepRow};
pub use task::TaskRow;
pub use worker::{WorkerBy, WorkerGroups, WorkerRow};

use crate::trace::Trace;

impl Trace {
    /// The tables of a trace, by name.
    pub const TABLES: &'static [View<Self>] = &[
        View::new(CycleRow::schema, |trace| trace.cycles(None).to_table()),
        View::new(PauseRow::schema, |trace| trace.pauses().to_table()),
        View::new(AssistRow::schema, |trace| trace.assists().to_table()),
        View::new(SweepRow::schema, Trace::sweep_table),
        View::new(WorkerRow::schema, |trace| trace.workers().to_table()),
        View::new(HeapRow::schema, Trace::heap_table),
        View::new(GoalRow::schema, |trace| trace.goals().to_table()),
        View::new(TaskRow::schema, |trace| trace.tasks().to_table()),
        View::new(RegionRow::schema, Trace::region_table),
        View::new(LogRow::schema, |trace| trace.logs().to_table()),
        View::new(LifetimeRow::schema, |trace| trace.lifetimes(LifetimeBy::Type).unwrap_or_default().to_table()),
        View::new(EventRow::schema, |trace| trace.events().to_table()),
        View::new(SummaryRow::schema, |trace| [trace.summary()].to_table()),
        View::new(DiagnosticRow::schema, |trace| trace.diagnostic_rows().to_table()),
    ];
}
