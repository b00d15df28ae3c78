//! Users' log lines.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{tables::number::signed, trace::Trace};

/// A log line of the program.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let log = &trace.logs()[0];
/// assert_eq!((log.key.as_deref(), log.value.as_deref()), (Some("request"), Some("0")));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogRow {
    /// When.
    pub seconds: f64,
    /// The task.
    pub task: Option<u64>,
    /// The goroutine.
    pub goroutine: Option<u64>,
    /// Its category.
    pub key: Option<Arc<str>>,
    /// Its text.
    pub value: Option<Arc<str>>,
}

impl Trace {
    /// The log lines, by time.
    #[must_use]
    pub fn logs(&self) -> Vec<LogRow> {
        let names = &self.recording.names;
        let rows = self.recording.logs.iter().map(|log| LogRow {
            seconds: self.since_start(log.time),
            task: log.task,
            goroutine: log.goroutine,
            key: log.key.map(|key| Arc::clone(names.text(key))),
            value: log.value.map(|value| Arc::clone(names.text(value))),
        });
        rows.collect()
    }
}

impl Row for LogRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_logs", "by time")
            .about("log lines of the program (`trace.Log`): text of its users")
            .float64("seconds", Unit::Seconds, "when, since the trace's first event", |row: &&'a Self| row.seconds)
            .optional_int64("task", Unit::None, "it belongs to none", "its task", |row| row.task.map(signed))
            .optional_int64("goroutine", Unit::None, "the trace does not say", "the goroutine", |row| {
                row.goroutine.map(signed)
            })
            .optional_shared_text("key", LACKS, "its category", |row| row.key.as_ref())
            .optional_shared_text("value", LACKS, "its text, cut at 1024 bytes by the runtime", |row| {
                row.value.as_ref()
            })
    }
}

const LACKS: &str = "the trace lacks its text";
