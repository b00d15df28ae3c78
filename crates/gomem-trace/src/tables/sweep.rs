//! Spans that are swept.

use std::{num::NonZero, sync::Arc};

use gomem_table::{Definition, Row, Table, ToTable, Unit};

use crate::{
    model::{Sweep, TaskBy},
    tables::{
        group::{GroupBy, GroupKey, Subject},
        number::{cycle_number, signed},
        place::Place,
    },
    trace::{Trace, seconds},
};

/// A time in which a goroutine swept: an allocation of its own needed it, or it is the runtime's own sweeper.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SweepRow {
    /// When it began.
    pub start_seconds: Option<f64>,
    /// How long it took.
    pub seconds: Option<f64>,
    /// What was swept.
    pub swept_bytes: Option<u64>,
    /// What can be used again of it.
    pub reclaimed_bytes: Option<u64>,
    /// Whether it is the runtime's own sweeper.
    pub is_background: Option<bool>,
    /// The goroutine; `None` when the runtime swept without one.
    pub goroutine: Option<u64>,
    /// The cycle whose garbage it is.
    pub cycle: Option<u64>,
    /// The line that allocated.
    pub place: Option<Place>,
    /// The stack, leaf first.
    pub stack: Arc<[Place]>,
    /// The innermost open region.
    pub region: Option<Arc<str>>,
    /// The task.
    pub task: Option<u64>,
    /// Its name.
    pub task_name: Option<Arc<str>>,
    task_by: Option<TaskBy>,
}

/// Sweeps, added up.
#[derive(Debug)]
pub struct SweepGroups {
    by: GroupBy,
    rows: Vec<SweepGroup>,
}

#[derive(Debug)]
struct SweepGroup {
    key: GroupKey,
    count: u64,
    wall: u64,
    longest: u64,
    swept_bytes: u64,
    reclaimed_bytes: u64,
    fraction: Option<f64>,
}

impl Trace {
    /// The sweeps, by time.
    #[must_use]
    pub fn sweeps(&self) -> Vec<SweepRow> {
        let names = &self.recording.names;
        let rows = self.recording.sweeps.iter().map(|sweep| SweepRow {
            start_seconds: sweep.stretch.begin().map(|begin| self.since_start(begin)),
            seconds: sweep.wall().map(seconds),
            swept_bytes: sweep.stretch.end().map(|_| sweep.swept_bytes),
            reclaimed_bytes: sweep.stretch.end().map(|_| sweep.reclaimed_bytes),
            is_background: sweep.stack.map(|stack| names.is_on_stack(stack, "runtime.bgsweep")),
            goroutine: sweep.goroutine.map(NonZero::get),
            cycle: cycle_number(self.sweep_cycle(sweep)),
            place: Place::of_site(sweep.stack, names),
            stack: Place::of_stack(sweep.stack, names),
            region: self.region_name(sweep.charge.region),
            task: sweep.charge.task(),
            task_name: self.task_name(sweep.charge.task()),
            task_by: self.recording.task_by(sweep.charge),
        });
        rows.collect()
    }

    /// The sweeps, added up; those that took longest first.
    #[must_use]
    pub fn sweeps_by(&self, by: GroupBy) -> SweepGroups {
        let subject = |sweep: &Sweep| Subject {
            stack: sweep.stack,
            goroutine: sweep.goroutine.map(NonZero::get),
            charge: sweep.charge,
            cycle: self.sweep_cycle(sweep),
        };
        let groups = self.grouped(by, self.recording.sweeps.iter().map(|sweep| (subject(sweep), sweep)));
        let whole: u64 = self.recording.sweeps.iter().filter_map(Sweep::wall).sum();
        let row = |(key, sweeps): (GroupKey, Vec<&Sweep>)| {
            let walls = || sweeps.iter().filter_map(|sweep| sweep.wall());
            let wall: u64 = walls().sum();
            SweepGroup {
                key,
                count: sweeps.len() as u64,
                wall,
                longest: walls().max().unwrap_or(0),
                swept_bytes: sweeps.iter().map(|sweep| sweep.swept_bytes).fold(0, u64::saturating_add),
                reclaimed_bytes: sweeps.iter().map(|sweep| sweep.reclaimed_bytes).fold(0, u64::saturating_add),
                fraction: (whole > 0).then(|| wall as f64 / whole as f64),
            }
        };
        let mut rows: Vec<SweepGroup> = groups.into_iter().map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.wall));
        SweepGroups { by, rows }
    }

    /// What is swept is the garbage of the cycle that ended last.
    fn sweep_cycle(&self, sweep: &Sweep) -> Option<usize> {
        sweep.stretch.moment().and_then(|time| self.cycles.ended_before(time))
    }
}

impl ToTable for SweepGroups {
    fn to_table(&self) -> Table {
        Definition::new("trace_sweeps_by", "by seconds, the most first")
            .embed(GroupKey::columns(self.by), |row: &&SweepGroup| &row.key)
            .int64("count", Unit::Count, "how many", |row| signed(row.count))
            .float64("seconds", Unit::Seconds, "what they took", |row| seconds(row.wall))
            .float64("max_seconds", Unit::Seconds, "what the longest took", |row| seconds(row.longest))
            .int64("swept_bytes", Unit::Bytes, "what was swept", |row| signed(row.swept_bytes))
            .int64("reclaimed_bytes", Unit::Bytes, "what can be used again of it", |row| signed(row.reclaimed_bytes))
            .optional_float64("fraction", Unit::Fraction, "all took no time", "seconds, of all sweeps'", |row| {
                row.fraction
            })
            .table(&self.rows)
    }
}

impl Row for SweepRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_sweeps", "by time")
            .about("times in which a goroutine swept, for an allocation of its own or in the background")
            .optional_float64(
                "start_seconds",
                Unit::Seconds,
                "it began before the trace",
                "when it began",
                |row: &&'a Self| row.start_seconds,
            )
            .optional_float64("seconds", Unit::Seconds, "the trace lacks its begin or end", "how long it took", |row| {
                row.seconds
            })
            .optional_int64("swept_bytes", Unit::Bytes, "the trace lacks its end", "what was swept", |row| {
                row.swept_bytes.map(signed)
            })
            .optional_int64(
                "reclaimed_bytes",
                Unit::Bytes,
                "the trace lacks its end",
                "what can be used again of it",
                |row| row.reclaimed_bytes.map(signed),
            )
            .optional_bool(
                "background",
                "the trace has no stack for it",
                "whether it is the runtime's own sweeper",
                |row| row.is_background,
            )
            .optional_int64("goroutine", Unit::None, "the runtime swept without one", "the goroutine", |row| {
                row.goroutine.map(signed)
            })
            .optional_int64(
                "cycle",
                Unit::None,
                "none had ended",
                "the cycle whose garbage it is: the last that had ended",
                |row| row.cycle.map(signed),
            )
            .embed(Place::columns(""), |row| row.place.as_ref())
            .list("stack", "the stack, leaf first; empty where the trace has none", Place::frame(), |row| {
                row.stack.iter()
            })
            .optional_shared_text("region", "none was open", "the goroutine's innermost open region", |row| {
                row.region.as_ref()
            })
            .optional_int64("task", Unit::None, "none was open", "the task that is charged", |row| row.task.map(signed))
            .optional_shared_text("task_name", "no task, or it began before the trace", "its name", |row| {
                row.task_name.as_ref()
            })
            .optional_category(
                "task_by",
                TaskBy::NAMES,
                "no task",
                "what tells the task: the open region, or that it was the last to begin on the goroutine",
                |row| row.task_by.map(|by| by as u32),
            )
    }
}
