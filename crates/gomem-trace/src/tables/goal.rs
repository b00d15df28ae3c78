//! Goals of the heap.

use gomem_table::{Definition, Row, Unit};

use crate::{tables::number::signed, trace::Trace};

/// A goal that was set.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let goals: Vec<_> = trace.goals().iter().map(|goal| goal.goal_bytes).collect();
/// assert_eq!(goals[..3], [Some(4_194_304), Some(16_794_754), Some(37_105_602)]);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GoalRow {
    /// When.
    pub seconds: f64,
    /// The goal.
    pub goal_bytes: Option<u64>,
}

impl Trace {
    /// The goals that were set, by time.
    #[must_use]
    pub fn goals(&self) -> Vec<GoalRow> {
        let goals = self.recording.goals.iter();
        goals.map(|goal| GoalRow { seconds: self.since_start(goal.time), goal_bytes: goal.bytes() }).collect()
    }
}

impl Row for GoalRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_goals", "by time")
            .about("goals of the heap, as they were set")
            .float64("seconds", Unit::Seconds, "when, since the trace's first event", |row: &&'a Self| row.seconds)
            .optional_int64(
                "goal_bytes",
                Unit::Bytes,
                "GOGC=off, also under a memory limit since Go 1.25",
                "the heap that the next cycle is to keep to",
                |row| row.goal_bytes.map(signed),
            )
    }
}
