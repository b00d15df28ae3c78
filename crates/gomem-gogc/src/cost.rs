//! What the GC costs: CPU, and who pays it.

use crate::recording::{Cycle, Recording};

/// The GC's CPU as recorded, and what it would be.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) procs: f64,
    /// `GOMAXPROCS` × wall time.
    available_seconds: f64,
    /// CPU that the GC took from the program.
    gc_seconds: f64,
    /// All marking over marking that takes CPU from the program; the rest ran on idle processors.
    idle_factor: f64,
    /// Recorded over replayed GC CPU of the recording itself, taken out of every prediction.
    correction: f64,
    shares: Shares,
}

/// Who marked, and how long the program was marked and stopped.
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
/// let shares = model.observed_shares().expect("the cycles say what marking took");
/// assert!(shares.background > shares.assist);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Shares {
    /// Of the GC's CPU: goroutines that had to mark before they could allocate.
    pub assist: f64,
    /// Of the GC's CPU: background workers.
    pub background: f64,
    /// Of the GC's CPU: processors that had nothing else to do.
    pub idle: f64,
    /// Of the GC's CPU: processors stopped at the two ends of marking.
    pub pause: f64,
    /// Of the wall time: marking.
    pub mark_wall: f64,
    /// Of the wall time: the world is stopped.
    pub pause_wall: f64,
}

impl Cost {
    pub(crate) fn from_recording(recording: &Recording, wall_seconds: f64) -> Self {
        let sum = |value: fn(&Cycle) -> f64| recording.cycles.iter().map(value).sum::<f64>();
        let procs = recording.cycles.iter().map(|cycle| f64::from(cycle.procs)).fold(1.0, f64::max);
        let gc_seconds = recording.gc_cpu_seconds.unwrap_or_else(|| sum(Cycle::gc_cpu_seconds));
        let idle = sum(|cycle| cycle.idle_cpu_seconds);
        let marking = sum(|cycle| cycle.assist_cpu_seconds + cycle.background_cpu_seconds);
        let all = (gc_seconds + idle).max(f64::MIN_POSITIVE);
        let wall = wall_seconds.max(f64::MIN_POSITIVE);
        Self {
            procs,
            available_seconds: (procs * wall_seconds).max(gc_seconds).max(1e-9),
            gc_seconds,
            idle_factor: if gc_seconds > 0.0 { 1.0 + idle / gc_seconds } else { 1.0 },
            correction: 1.0,
            shares: Shares {
                assist: sum(|cycle| cycle.assist_cpu_seconds) / all,
                background: sum(|cycle| cycle.background_cpu_seconds) / all,
                idle: idle / all,
                pause: (gc_seconds - marking).max(0.0) / all,
                mark_wall: (sum(|cycle| cycle.mark_seconds) / wall).min(1.0),
                pause_wall: (sum(|cycle| cycle.stw_seconds) / wall).min(1.0),
            },
        }
    }

    /// Learns what the replay of the recording itself, at so many seconds of GC CPU, is off by.
    pub(crate) fn calibrate(&mut self, replayed_seconds: f64) {
        if replayed_seconds > 0.0 && self.gc_seconds > 0.0 {
            self.correction = self.gc_seconds / replayed_seconds;
        }
    }

    pub(crate) fn recorded_fraction(&self) -> f64 {
        self.gc_seconds / self.available_seconds
    }

    pub(crate) fn shares(&self) -> Shares {
        self.shares
    }

    /// The GC's share of the available CPU when it takes so many seconds. The rest of the program does not stay as fast:
    /// while the GC marks, write barriers are on and caches are cold, so a program that marks more also computes longer.
    pub(crate) fn fraction(&self, replayed_seconds: f64) -> f64 {
        let gc = replayed_seconds * self.correction;
        let with_idle = gc * self.idle_factor;
        let rest = (self.available_seconds - self.gc_seconds).max(0.0);
        let slowed = |fraction: f64| 1.0 + SLOWDOWN * fraction.min(1.0);
        let before = slowed(self.gc_seconds * self.idle_factor / self.available_seconds);
        // The fraction depends on itself through the slowdown; a few rounds settle it.
        let settle = |available: f64, _| gc + rest * slowed(with_idle / available.max(1e-9)) / before;
        let available = (0..8).fold(self.available_seconds, settle);
        (gc / available.max(1e-9)).min(1.0)
    }
}

/// How much longer the program computes when the GC takes all of the CPU, extrapolated from what it takes in part.
const SLOWDOWN: f64 = 1.3;
