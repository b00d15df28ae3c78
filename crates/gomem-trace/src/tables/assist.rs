//! Goroutines that had to help the garbage collector.

use gomem_table::{Definition, Row, Table, ToTable, Unit};

use crate::{
    model::Assist,
    tables::{
        charged::{Charged, ChargedRef, Charges},
        group::{GroupBy, GroupKey, Subject},
        number::{cycle_number, signed},
    },
    trace::{Trace, seconds},
};

/// A time in which a goroutine had to help the garbage collector, since it allocated.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let assists = trace.assists();
/// let seconds = |assist: &gomem_trace::AssistRow| assist.wall_seconds.unwrap_or(0.0);
/// let longest = assists.iter().max_by(|a, b| seconds(a).total_cmp(&seconds(b))).expect("assists");
/// assert_eq!(longest.charged.task_name.as_deref(), Some("template"));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AssistRow {
    /// When it began.
    pub start_seconds: Option<f64>,
    /// How long it took.
    pub wall_seconds: Option<f64>,
    /// How long the goroutine ran meanwhile.
    pub running_seconds: f64,
    /// How long it stopped the world meanwhile.
    pub stw_seconds: f64,
    /// The goroutine.
    pub goroutine: u64,
    /// The cycle that it helped.
    pub cycle: Option<u64>,
    /// Where it was, and to whom it is charged.
    pub charged: Charged,
}

/// Assists, added up.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_table::ToTable;
/// use gomem_trace::GroupBy;
///
/// let by_line = trace.assists_by(GroupBy::Line).to_table();
/// assert!(by_line.column("wall_seconds").is_some());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug)]
pub struct AssistGroups {
    by: GroupBy,
    rows: Vec<AssistGroup>,
}

#[derive(Debug)]
struct AssistGroup {
    key: GroupKey,
    count: u64,
    wall: u64,
    running: u64,
    longest: u64,
    fraction: Option<f64>,
}

impl Trace {
    /// The assists, by time.
    #[must_use]
    pub fn assists(&self) -> Vec<AssistRow> {
        let charges = Charges::new(self, self.recording.assists.iter().map(|assist| assist.stack));
        let rows = self.recording.assists.iter().map(|assist| AssistRow {
            start_seconds: assist.stretch.begin().map(|begin| self.since_start(begin)),
            wall_seconds: assist.wall().map(seconds),
            running_seconds: seconds(assist.running),
            stw_seconds: seconds(assist.stopping),
            goroutine: assist.goroutine,
            cycle: cycle_number(self.assist_cycle(assist)),
            charged: charges.charged(assist.stack, assist.charge).into(),
        });
        rows.collect()
    }

    /// The assists, added up; those that took longest first.
    #[must_use]
    pub fn assists_by(&self, by: GroupBy) -> AssistGroups {
        let subject = |assist: &&Assist| Subject {
            stack: assist.stack,
            goroutine: Some(assist.goroutine),
            charge: assist.charge,
            cycle: self.assist_cycle(assist),
        };
        let assists = self.recording.assists.iter();
        let add = |running: &mut u64, assist: &&Assist| *running = running.saturating_add(assist.running);
        let rows = self.summed(by, assists, subject, |assist| assist.wall(), add).into_iter().map(|sum| AssistGroup {
            count: sum.count,
            running: sum.sums,
            key: sum.key,
            wall: sum.wall,
            longest: sum.longest,
            fraction: sum.fraction,
        });
        AssistGroups { by, rows: rows.collect() }
    }

    fn assist_cycle(&self, assist: &Assist) -> Option<usize> {
        assist.stretch.moment().and_then(|time| self.cycles.during(time))
    }
}

impl ToTable for AssistGroups {
    fn to_table(&self) -> Table {
        Definition::new("trace_assists_by", "by wall_seconds, the most first")
            .embed(GroupKey::columns(self.by), |row: &&AssistGroup| &row.key)
            .int64("count", Unit::Count, "how many", |row| signed(row.count))
            .float64("wall_seconds", Unit::Seconds, "what they took, waiting included", |row| seconds(row.wall))
            .float64("running_seconds", Unit::Seconds, "how long their goroutines ran meanwhile", |row| {
                seconds(row.running)
            })
            .float64("max_seconds", Unit::Seconds, "what the longest took", |row| seconds(row.longest))
            .optional_float64(
                "wall_fraction",
                Unit::Fraction,
                "all took no time",
                "wall_seconds, of all assists'",
                |row| row.fraction,
            )
            .table(&self.rows)
    }
}

impl Row for AssistRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_assists", "by time")
            .about("times in which a goroutine helped the garbage collector, since it allocated")
            .optional_float64(
                "start_seconds",
                Unit::Seconds,
                "it began before the trace",
                "when it began",
                |row: &&'a Self| row.start_seconds,
            )
            .optional_float64(
                "wall_seconds",
                Unit::Seconds,
                "the trace lacks its begin or end",
                "how long the goroutine was kept from its own work, waiting included",
                |row| row.wall_seconds,
            )
            .float64("running_seconds", Unit::Seconds, "how long the goroutine ran meanwhile", |row| {
                row.running_seconds
            })
            .float64(
                "stw_seconds",
                Unit::Seconds,
                "how long it stopped the world meanwhile, as whoever ends a cycle does",
                |row| row.stw_seconds,
            )
            .int64("goroutine", Unit::None, "the goroutine", |row| signed(row.goroutine))
            .optional_int64("cycle", Unit::None, "the trace lacks it", "the cycle that it helped", |row| {
                row.cycle.map(signed)
            })
            .embed(ChargedRef::columns(), |row| row.charged.borrowed())
    }
}
