//! How many events there are.

use gomem_table::{Definition, Row, Unit};

use crate::{tables::number::signed, trace::Trace};

/// How many events of a type there are.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_table::ToTable;
///
/// assert!(trace.events().to_table().column("count").is_some());
/// assert!(trace.event_counts().any(|event| event == ("HeapAlloc", 1_844)));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct EventRow {
    event: &'static str,
    count: u64,
}

impl Trace {
    /// How many events of each type there are, the most first.
    #[must_use]
    pub fn events(&self) -> Vec<EventRow> {
        let mut rows: Vec<EventRow> = self.event_counts().map(|(event, count)| EventRow { event, count }).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.count), row.event));
        rows
    }
}

impl Row for EventRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_events", "by count, the most first")
            .about("how many events of each type an execution trace has")
            .text("event", "its type, as `go tool trace -d=wire` calls it", |row: &&'a Self| row.event)
            .int64("count", Unit::Count, "how many", |row| signed(row.count))
    }
}
