//! The relatives of gctrace: `gcpacertrace=1` and `scavtrace=1` lines, wherever they stand in a log.
//!
//! ```text
//! pacer: assist ratio=F (scan N MB in A->B MB) workers=D+F
//! pacer: U% CPU (E exp.) for H+S+G B work (W B exp.) in T B -> L B (∆goal N, cons/mark F)
//! pacer: sweep done at heap size NMB; allocated NMB during sweep; swept N pages at F pages/byte
//! scav B KiB work (bg), E KiB work (eager), N KiB now, U% util[ (forced)| [controller reset]]
//! ```
//!
//! Printed by `startCycle` and `endCycle` in `runtime/mgcpacer.go`, by `activeSweep.end` in `runtime/mgcsweep.go`,
//! and `printScavTrace` in `runtime/mgcscavenge.go`.

use std::sync::LazyLock;

use gomem_table::{Definition, Row, Table, ToTable, Unit, named};
use memchr::memmem::Finder;

use super::trace_options::TraceOptions;
use crate::error::{Diagnostic, Error, ErrorKind};

/// What a log holds of the pacer's and the scavenger's lines.
///
/// ```
/// let log = b"scav 8 KiB work (bg), 0 KiB work (eager), 4232 KiB now, 100% util\n";
/// let trace = gomem_metrics::RuntimeTrace::decode(log)?;
/// assert_eq!(trace.lines().len(), 1);
/// # Ok::<(), gomem_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RuntimeTrace {
    lines: Vec<RuntimeTraceLine>,
    diagnostics: Vec<Diagnostic>,
}

/// One line.
///
/// ```
/// use gomem_metrics::{RuntimeTrace, RuntimeTraceKind};
///
/// let trace = RuntimeTrace::decode(b"scav 8 KiB work (bg), 0 KiB work (eager), 3840 KiB now, 100% util\n")?;
/// let line = &trace.lines()[0];
/// assert_eq!((line.kind, line.values.len()), (RuntimeTraceKind::Scavenge, line.kind.quantities().len()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RuntimeTraceLine {
    /// The line of the log, from 1.
    pub log_line: u64,
    /// What it is about.
    pub kind: RuntimeTraceKind,
    /// Its numbers, in the order of [`RuntimeTraceKind::quantities`].
    pub values: Vec<f64>,
}

/// One number of a line.
///
/// ```
/// use gomem_metrics::RuntimeTrace;
///
/// let trace = RuntimeTrace::decode(b"scav 8 KiB work (bg), 0 KiB work (eager), 3840 KiB now, 100% util\n")?;
/// assert!(trace.numbers().all(|number| number.log_line == 1 && number.kind.quantities().contains(&number.quantity)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RuntimeTraceNumber {
    /// The line of the log, from 1.
    pub log_line: u64,
    /// What the line is about.
    pub kind: RuntimeTraceKind,
    /// What the number is of.
    pub quantity: &'static str,
    /// The number.
    pub value: f64,
}

/// What a line is about.
///
/// ```
/// use gomem_metrics::RuntimeTraceKind;
///
/// assert!(!RuntimeTraceKind::Assist.quantities().is_empty());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuntimeTraceKind {
    /// How much a goroutine has to mark for what it allocates, as a cycle begins.
    Assist,
    /// What a cycle did, beside what was expected of it.
    Cycle,
    /// The end of a sweep.
    Sweep,
    /// What the scavenger returned to the system.
    Scavenge,
}

named!(RuntimeTraceKind {
    Assist "assist",
    Cycle "cycle",
    Sweep "sweep",
    Scavenge "scavenge",
});

impl RuntimeTraceKind {
    /// What its numbers are, with their units.
    #[must_use]
    pub fn quantities(self) -> &'static [&'static str] {
        match self {
            Self::Assist => {
                &["assist_ratio", "scan_mb", "heap_mb", "goal_mb", "dedicated_workers", "fractional_utilization"]
            }
            Self::Cycle => &[
                "cpu_percent",
                "expected_cpu_percent",
                "heap_work_bytes",
                "stack_work_bytes",
                "globals_work_bytes",
                "expected_work_bytes",
                "trigger_bytes",
                "live_bytes",
                "goal_difference_bytes",
                "cons_mark_ratio",
            ],
            Self::Sweep => &["heap_mb", "allocated_mb", "swept_pages", "pages_per_byte"],
            Self::Scavenge => &["background_kib", "eager_kib", "released_kib", "utilization_percent"],
        }
    }

    /// The text before each number, and after the last one.
    fn template(self) -> &'static [&'static str] {
        match self {
            Self::Assist => &["pacer: assist ratio=", " (scan ", " MB in ", "->", " MB) workers=", "+", ""],
            Self::Cycle => &[
                "pacer: ",
                "% CPU (",
                " exp.) for ",
                "+",
                "+",
                " B work (",
                " B exp.) in ",
                " B -> ",
                " B (∆goal ",
                ", cons/mark ",
                ")",
            ],
            Self::Sweep => &[
                "pacer: sweep done at heap size ",
                "MB; allocated ",
                "MB during sweep; swept ",
                " pages at ",
                " pages/byte",
            ],
            Self::Scavenge => &["scav ", " KiB work (bg), ", " KiB work (eager), ", " KiB now, ", "% util"],
        }
    }

    fn decode(self, text: &str) -> Option<Vec<f64>> {
        let template = self.template();
        let mut rest = text.strip_prefix(template[0])?;
        let mut values = Vec::with_capacity(template.len() - 1);
        for after in &template[1..] {
            let end = number_length(rest);
            values.push(rest.get(..end)?.parse().ok()?);
            rest = rest[end..].strip_prefix(after)?;
        }
        Some(values)
    }
}

