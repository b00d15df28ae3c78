//! What is asked of the model, and what it answers.

use std::fmt;

use gomem_table::{MIB, percent};

use crate::pacer::Gogc;

/// A setting to try on a recorded program.
///
/// ```
/// # use gomem_table::MIB;
/// # let cycles: Vec<gomem_gogc::Cycle> = (0..40)
/// #     .map(|n| gomem_gogc::Cycle {
/// #         start_seconds: f64::from(n),
/// #         heap_start_bytes: 19.0 * MIB,
/// #         heap_end_bytes: 20.0 * MIB,
/// #         heap_live_bytes: 11.0 * MIB,
/// #         goal_bytes: 20.0 * MIB,
/// #         mark_seconds: 0.005,
/// #         background_cpu_seconds: 0.005,
/// #         procs: 4,
/// #         ..gomem_gogc::Cycle::default()
/// #     })
/// #     .collect();
/// # let recording = gomem_gogc::Recording::new(cycles, gomem_gogc::Gogc::Percent(100));
/// # let model = gomem_gogc::GcModel::fit(&recording)?;
/// use gomem_gogc::{Gogc, Setting};
///
/// let setting = Setting::new(Gogc::Percent(200)).with_memory_limit(Some(1 << 30)).with_alloc_scale(0.8);
/// assert!(model.predict(&setting).refusal.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// `GOGC`.
    pub gogc: Gogc,
    /// `GOMEMLIMIT`.
    pub memory_limit_bytes: Option<u64>,
    /// How much the program would allocate for the same work: 0.5 when a fix halves its allocation.
    pub alloc_scale: f64,
    /// How much of what was alive at each GC would be alive: 0.5 where half of it, a cache say, is no longer kept.
    pub live_scale: f64,
}

/// What a setting would do over the recorded work.
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
/// # use gomem_table::MIB;
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19.0 * MIB,
/// #     heap_end_bytes: 20.0 * MIB,
/// #     heap_live_bytes: 11.0 * MIB,
/// #     goal_bytes: 20.0 * MIB,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// let prediction = model.predict(&Setting::new(Gogc::Percent(50)));
/// let peak = prediction.peak_heap_bytes.expect("a healthy setting is not refused");
/// assert!(prediction.refusal.is_none() && peak.value < 20.0 * MIB);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    pub effective_gogc: Option<Interval>,
    /// Why no numbers are given.
    pub refusal: Option<Refusal>,
    /// What to know before choosing the setting, although numbers are given.
    pub warning: Option<Warning>,
}

/// A number with its 90 % interval.
///
/// ```
/// use gomem_gogc::Interval;
///
/// let twice = Interval::log(100.0, 2.0_f64.ln());
/// assert!((twice.low - 50.0).abs() < 1e-9 && (twice.high - 200.0).abs() < 1e-9);
/// ```
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
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
/// # use gomem_table::MIB;
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19.0 * MIB,
/// #     heap_end_bytes: 20.0 * MIB,
/// #     heap_live_bytes: 11.0 * MIB,
/// #     goal_bytes: 20.0 * MIB,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// use gomem_gogc::Refusal;
///
/// // Nothing would bound the heap.
/// assert_eq!(model.predict(&Setting::new(Gogc::Off)).refusal, Some(Refusal::NoBound));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
        /// The share of the CPU that the GC takes in the replay, when known.
        gc_cpu_fraction: Option<f64>,
        /// The least limit that leaves enough.
        safe_limit_bytes: f64,
    },
    /// `GOGC=off` under a limit, on a heap that is fragmented or does not stay as it is: free slots between live objects
    /// count against the limit, so the goal falls to the live heap.
    Fragmented {
        /// The least limit that leaves enough for a heap that is not.
        safe_limit_bytes: f64,
    },
    /// The live heap does not fit below the memory limit.
    LiveHeapExceedsLimit {
        /// The largest live heap of the recording.
        live_bytes: f64,
        /// The least limit that leaves enough.
        safe_limit_bytes: f64,
    },
    /// The GC CPU limiter acted in the recording, under a limit that was no tighter.
    LimiterActed {
        /// The least limit that leaves enough.
        safe_limit_bytes: f64,
    },
    /// The replay of the recording under its own setting makes another number of cycles than it had, by more than the
    /// interval: what holds the heap there is not in the model, so that it predicts nothing.
    NotReproduced {
        /// The cycles that the replay makes.
        replayed: Interval,
        /// The cycles that were recorded.
        recorded: usize,
    },
    /// The setting makes more cycles than are worth replaying.
    TooManyCycles,
}

