//! What an execution trace says of garbage collection, in numbers.

use gomem_table::Unit;

/// What an execution trace says of garbage collection, in numbers. Who reads traces makes it; rules use it where metrics leave
/// something open, or to say who.
///
/// ```
/// use gomem_metrics::{Diagnosis, TracedGc};
///
/// let traced = TracedGc { seconds: 10.0, end_ms: 10_000, heap_cycles: 3, ..TracedGc::default() };
/// assert!(!Diagnosis::from_trace(&traced).judgements().is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TracedGc {
    /// When the trace begins and ends: milliseconds since the Unix epoch; 0 where it does not say.
    pub start_ms: i64,
    /// See `start_ms`.
    pub end_ms: i64,
    /// How long it is.
    pub seconds: f64,
    /// `GOMAXPROCS`.
    pub procs: Option<u64>,
    /// GC cycles that an allocation began.
    pub heap_cycles: u64,
    /// GC cycles that the program asked for.
    pub forced_cycles: u64,
    /// GC cycles that a profile or a benchmark asked for.
    pub measured_cycles: u64,
    /// GC cycles that began since two minutes had passed.
    pub periodic_cycles: u64,
    /// How long goroutines that helped the garbage collector ran: no less than the CPU time that they marked for.
    pub assist_running_seconds: f64,
    /// How long the world stood still for the garbage collector, each time.
    pub pause_seconds: Vec<f64>,
    /// The middle of the goals.
    pub goal_bytes: Option<f64>,
    /// Who asked for cycles, the most often first.
    pub callers: Vec<TracedPlace>,
    /// Where goroutines helped, the longest first, in seconds.
    pub assisted: Vec<TracedPlace>,
}

/// A place of a trace, as text, and how much it has.
///
/// ```
/// use gomem_metrics::TracedPlace;
///
/// let caller = TracedPlace { place: "report/report.go:31".into(), amount: 12.0 };
/// assert_eq!(caller.amount, 12.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TracedPlace {
    /// The line, in short.
    pub place: String,
    /// How often, or how long.
    pub amount: f64,
}

impl TracedGc {
    /// GC cycles of which it is known why they began.
    pub(crate) fn known_cycles(&self) -> u64 {
        self.heap_cycles + self.forced_cycles + self.measured_cycles + self.periodic_cycles
    }

    /// How long it is, in words.
    pub(crate) fn length(&self) -> String {
        format!("{} of execution trace", Unit::Seconds.humanize(self.seconds))
    }

    /// Who asked for cycles, in words; `None` where nobody did.
    pub(crate) fn told_callers(&self) -> Option<String> {
        told(&self.callers, |count| format!("{count:.0} ×"))
    }

    /// Where goroutines helped, in words; `None` where none did.
    pub(crate) fn told_assisted(&self) -> Option<String> {
        told(&self.assisted, |seconds| Unit::Seconds.humanize(seconds))
    }
}

fn told(places: &[TracedPlace], amount: impl Fn(f64) -> String) -> Option<String> {
    let told: Vec<String> =
        places.iter().take(MOST_PLACES).map(|place| format!("{} ({})", place.place, amount(place.amount))).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// As many as are read.
const MOST_PLACES: usize = 3;