impl RuntimeTrace {
    /// Finds all lines of both traces. What begins like one and cannot be read is a [diagnostic](Self::diagnostics).
    ///
    /// # Errors
    /// When there is none at all, or there are too many.
    pub fn decode(log: &[u8]) -> Result<Self, Error> {
        Self::decode_with(log, &TraceOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    pub fn decode_with(log: &[u8], options: &TraceOptions) -> Result<Self, Error> {
        let limits = &options.limits;
        let mut trace = Self::default();
        let mut count = 0;
        for (number, line) in (1..).zip(log.split(|&byte| byte == b'\n')) {
            count = number;
            let Some(start) = MARKS.iter().find_map(|mark| mark.find(line)) else { continue };
            let text = String::from_utf8_lossy(&line[start..]);
            match RuntimeTraceKind::ALL.iter().find_map(|kind| Some((*kind, kind.decode(&text)?))) {
                Some(_) if trace.lines.len() as u64 >= limits.cycles => {
                    return Err(Error::at(ErrorKind::Limit { what: "trace lines", limit: limits.cycles }, number));
                }
                Some((kind, values)) => trace.lines.push(RuntimeTraceLine { log_line: number, kind, values }),
                None if (trace.diagnostics.len() as u64) < limits.diagnostics && text.contains(['%', '=']) => {
                    let problem = "begins like a line of the pacer or the scavenger, and goes on otherwise";
                    trace.diagnostics.push(Diagnostic::skipped(number, start, problem));
                }
                None => {}
            }
        }
        if trace.lines.is_empty() {
            return Err(Error::new(ErrorKind::NothingFound {
                expected: "line of gcpacertrace or scavtrace",
                lines: count,
            }));
        }
        Ok(trace)
    }

    /// The lines, in the order of the log.
    #[must_use]
    pub fn lines(&self) -> &[RuntimeTraceLine] {
        &self.lines
    }

    /// What begins like such a line and cannot be read.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The numbers of all lines, in the order of the log.
    pub fn numbers(&self) -> impl Iterator<Item = RuntimeTraceNumber> {
        self.lines.iter().flat_map(|&RuntimeTraceLine { log_line, kind, ref values }| {
            let numbers = kind.quantities().iter().zip(values);
            numbers.map(move |(&quantity, &value)| RuntimeTraceNumber { log_line, kind, quantity, value })
        })
    }
}

impl ToTable for RuntimeTrace {
    fn to_table(&self) -> Table {
        self.numbers().collect::<Vec<_>>().to_table()
    }
}

impl Row for RuntimeTraceNumber {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("runtime_trace", "as in the log")
            .about("the numbers of the pacer's and the scavenger's lines")
            .int64("log_line", Unit::None, "the line of the log, from 1", |number: &&'a Self| {
                i64::try_from(number.log_line).unwrap_or(i64::MAX)
            })
            .category("kind", RuntimeTraceKind::NAMES, "what the line is about", |number| number.kind as u32)
            .text("quantity", "what the number is of; its unit is its end", |number| number.quantity)
            .float64("value", Unit::None, "the number", |number| number.value)
    }
}

gomem_table::serialize_rows!(RuntimeTraceNumber);

/// `12`, `-4863128`, `+1.123004e+000`, as the runtime's `print` writes numbers.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let in_number = |at: usize| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        match bytes[at] {
            b'0'..=b'9' | b'.' | b'e' => true,
            b'+' | b'-' => at == 0 || before == Some(b'e'),
            _ => false,
        }
    };
    (0..bytes.len()).find(|&at| !in_number(at)).unwrap_or(bytes.len())
}

static MARKS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["pacer: ", "scav "].map(Finder::new));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line() {
        let log = "x pacer: assist ratio=+1.123004e+000 (scan 0 MB in 3->4 MB) workers=0++2.500000e-001\n\
                   pacer: 26% CPU (25 exp.) for 4237448+2624+211592 B work (4451664 B exp.) in 30721744 B -> 31246032 B \
                   (∆goal -4863128, cons/mark +1.290240e+000)\n\
                   pacer: sweep done at heap size 3MB; allocated 0MB during sweep; swept 401 pages at +1.6e-004 pages/byte\n\
                   {\"log\":\"scav 8 KiB work (bg), 0 KiB work (eager), 4232 KiB now, 100% util (forced)\\n\"}\n\
                   pacer: 1% other\nthe scav is idle\n";
        let trace = RuntimeTrace::decode(log.as_bytes()).unwrap();
        let kinds: Vec<_> = trace.lines().iter().map(|line| (line.log_line, line.kind)).collect();
        assert_eq!(
            kinds,
            [
                (1, RuntimeTraceKind::Assist),
                (2, RuntimeTraceKind::Cycle),
                (3, RuntimeTraceKind::Sweep),
                (4, RuntimeTraceKind::Scavenge)
            ]
        );
        assert_eq!(trace.lines()[0].values, [1.123_004, 0.0, 3.0, 4.0, 0.0, 0.25]);
        assert_eq!(trace.lines()[1].values[8], -4_863_128.0);
        assert_eq!(trace.diagnostics().len(), 1);
        assert_eq!(trace.to_table().rows(), 6 + 10 + 4 + 4);
        for line in trace.lines() {
            assert_eq!(line.values.len(), line.kind.quantities().len());
        }
        assert!(RuntimeTrace::decode(b"nothing").is_err());
    }
}
