//! A located problem of a scrape.

use gomem_table::{Definition, Row, Unit};

use crate::error::{Diagnostic, Error};

/// A line of a scrape that was skipped, or read with a reservation.
///
/// ```
/// let mut metrics = gomem_metrics::Metrics::new();
/// metrics.push_scrape(1_700_000_000_000, b"go_goroutines 7\nbroken\n")?;
/// let found = &metrics.diagnostics()[0];
/// assert_eq!((found.time_ms, found.diagnostic.line), (1_700_000_000_000, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScrapeDiagnostic {
    /// When the scrape was taken: milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// What is wrong, and where; line 0 is the scrape as a whole.
    pub diagnostic: Diagnostic,
}

impl ScrapeDiagnostic {
    pub(super) fn new(time_ms: i64, diagnostic: Diagnostic) -> Self {
        Self { time_ms, diagnostic }
    }

    /// A scrape that could not be read at all; `name` says which.
    #[must_use]
    pub fn from_error(time_ms: i64, name: &str, error: &Error) -> Self {
        let problem = format!("{name}: {error}").into();
        Self { time_ms, diagnostic: Diagnostic { line: error.line().unwrap_or(0), column: 0, problem, skipped: true } }
    }
}

impl Row for ScrapeDiagnostic {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let whole = "the scrape as a whole";
        Definition::new("diagnostics", "as found")
            .about("lines of scrapes that were skipped, or read with a reservation")
            .timestamp("time", "when the scrape was taken", |found: &&'a Self| found.time_ms)
            .optional_int64("line", Unit::None, whole, "the line, from 1", |found| {
                let line = i64::try_from(found.diagnostic.line).unwrap_or(i64::MAX);
                (line > 0).then_some(line)
            })
            .optional_int64("column", Unit::None, whole, "the column in bytes, from 1", |found| {
                let Diagnostic { line, column, .. } = found.diagnostic;
                (line > 0 && column > 0).then_some(i64::from(column))
            })
            .text("problem", "what is wrong", |found| found.diagnostic.problem.as_ref())
            .bool("skipped", "whether it was left out; otherwise it was read as the problem says", |found| {
                found.diagnostic.skipped
            })
    }
}

gomem_table::serialize_rows!(ScrapeDiagnostic);
