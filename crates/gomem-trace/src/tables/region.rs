//! Users' regions.

use std::{num::NonZero, sync::Arc};

use gomem_table::{Definition, Row, Table, Unit};

use crate::{
    tables::{number::signed, overlap::Overlap},
    trace::{Trace, seconds},
};

/// A region of the program: a part of one goroutine's time.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let regions = trace.regions();
/// assert_eq!((regions.len(), regions[0].name.as_deref(), regions[0].task), (144, Some("parse"), Some(1)));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RegionRow {
    /// Its task.
    pub task: Option<u64>,
    /// Its name.
    pub name: Option<Arc<str>>,
    /// The goroutine.
    pub goroutine: u64,
    /// When it began.
    pub start_seconds: f64,
    /// How long it took.
    pub seconds: Option<f64>,
    /// What assists in it took.
    pub assist_seconds: f64,
    /// How long the world stood still meanwhile.
    pub pause_seconds: Option<f64>,
}

impl Trace {
    /// The regions, by time.
    #[must_use]
    pub fn regions(&self) -> Vec<RegionRow> {
        self.region_refs().map(RegionRow::from).collect()
    }

    /// The regions as a table; there can be too many to have a row of each at once.
    pub(super) fn region_table(&self) -> Table {
        definition(|row: &RegionRef<'_>| *row).table(self.region_refs())
    }

    fn region_refs(&self) -> impl Iterator<Item = RegionRef<'_>> {
        let recording = &self.recording;
        let overlap = Overlap::new(&recording.pauses);
        let mut assists = vec![0_u64; recording.regions.len()];
        for assist in &recording.assists {
            if let (Some(region), Some(wall)) = (assist.charge.region, assist.wall()) {
                assists[region.place()] = assists[region.place()].saturating_add(wall);
            }
        }
        let begins = recording.regions.iter().map(|region| region.stretch.begin().unwrap_or_default());
        let mut order: Vec<(u64, u32)> = begins.zip(0..).collect();
        // Those that begin together are rare, and those of one goroutine stay in their order.
        let goroutine = |place: u32| recording.regions[place as usize].goroutine;
        order.sort_unstable_by(|(begin, place), (other_begin, other)| {
            begin.cmp(other_begin).then_with(|| (goroutine(*place), place).cmp(&(goroutine(*other), other)))
        });
        order.into_iter().map(move |(_, place)| {
            let region = &recording.regions[place as usize];
            let whole = region.stretch.begin().zip(region.stretch.end());
            RegionRef {
                task: region.task.map(NonZero::get),
                name: region.name.map(|name| recording.names.text(name)),
                goroutine: region.goroutine,
                start_seconds: self.since_start(region.stretch.begin().unwrap_or_default()),
                seconds: region.stretch.nanoseconds().map(seconds),
                assist_seconds: seconds(assists[place as usize]),
                pause_seconds: whole.map(|(begin, end)| seconds(overlap.within(begin, end))),
            }
        })
    }
}

/// A row in the trace's own words.
#[derive(Debug, Clone, Copy)]
struct RegionRef<'t> {
    task: Option<u64>,
    name: Option<&'t Arc<str>>,
    goroutine: u64,
    start_seconds: f64,
    seconds: Option<f64>,
    assist_seconds: f64,
    pause_seconds: Option<f64>,
}

impl From<RegionRef<'_>> for RegionRow {
    fn from(region: RegionRef<'_>) -> Self {
        Self {
            task: region.task,
            name: region.name.cloned(),
            goroutine: region.goroutine,
            start_seconds: region.start_seconds,
            seconds: region.seconds,
            assist_seconds: region.assist_seconds,
            pause_seconds: region.pause_seconds,
        }
    }
}

impl Row for RegionRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        definition(|row: &&'a Self| RegionRef {
            task: row.task,
            name: row.name.as_ref(),
            goroutine: row.goroutine,
            start_seconds: row.start_seconds,
            seconds: row.seconds,
            assist_seconds: row.assist_seconds,
            pause_seconds: row.pause_seconds,
        })
    }
}

/// The table of rows that are regions.
fn definition<'a, R: 'a>(of: impl Fn(&R) -> RegionRef<'a> + Copy + 'a) -> Definition<'a, R> {
    Definition::new("trace_regions", "by time")
        .about("regions of the program, and what the garbage collector cost them; those that began before the trace are not in it")
        .optional_int64("task", Unit::None, "it belongs to none", "its task", move |row: &R| {
            of(row).task.map(signed)
        })
        .optional_shared_text("name", "the trace lacks its text", "its name", move |row| of(row).name)
        .int64("goroutine", Unit::None, "the goroutine", move |row| signed(of(row).goroutine))
        .float64("start_seconds", Unit::Seconds, "when it began", move |row| of(row).start_seconds)
        .optional_float64("seconds", Unit::Seconds, OPEN, "how long it took", move |row| of(row).seconds)
        .float64("assist_seconds", Unit::Seconds, "what assists in it took; not those in regions within it", move |row| {
            of(row).assist_seconds
        })
        .optional_float64("pause_seconds", Unit::Seconds, OPEN, "how long the world stood still meanwhile", move |row| {
            of(row).pause_seconds
        })
        .bool("complete", "whether the trace has its end", move |row| of(row).seconds.is_some())
}

const OPEN: &str = "it had not ended when the trace did";
