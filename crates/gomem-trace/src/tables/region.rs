//! Users' regions.

use std::{num::NonZero, sync::Arc};

use gomem_table::{Definition, Row, Unit};

use crate::{
    model::Region,
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
        let recording = &self.recording;
        let overlap = Overlap::new(&recording.pauses);
        let mut assists = vec![0_u64; recording.regions.len()];
        for assist in &recording.assists {
            if let (Some(region), Some(wall)) = (assist.charge.region, assist.wall()) {
                assists[region.place()] = assists[region.place()].saturating_add(wall);
            }
        }
        let mut regions: Vec<_> = recording.regions.iter().zip(assists).collect();
        regions.sort_by_key(|(region, _)| (region.stretch.begin(), region.goroutine));
        let whole = |region: &Region| region.stretch.begin().zip(region.stretch.end());
        let rows = regions.into_iter().map(|(region, assist)| RegionRow {
            task: region.task.map(NonZero::get),
            name: region.name.map(|name| Arc::clone(recording.names.text(name))),
            goroutine: region.goroutine,
            start_seconds: self.since_start(region.stretch.begin().unwrap_or_default()),
            seconds: region.stretch.nanoseconds().map(seconds),
            assist_seconds: seconds(assist),
            pause_seconds: whole(region).map(|(begin, end)| seconds(overlap.within(begin, end))),
        });
        rows.collect()
    }
}

impl Row for RegionRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_regions", "by time")
            .about("regions of the program, and what the garbage collector cost them; those that began before the trace are not in it")
            .optional_int64("task", Unit::None, "it belongs to none", "its task", |row: &&'a Self| row.task.map(signed))
            .optional_shared_text("name", "the trace lacks its text", "its name", |row| row.name.as_ref())
            .int64("goroutine", Unit::None, "the goroutine", |row| signed(row.goroutine))
            .float64("start_seconds", Unit::Seconds, "when it began", |row| row.start_seconds)
            .optional_float64("seconds", Unit::Seconds, OPEN, "how long it took", |row| row.seconds)
            .float64("assist_seconds", Unit::Seconds, "what assists in it took; not those in regions within it", |row| {
                row.assist_seconds
            })
            .optional_float64("pause_seconds", Unit::Seconds, OPEN, "how long the world stood still meanwhile", |row| {
                row.pause_seconds
            })
            .bool("complete", "whether the trace has its end", |row| row.seconds.is_some())
    }
}

const OPEN: &str = "it had not ended when the trace did";
