//! Goroutines of the garbage collector.

use std::collections::BTreeMap;

use gomem_table::{Definition, Row, Table, ToTable, Unit};

use crate::{
    model::WorkerMode,
    tables::number::{cycle_number, signed},
    trace::{Trace, seconds},
};

/// A time in which a goroutine of the garbage collector ran.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let workers = trace.workers();
/// assert_eq!((workers.len(), workers[1].mode()), (16, "idle"));
/// assert!(workers.iter().all(|worker| worker.marking_seconds <= worker.seconds));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkerRow {
    mode: WorkerMode,
    /// The cycle that it worked for.
    pub cycle: Option<u64>,
    /// The goroutine.
    pub goroutine: u64,
    /// When it began.
    pub start_seconds: f64,
    /// How long it ran.
    pub seconds: f64,
    /// How long of it the cycle marked.
    pub marking_seconds: f64,
}

/// What the times of workers are added up by.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_table::ToTable;
/// use gomem_trace::WorkerBy;
///
/// assert_eq!(trace.workers_by(WorkerBy::Cycle).to_table().rows(), 4);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerBy {
    /// How they are scheduled.
    Mode,
    /// The GC cycle.
    Cycle,
}

gomem_table::named!(WorkerBy { Mode "mode", Cycle "cycle" });

/// Times of workers, added up.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_table::ToTable;
/// use gomem_trace::WorkerBy;
///
/// assert!(trace.workers_by(WorkerBy::Mode).to_table().column("mode").is_some());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug)]
pub struct WorkerGroups {
    by: WorkerBy,
    rows: Vec<WorkerGroup>,
}

#[derive(Debug)]
struct WorkerGroup {
    mode: Option<WorkerMode>,
    cycle: Option<u64>,
    count: u64,
    seconds: f64,
    marking_seconds: f64,
}

impl Trace {
    /// The times in which goroutines of the garbage collector ran, by time.
    #[must_use]
    pub fn workers(&self) -> Vec<WorkerRow> {
        let rows = self.recording.workers.iter().map(|worker| {
            let place = self.cycles.during(worker.begin);
            let marking = place.map(|place| self.cycles.get(place).marking(worker.begin, worker.end));
            WorkerRow {
                mode: worker.mode,
                cycle: cycle_number(place),
                goroutine: worker.goroutine,
                start_seconds: self.since_start(worker.begin),
                seconds: seconds(worker.end.saturating_sub(worker.begin)),
                marking_seconds: seconds(marking.unwrap_or(0)),
            }
        });
        rows.collect()
    }

    /// The same, added up.
    #[must_use]
    pub fn workers_by(&self, by: WorkerBy) -> WorkerGroups {
        let mut groups: BTreeMap<(Option<WorkerMode>, Option<u64>), WorkerGroup> = BTreeMap::new();
        for row in self.workers() {
            let (mode, cycle) = match by {
                WorkerBy::Mode => (Some(row.mode), None),
                WorkerBy::Cycle => (None, row.cycle),
            };
            let group = groups.entry((mode, cycle)).or_insert(WorkerGroup {
                mode,
                cycle,
                count: 0,
                seconds: 0.0,
                marking_seconds: 0.0,
            });
            group.count += 1;
            group.seconds += row.seconds;
            group.marking_seconds += row.marking_seconds;
        }
        WorkerGroups { by, rows: groups.into_values().collect() }
    }
}

impl WorkerRow {
    /// How it is scheduled: dedicated, fractional or idle.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        self.mode.name()
    }
}

impl ToTable for WorkerGroups {
    fn to_table(&self) -> Table {
        let definition = Definition::new("trace_workers_by", "by key");
        let keyed = match self.by {
            WorkerBy::Mode => definition.optional_category(
                "mode",
                WorkerMode::NAMES,
                "never",
                "how they are scheduled",
                |row: &&WorkerGroup| row.mode.map(|mode| mode as u32),
            ),
            WorkerBy::Cycle => definition.optional_int64(
                "cycle",
                Unit::None,
                "in no cycle of the trace",
                "the GC cycle",
                |row: &&WorkerGroup| row.cycle.map(signed),
            ),
        };
        keyed
            .int64("count", Unit::Count, "how many times", |row| signed(row.count))
            .float64("seconds", Unit::Seconds, "how long they ran", |row| row.seconds)
            .float64("marking_seconds", Unit::Seconds, "how long of it cycles marked", |row| row.marking_seconds)
            .table(&self.rows)
    }
}

impl Row for WorkerRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_workers", "by time")
            .about("times in which a goroutine of the garbage collector ran")
            .category("mode", WorkerMode::NAMES, "how it is scheduled", |row: &&'a Self| row.mode as u32)
            .optional_int64("cycle", Unit::None, "in no cycle of the trace", "the cycle", |row| row.cycle.map(signed))
            .int64("goroutine", Unit::None, "the goroutine", |row| signed(row.goroutine))
            .float64("start_seconds", Unit::Seconds, "when it began to run", |row| row.start_seconds)
            .float64("seconds", Unit::Seconds, "how long it ran", |row| row.seconds)
            .float64(
                "marking_seconds",
                Unit::Seconds,
                "how long of it the cycle marked: whoever ends a cycle goes on with its last stop",
                |row| row.marking_seconds,
            )
    }
}
