//! What is asked of the model, and what it answers.

use std::fmt;

use crate::pacer::Gogc;

/// A setting to try on a recorded program.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// `GOGC`.
    pub gogc: Gogc,
    /// `GOMEMLIMIT`.
    pub memory_limit_bytes: Option<u64>,
    /// How much the program would allocate for the same work: 0.5 when a fix halves its allocation.
    pub alloc_scale: f64,
}

/// What a setting would do over the recorded work.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The setting.
    pub setting: Setting,
    /// GC cycles.
    pub gc_cycles: Option<Interval>,
    /// The largest heap.
    pub peak_heap_bytes: Option<Interval>,
    /// The share of the available CPU (`GOMAXPROCS` × wall time) that the GC takes.
    pub gc_cpu_fraction: Option<Interval>,
    /// The headroom at the largest live heap, as a `GOGC`: what a memory limit leaves of the asked one.
    pub effective_gogc: Option<f64>,
    /// Why no numbers are given.
    pub refusal: Option<Refusal>,
}

/// A number with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Why a setting gets no point estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// `GOGC=off` without a memory limit: the GC never runs and the heap grows with all that is allocated.
    NoBound,
    /// The memory limit leaves the heap less than half its live size of headroom: GC may take half the CPU, and how
    /// much is decided by the limiter and the load.
    DangerZone {
        /// The headroom it leaves, as a `GOGC`.
        effective_gogc: f64,
    },
    /// The live heap does not fit below the memory limit.
    LiveHeapExceedsLimit {
        /// The largest live heap of the replay.
        live_bytes: f64,
    },
    /// The setting makes more cycles than are worth replaying.
    TooManyCycles,
}

impl Setting {
    /// `GOGC` without a memory limit, on the program as it is.
    #[must_use]
    pub fn new(gogc: Gogc) -> Self {
        Self { gogc, memory_limit_bytes: None, alloc_scale: 1.0 }
    }

    /// The same with a memory limit.
    #[must_use]
    pub fn with_memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit_bytes = bytes;
        self
    }

    /// The same on a program that allocates `scale` times as much.
    #[must_use]
    pub fn with_alloc_scale(mut self, scale: f64) -> Self {
        self.alloc_scale = scale;
        self
    }
}

impl Interval {
    /// An estimate whose logarithm is uncertain by `width`.
    #[must_use]
    pub fn log(value: f64, width: f64) -> Self {
        Self { value, low: value * (-width).exp(), high: value * width.exp() }
    }

    /// The same, with both ends this much further out.
    #[must_use]
    pub fn widened(self, by: f64) -> Self {
        Self { low: self.low - by, high: self.high + by, ..self }
    }

    /// The same with both ends kept between `low` and `high`.
    #[must_use]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        Self { value: self.value.clamp(low, high), low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBound => {
                f.write_str("GOGC=off without GOMEMLIMIT lets the heap grow without bound; set a memory limit")
            }
            Self::DangerZone { effective_gogc } => write!(
                f,
                "the limit leaves an effective GOGC of {effective_gogc:.0}; below 50 the GC can take half the CPU; \
                 give more memory or allocate less"
            ),
            Self::LiveHeapExceedsLimit { live_bytes } => write!(
                f,
                "the live heap reaches {:.0} MiB, which the limit does not hold; raise the limit or keep less alive",
                live_bytes / 1_048_576.0
            ),
            Self::TooManyCycles => f.write_str("the setting makes over a million GC cycles; choose a larger one"),
        }
    }
}
