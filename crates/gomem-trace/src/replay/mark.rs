//! Events that are told of when goroutines are in order.

use crate::wire::Event;

/// Whether a goroutine is told of an event.
#[inline]
pub(super) fn is_mark(event: u8) -> bool {
    matches!(
        event,
        Event::GC_MARK_ASSIST_BEGIN
            | Event::GC_MARK_ASSIST_END
            | Event::GC_SWEEP_BEGIN
            | Event::GC_SWEEP_END
            | Event::STW_BEGIN
            | Event::STW_END
            | Event::HEAP_GOAL
            | Event::GO_LABEL
            | Event::USER_TASK_BEGIN
            | Event::USER_REGION_BEGIN
            | Event::USER_REGION_END
    )
}

/// Whether an event is of the experiment AllocFree.
#[inline]
pub(super) fn is_of_objects(event: u8) -> bool {
    (Event::SPAN..=Event::HEAP_OBJECT_FREE).contains(&event)
}

/// The birth or death of a task; any goroutine can end it.
#[derive(Debug, Clone)]
pub(super) struct TaskMark {
    pub(super) ticks: u64,
    pub(super) goroutine: Option<u64>,
    pub(super) task: u64,
    /// Parent and name, at its birth.
    pub(super) begin: Option<(u64, u64)>,
}

/// A user's log line.
#[derive(Debug, Clone)]
pub(super) struct LogMark {
    pub(super) ticks: u64,
    pub(super) goroutine: Option<u64>,
    pub(super) task: u64,
    pub(super) key: u64,
    pub(super) value: u64,
}

/// Whether an event begins or ends a sweep.
#[inline]
pub(super) fn is_of_sweeps(event: u8) -> bool {
    matches!(event, Event::GC_SWEEP_BEGIN | Event::GC_SWEEP_END)
}

/// A sweep of the runtime on a thread that has no goroutine.
#[derive(Debug, Clone)]
pub(super) struct SweepMark {
    pub(super) begin: u64,
    pub(super) stack: u64,
    /// When it ended, and what it swept and reclaimed.
    pub(super) end: Option<(u64, u64, u64)>,
}
