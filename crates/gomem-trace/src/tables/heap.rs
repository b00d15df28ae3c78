//! The heap over time.

use gomem_table::{Definition, Row, Table, Unit};

use crate::{
    model::Sample,
    tables::number::{cycle_number, signed},
    trace::Trace,
};

/// The size of the heap at a time.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let every_size = trace.heap(None);
/// let each_millisecond = trace.heap(Some(0.001));
/// assert_eq!(every_size[0].heap_live_bytes, 2_703_360);
/// assert!(each_millisecond.len() < every_size.len());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HeapRow {
    /// When.
    pub seconds: f64,
    /// What the pacer counts as live.
    pub heap_live_bytes: u64,
    /// The cycle that had begun last.
    pub cycle: Option<u64>,
}

impl Trace {
    /// The heap over time; with `every_seconds`, only the largest and the last size of each such time.
    #[must_use]
    pub fn heap(&self, every_seconds: Option<f64>) -> Vec<HeapRow> {
        let mut samples = self.recording.heap.iter().peekable();
        let row = |sample| self.heap_row(sample);
        match every_seconds.filter(|every| *every > 0.0) {
            None => samples.map(row).collect(),
            Some(every) => {
                let part = |sample: &Sample| (self.since_start(sample.time) / every) as u64;
                let mut rows = Vec::new();
                while let Some(first) = samples.next() {
                    // The last one of the largest.
                    let (mut largest, mut last) = (first, first);
                    while let Some(next) = samples.next_if(|next| part(next) == part(first)) {
                        largest = if next.value >= largest.value { next } else { largest };
                        last = next;
                    }
                    rows.extend((!std::ptr::eq(largest, last)).then(|| row(largest)));
                    rows.push(row(last));
                }
                rows
            }
        }
    }

    /// All of it as a table; there can be too much to have a row of each size at once.
    pub(super) fn heap_table(&self) -> Table {
        definition(HeapRow::clone).table(self.recording.heap.iter().map(|sample| self.heap_row(sample)))
    }

    fn heap_row(&self, sample: &Sample) -> HeapRow {
        HeapRow {
            seconds: self.since_start(sample.time),
            heap_live_bytes: sample.value,
            cycle: cycle_number(self.cycles.begun_before(sample.time)),
        }
    }
}

impl Row for HeapRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        definition(|row: &&'a Self| (*row).clone())
    }
}

/// The table of rows that are sizes of the heap.
fn definition<'a, R: 'a>(of: impl Fn(&R) -> HeapRow + Copy + 'a) -> Definition<'a, R> {
    Definition::new("trace_heap", "by time")
        .about("the heap over time, as the pacer counts it")
        .float64("seconds", Unit::Seconds, "when, since the trace's first event", move |row: &R| of(row).seconds)
        .int64(
            "heap_live_bytes",
            Unit::Bytes,
            "what the last cycle marked and all that was allocated since, by spans: not MemStats.HeapAlloc",
            move |row| signed(of(row).heap_live_bytes),
        )
        .optional_int64("cycle", Unit::None, "none had begun", "the cycle that had begun last", move |row| {
            of(row).cycle.map(signed)
        })
}