/// What to know about a setting that gets numbers.
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
/// # use gomem_table::MIB;
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19.0 * MIB,
/// #     heap_end_bytes: 20.0 * MIB,
/// #     heap_live_bytes: 11.0 * MIB,
/// #     goal_bytes: 20.0 * MIB,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// assert!(model.predict(&Setting::new(Gogc::Percent(100))).warning.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The GC takes about half of the CPU.
    MuchCpu {
        /// The share it takes.
        gc_cpu_fraction: f64,
    },
}

impl Prediction {
    pub(crate) fn refused(setting: Setting, refusal: Refusal) -> Self {
        Self {
            setting,
            gc_cycles: None,
            peak_heap_bytes: None,
            gc_cpu_fraction: None,
            effective_gogc: None,
            refusal: Some(refusal),
            warning: None,
        }
    }
}

impl Setting {
    /// `GOGC` without a memory limit, on the program as it is.
    #[must_use]
    pub fn new(gogc: Gogc) -> Self {
        Self { gogc, memory_limit_bytes: None, alloc_scale: 1.0, live_scale: 1.0 }
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

    /// The same on a program that keeps `scale` times as much alive.
    #[must_use]
    pub fn with_live_scale(mut self, scale: f64) -> Self {
        self.live_scale = scale;
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
            Self::DangerZone { effective_gogc, gc_cpu_fraction, safe_limit_bytes } => {
                write!(f, "the limit leaves an effective GOGC of {effective_gogc:.0} at the largest live heap; ")?;
                match gc_cpu_fraction {
                    Some(cpu) => write!(f, "GC would take {} of the CPU or more", percent(*cpu, 0))?,
                    None => f.write_str("below 50 the GC can take half the CPU")?,
                }
                write!(f, "; {}", SafeLimit(*safe_limit_bytes))
            }
            Self::Fragmented { safe_limit_bytes } => write!(
                f,
                "GOGC=off on a heap that is fragmented or not steady: free slots count against the limit, and the goal \
                 falls to the live heap; keep GOGC at 100 beside the limit, and {}",
                SafeLimit(*safe_limit_bytes)
            ),
            Self::LiveHeapExceedsLimit { live_bytes, safe_limit_bytes } => write!(
                f,
                "the live heap reaches {:.0} MiB, which the limit does not hold; {}",
                live_bytes / MIB,
                SafeLimit(*safe_limit_bytes)
            ),
            Self::LimiterActed { safe_limit_bytes } => {
                write!(f, "the GC CPU limiter acted under this limit already; {}", SafeLimit(*safe_limit_bytes))
            }
            Self::NotReproduced { replayed, recorded } => write!(
                f,
                "the replay of the recording makes {:.0} GC cycles ({:.0}–{:.0}) where it had {recorded}: what holds the heap there \
                 is not in the model, so that it predicts nothing",
                replayed.value, replayed.low, replayed.high
            ),
            Self::TooManyCycles => f.write_str("the setting makes over a million GC cycles; choose a larger one"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MuchCpu { gc_cpu_fraction } => {
                write!(f, "GC takes {} of the CPU; give more memory or allocate less", percent(*gc_cpu_fraction, 0))
            }
        }
    }
}

/// The alternative to a limit that does not do.
struct SafeLimit(f64);

impl fmt::Display for SafeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "set it to {:.0} MiB or more, or keep less alive", (self.0 / MIB).ceil())
    }
}
