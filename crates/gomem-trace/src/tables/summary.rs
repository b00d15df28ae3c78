//! A trace in one row.

use gomem_table::{Definition, Row, Unit};

use crate::{
    model::Pause,
    tables::number::{signed, total},
    trace::{Trace, seconds},
};

/// A trace in numbers.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_table::ToTable;
///
/// let summary = [trace.summary()].to_table();
/// assert!(summary.column("assist_max_seconds").is_some());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SummaryRow {
    format: &'static str,
    generations: u64,
    is_complete: bool,
    duration_seconds: f64,
    start_unix_ms: Option<i64>,
    procs: Option<u64>,
    events: u64,
    cycles: u64,
    pause_seconds: f64,
    pause_max_seconds: Option<f64>,
    assist_seconds: f64,
    assist_max_seconds: Option<f64>,
    has_lifetimes: bool,
}

impl Trace {
    /// The trace in numbers.
    #[must_use]
    pub fn summary(&self) -> SummaryRow {
        let walls = || self.recording.assists.iter().filter_map(crate::model::Assist::wall);
        let pauses = || self.recording.pauses.iter().filter_map(Pause::wall);
        SummaryRow {
            format: self.format().name(),
            generations: self.generations().len() as u64,
            is_complete: self.is_complete(),
            duration_seconds: self.duration_seconds(),
            start_unix_ms: self.start_unix_ms(),
            procs: self.procs(),
            events: self.event_counts().map(|(_, count)| count).sum(),
            cycles: self.cycles.len() as u64,
            pause_seconds: seconds(total(pauses())),
            pause_max_seconds: pauses().max().map(seconds),
            assist_seconds: seconds(total(walls())),
            assist_max_seconds: walls().max().map(seconds),
            has_lifetimes: !self.experiments().is_empty(),
        }
    }
}

impl Row for SummaryRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_summary", "one row")
            .about("an execution trace in numbers")
            .text("format", "the version of Go that made the format first", |row: &&'a Self| row.format)
            .int64("generations", Unit::Count, "its generations", |row| signed(row.generations))
            .bool("complete", "whether every byte was read, and the last generation has its end", |row| row.is_complete)
            .float64("duration_seconds", Unit::Seconds, "from the first event to the last", |row| row.duration_seconds)
            .optional_timestamp("start", "Go before 1.25", "when it begins", |row| row.start_unix_ms)
            .optional_int64("procs", Unit::Count, "the trace does not say", "GOMAXPROCS at the end", |row| {
                row.procs.map(signed)
            })
            .int64("events", Unit::Count, "its events", |row| signed(row.events))
            .int64("cycles", Unit::Count, "GC cycles that it has a part of", |row| signed(row.cycles))
            .float64("pause_seconds", Unit::Seconds, "how long the world stood still", |row| row.pause_seconds)
            .optional_float64("pause_max_seconds", Unit::Seconds, "it never did", "the longest time", |row| {
                row.pause_max_seconds
            })
            .float64("assist_seconds", Unit::Seconds, "what assists took", |row| row.assist_seconds)
            .optional_float64("assist_max_seconds", Unit::Seconds, "there were none", "what the longest took", |row| {
                row.assist_max_seconds
            })
            .bool("allocfree", "whether births and deaths of objects are traced", |row| row.has_lifetimes)
    }
}
