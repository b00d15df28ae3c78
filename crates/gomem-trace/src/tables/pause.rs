//! Stops of the world.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{
    model::{MARK_TERMINATION, SWEEP_TERMINATION},
    tables::{
        number::{cycle_number, signed},
        place::Place,
    },
    trace::{Trace, seconds},
};

/// A stop of the world.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let pauses = trace.pauses();
/// let of_gc = pauses.iter().filter(|pause| pause.is_gc).count();
/// assert_eq!((pauses.len(), of_gc), (9, 8));
/// // What the program feels, and what the runtime counts as the stop.
/// assert!(pauses.iter().all(|pause| pause.seconds >= pause.runtime_seconds));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PauseRow {
    /// When it began.
    pub start_seconds: Option<f64>,
    /// How long the program stood still.
    pub seconds: Option<f64>,
    /// How long the runtime says that it did, in `MemStats.PauseTotalNs`.
    pub runtime_seconds: Option<f64>,
    /// The runtime's word for why.
    pub reason: Option<Arc<str>>,
    /// Whether the garbage collector stopped it.
    pub is_gc: bool,
    /// Which cycle did.
    pub cycle: Option<u64>,
    /// Who stopped it.
    pub goroutine: u64,
    /// The line that did.
    pub place: Option<Place>,
    /// The first function on the stack that is neither the runtime's nor of a package that measures for it
    /// (`runtime/pprof`, `runtime/debug`).
    pub caller: Option<Place>,
    /// The region that was open there.
    pub region: Option<Arc<str>>,
    /// The task that was.
    pub task: Option<u64>,
}

impl Trace {
    /// The stops of the world, by time.
    #[must_use]
    pub fn pauses(&self) -> Vec<PauseRow> {
        let recording = &self.recording;
        let rows = recording.pauses.iter().map(|pause| {
            let reason = pause.reason.map(|reason| recording.names.text(reason));
            let is_gc = reason.is_some_and(|reason| [SWEEP_TERMINATION, MARK_TERMINATION].contains(&&**reason));
            let during = pause.stretch.begin().and_then(|begin| self.cycles.during(begin));
            PauseRow {
                start_seconds: pause.stretch.begin().map(|begin| self.since_start(begin)),
                seconds: pause.wall().map(seconds),
                runtime_seconds: pause.runtime().filter(|_| is_gc).map(seconds),
                reason: reason.cloned(),
                is_gc,
                cycle: cycle_number(during).filter(|_| is_gc),
                goroutine: pause.goroutine,
                place: Place::of_site(pause.stack, &recording.names),
                caller: Place::of_caller(pause.stack, &recording.names),
                region: self.region_name(pause.charge.region).cloned(),
                task: pause.charge.task(),
            }
        });
        rows.collect()
    }
}

impl Row for PauseRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_pauses", "by time")
            .about("stops of the world in an execution trace, whoever stopped it")
            .optional_float64(
                "start_seconds",
                Unit::Seconds,
                "it began before the trace",
                "when it began",
                |row: &&'a Self| row.start_seconds,
            )
            .optional_float64(
                "seconds",
                Unit::Seconds,
                "the trace lacks its begin or end",
                "how long the program stood still",
                |row| row.seconds,
            )
            .optional_float64(
                "runtime_seconds",
                Unit::Seconds,
                "not the garbage collector's, or the trace lacks its begin or end",
                "how long by the runtime's own count (MemStats.PauseTotalNs), which ends before the world starts again",
                |row| row.runtime_seconds,
            )
            .optional_shared_text(
                "reason",
                "the trace lacks its begin or its text",
                "the runtime's word for why",
                |row| row.reason.as_ref(),
            )
            .bool("is_gc", "whether a GC cycle stopped the world", |row| row.is_gc)
            .optional_int64("cycle", Unit::None, "not the garbage collector's", "which cycle", |row| {
                row.cycle.map(signed)
            })
            .int64("goroutine", Unit::None, "who stopped it", |row| signed(row.goroutine))
            .embed(Place::columns(""), |row| row.place.as_ref())
            .optional_shared_text("region", "none was open", "the goroutine's innermost open region", |row| {
                row.region.as_ref()
            })
            .optional_int64(
                "task",
                Unit::None,
                "none was open",
                "the region's task, or the goroutine's last one",
                |row| row.task.map(signed),
            )
    }
}
