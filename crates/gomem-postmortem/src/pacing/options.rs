//! How a recording is made.

use gomem_gogc::Gogc;

/// How a recording is made: what the caller knows of the run, for want of a measurement, and how much is accepted.
///
/// ```
/// use gomem_gogc::Gogc;
/// use gomem_postmortem::RecordingOptions;
///
/// let options = RecordingOptions::default().with_gogc(Gogc::Percent(400)).with_memory_limit(Some(1 << 30));
/// assert_eq!(options.memory_limit_bytes, Some(1 << 30));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RecordingOptions {
    /// The `GOGC` it ran with.
    pub gogc: Gogc,
    /// The `GOMEMLIMIT` it ran with.
    pub memory_limit_bytes: Option<u64>,
    /// Its `GOMAXPROCS`.
    pub procs: Option<u32>,
    /// How much is accepted.
    pub limits: RecordingLimits,
}

/// How much of a run is accepted.
///
/// ```
/// use gomem_postmortem::{RecordingLimits, RecordingOptions};
///
/// let mut limits = RecordingLimits::default();
/// limits.cycles = 10;
/// assert_eq!(RecordingOptions::default().with_limits(limits).limits.cycles, 10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingLimits {
    /// GC cycles that metrics count: more take too long to replay.
    pub cycles: u64,
}

/// The metrics count more GC cycles than are worth replaying.
///
/// ```
/// use gomem_metrics::Metrics;
/// use gomem_postmortem::{RecordingLimits, RecordingOptions, record_metrics};
///
/// let mut limits = RecordingLimits::default();
/// limits.cycles = 1;
/// let mut metrics = Metrics::new();
/// for second in 0..4 {
///     let (cycles, goal) = (9 * second, 8_000_000 + second);
///     let text = format!("go_gc_duration_seconds_count {cycles}\ngo_memstats_next_gc_bytes {goal}\n");
///     metrics.push_scrape(1_700_000_000_000 + 1_000 * second, text.as_bytes())?;
/// }
/// let recorded = record_metrics(&metrics, &RecordingOptions::default().with_limits(limits));
/// assert!(recorded.is_err_and(|error| error.limit == 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the metrics count more than {limit} GC cycles; give a shorter time")]
#[non_exhaustive]
pub struct TooManyCycles {
    /// The limit.
    pub limit: u64,
}

impl RecordingOptions {
    /// With the `GOGC` that the program ran with.
    #[must_use]
    pub const fn with_gogc(mut self, gogc: Gogc) -> Self {
        self.gogc = gogc;
        self
    }

    /// With the `GOMEMLIMIT` that the program ran with.
    #[must_use]
    pub const fn with_memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit_bytes = bytes;
        self
    }

    /// With the program's `GOMAXPROCS`.
    #[must_use]
    pub const fn with_procs(mut self, procs: Option<u32>) -> Self {
        self.procs = procs;
        self
    }

    /// Accepts so much.
    #[must_use]
    pub const fn with_limits(mut self, limits: RecordingLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for RecordingOptions {
    fn default() -> Self {
        let limits = RecordingLimits::default();
        Self { gogc: Gogc::Percent(100), memory_limit_bytes: None, procs: None, limits }
    }
}

impl Default for RecordingLimits {
    fn default() -> Self {
        Self { cycles: 1_000_000 }
    }
}
