//! Users' tasks.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use gomem_table::{Definition, Row, Unit};

use crate::{
    tables::{number::signed, overlap::Overlap},
    trace::{Trace, seconds},
};

/// A task of the program.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let tasks = trace.tasks();
/// assert_eq!((tasks.len(), tasks[0].name.as_deref()), (96, Some("browse")));
/// assert!(tasks.iter().any(|task| task.assist_seconds > 0.0));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TaskRow {
    /// Its number.
    pub task: u64,
    /// The task that it is a part of.
    pub parent: Option<u64>,
    /// Its name.
    pub name: Option<Arc<str>>,
    /// The goroutine that began it.
    pub goroutine: Option<u64>,
    /// When it began.
    pub start_seconds: Option<f64>,
    /// How long it took.
    pub seconds: Option<f64>,
    /// What assists that are charged to it took.
    pub assist_seconds: f64,
    /// How long the world stood still meanwhile.
    pub pause_seconds: Option<f64>,
}

impl Trace {
    /// The tasks, by time.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskRow> {
        let recording = &self.recording;
        let overlap = Overlap::new(&recording.pauses);
        let mut assists: HashMap<u64, u64, RandomState> = HashMap::default();
        for assist in &recording.assists {
            if let (Some(task), Some(wall)) = (assist.charge.task(), assist.wall()) {
                let sum = assists.entry(task).or_default();
                *sum = sum.saturating_add(wall);
            }
        }
        let mut tasks: Vec<_> = recording.tasks.iter().collect();
        tasks.sort_by_key(|task| (task.begin, task.id));
        let rows = tasks.into_iter().map(|task| {
            let whole = task.begin.zip(task.end);
            TaskRow {
                task: task.id,
                parent: task.parent,
                name: task.name.map(|name| Arc::clone(recording.names.text(name))),
                goroutine: task.goroutine,
                start_seconds: task.begin.map(|begin| self.since_start(begin)),
                seconds: whole.map(|(begin, end)| seconds(end.saturating_sub(begin))),
                assist_seconds: assists.get(&task.id).copied().map_or(0.0, seconds),
                pause_seconds: whole.map(|(begin, end)| seconds(overlap.within(begin, end))),
            }
        });
        rows.collect()
    }
}

impl Row for TaskRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_tasks", "by time")
            .about("tasks of the program, and what the garbage collector cost them")
            .int64("task", Unit::None, "its number", |row: &&'a Self| signed(row.task))
            .optional_int64(
                "parent",
                Unit::None,
                "it has none, or began before the trace",
                "the task that it is a part of",
                |row| row.parent.map(signed),
            )
            .optional_shared_text("name", "it began before the trace", "its name", |row| row.name.as_ref())
            .optional_int64(
                "goroutine",
                Unit::None,
                "it began before the trace",
                "the goroutine that began it",
                |row| row.goroutine.map(signed),
            )
            .optional_float64("start_seconds", Unit::Seconds, "it began before the trace", "when it began", |row| {
                row.start_seconds
            })
            .optional_float64("seconds", Unit::Seconds, PART, "how long it took", |row| row.seconds)
            .float64(
                "assist_seconds",
                Unit::Seconds,
                "what assists that are charged to it took; not those of its parts",
                |row| row.assist_seconds,
            )
            .optional_float64("pause_seconds", Unit::Seconds, PART, "how long the world stood still meanwhile", |row| {
                row.pause_seconds
            })
            .bool("complete", "whether the trace has its begin and its end", |row| row.seconds.is_some())
    }
}

const PART: &str = "the trace lacks its begin or end";
