//! Spans that are swept.

use std::num::NonZero;

use gomem_table::{Definition, Row, Table, ToTable, Unit};

use crate::{
    model::Sweep,
    tables::{
        charged::{Charged, ChargedRef, Charges},
        group::{GroupBy, GroupKey, Subject},
        number::{cycle_number, signed},
    },
    trace::{Trace, seconds},
};

/// A time in which a goroutine swept: an allocation of its own needed it, or it is the runtime's own sweeper.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let reclaimed: u64 = trace.sweeps().iter().filter_map(|sweep| sweep.reclaimed_bytes).sum();
/// assert!(reclaimed > 0);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
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
    /// Where it was, and to whom it is charged.
    pub charged: Charged,
}

/// A row in the trace's own words.
#[derive(Debug, Clone, Copy)]
struct SweepRef<'t> {
    start_seconds: Option<f64>,
    seconds: Option<f64>,
    swept_bytes: Option<u64>,
    reclaimed_bytes: Option<u64>,
    is_background: Option<bool>,
    goroutine: Option<u64>,
    cycle: Option<u64>,
    charged: ChargedRef<'t>,
}

/// Sweeps, added up.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_table::ToTable;
/// use gomem_trace::GroupBy;
///
/// assert!(trace.sweeps_by(GroupBy::Function).to_table().column("reclaimed_bytes").is_some());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
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
        let charges = self.sweep_charges();
        self.sweep_refs(&charges).map(SweepRow::from).collect()
    }

    /// The sweeps as a table; there can be too many to have a row of each at once.
    pub(super) fn sweep_table(&self) -> Table {
        let charges = self.sweep_charges();
        definition(|row: &SweepRef<'_>| *row).table(self.sweep_refs(&charges))
    }

    fn sweep_charges(&self) -> Charges<'_> {
        Charges::new(self, self.recording.sweeps.stacks())
    }

    fn sweep_refs<'t>(&'t self, charges: &'t Charges<'t>) -> impl Iterator<Item = SweepRef<'t>> {
        self.recording.sweeps.iter().map(|sweep| SweepRef {
            start_seconds: sweep.stretch.begin().map(|begin| self.since_start(begin)),
            seconds: sweep.wall().map(seconds),
            swept_bytes: sweep.stretch.end().map(|_| sweep.swept_bytes),
            reclaimed_bytes: sweep.stretch.end().map(|_| sweep.reclaimed_bytes),
            is_background: charges.is_sweeper(sweep.stack),
            goroutine: sweep.goroutine.map(NonZero::get),
            cycle: cycle_number(self.sweep_cycle(&sweep)),
            charged: charges.charged(sweep.stack, sweep.charge),
        })
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
        let add = |(swept, reclaimed): &mut (u64, u64), sweep: &Sweep| {
            *swept = swept.saturating_add(sweep.swept_bytes);
            *reclaimed = reclaimed.saturating_add(sweep.reclaimed_bytes);
        };
        let sums = self.summed(by, self.recording.sweeps.iter(), subject, Sweep::wall, add);
        let rows = sums.into_iter().map(|sum| {
            let (swept_bytes, reclaimed_bytes) = sum.sums;
            SweepGroup {
                count: sum.count,
                swept_bytes,
                reclaimed_bytes,
                key: sum.key,
                wall: sum.wall,
                longest: sum.longest,
                fraction: sum.fraction,
            }
        });
        SweepGroups { by, rows: rows.collect() }
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

impl From<SweepRef<'_>> for SweepRow {
    fn from(sweep: SweepRef<'_>) -> Self {
        Self {
            start_seconds: sweep.start_seconds,
            seconds: sweep.seconds,
            swept_bytes: sweep.swept_bytes,
            reclaimed_bytes: sweep.reclaimed_bytes,
            is_background: sweep.is_background,
            goroutine: sweep.goroutine,
            cycle: sweep.cycle,
            charged: sweep.charged.into(),
        }
    }
}

impl Row for SweepRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        definition(|row: &&'a Self| SweepRef {
            start_seconds: row.start_seconds,
            seconds: row.seconds,
            swept_bytes: row.swept_bytes,
            reclaimed_bytes: row.reclaimed_bytes,
            is_background: row.is_background,
            goroutine: row.goroutine,
            cycle: row.cycle,
            charged: row.charged.borrowed(),
        })
    }
}

/// The table of rows that are sweeps.
fn definition<'a, R: 'a>(of: impl Fn(&R) -> SweepRef<'a> + Copy + 'a) -> Definition<'a, R> {
    Definition::new("trace_sweeps", "by time")
        .about("times in which a goroutine swept, for an allocation of its own or in the background")
        .optional_float64(
            "start_seconds",
            Unit::Seconds,
            "it began before the trace",
            "when it began",
            move |row: &R| of(row).start_seconds,
        )
        .optional_float64(
            "seconds",
            Unit::Seconds,
            "the trace lacks its begin or end",
            "how long it took",
            move |row| of(row).seconds,
        )
        .optional_int64("swept_bytes", Unit::Bytes, "the trace lacks its end", "what was swept", move |row| {
            of(row).swept_bytes.map(signed)
        })
        .optional_int64(
            "reclaimed_bytes",
            Unit::Bytes,
            "the trace lacks its end",
            "what can be used again of it",
            move |row| of(row).reclaimed_bytes.map(signed),
        )
        .optional_bool(
            "background",
            "the trace has no stack for it",
            "whether it is the runtime's own sweeper",
            move |row| of(row).is_background,
        )
        .optional_int64("goroutine", Unit::None, "the runtime swept without one", "the goroutine", move |row| {
            of(row).goroutine.map(signed)
        })
        .optional_int64(
            "cycle",
            Unit::None,
            "none had ended",
            "the cycle whose garbage it is: the last that had ended",
            move |row| of(row).cycle.map(signed),
        )
        .embed(ChargedRef::columns(), move |row| of(row).charged)
}
