//! What was observed of a program: its GC cycles and the settings it ran with.

use crate::pacer::Gogc;

/// One GC cycle, in bytes and seconds: what one `gctrace` line says.
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
/// let cycle = cycle(0);
/// // What is allocated during marking is born marked.
/// assert_eq!(cycle.surviving_bytes(), cycle.heap_live_bytes - cycle.allocated_during_mark_bytes());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cycle {
    /// When marking started, in seconds since the program's start.
    pub start_seconds: f64,
    /// The heap when marking started.
    pub heap_start_bytes: f64,
    /// The heap when marking ended.
    pub heap_end_bytes: f64,
    /// What was marked live; includes everything that was allocated during marking.
    pub heap_live_bytes: f64,
    /// The goal the cycle worked towards; infinite where there is none, as under `GOGC=off`.
    pub goal_bytes: f64,
    /// Stacks scanned.
    pub stacks_bytes: f64,
    /// Globals scanned.
    pub globals_bytes: f64,
    /// Wall time of concurrent marking.
    pub mark_seconds: f64,
    /// Wall time of both stop-the-world phases.
    pub stw_seconds: f64,
    /// CPU time of mark assists.
    pub assist_cpu_seconds: f64,
    /// CPU time of dedicated and fractional workers.
    pub background_cpu_seconds: f64,
    /// CPU time of idle-time workers.
    pub idle_cpu_seconds: f64,
    /// `GOMAXPROCS` during the cycle.
    pub procs: u32,
    /// Whether the program asked for the cycle (`runtime.GC`).
    pub forced: bool,
}

/// A program's run: its cycles in order, and what is known beside them.
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
/// use gomem_gogc::{Cycle, GcModel, Gogc, Recording};
///
/// // One cycle tells nothing.
/// assert!(GcModel::fit(&Recording::new(vec![Cycle::default()], Gogc::Percent(100))).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recording {
    /// The cycles, in order of time.
    pub cycles: Vec<Cycle>,
    /// The `GOGC` it ran with.
    pub gogc: Gogc,
    /// The `GOMEMLIMIT` it ran with.
    pub memory_limit_bytes: Option<u64>,
    /// The live heap when recording began; without it, the recording is one from the program's start.
    pub initial_live_bytes: Option<f64>,
    /// All bytes allocated over the run; without it, the run is taken to end half a cycle after its last one.
    pub total_alloc_bytes: Option<f64>,
    /// How long the run was observed; without it, until half a cycle after the last one.
    pub wall_seconds: Option<f64>,
    /// How coarse the byte fields were before the source made the best of them: 1 MiB for `gctrace`, 0 when exact.
    pub rounding_bytes: f64,
    /// Memory outside the heap that counts towards a memory limit (metadata, stacks, fragmentation), when measured.
    pub non_heap_bytes: Option<f64>,
    /// The share of spans in use that holds no object, after a cycle, when measured.
    pub fragmentation: Option<f64>,
    /// CPU time that GC took from the program in all, where it was counted. The cycles say more where the world is slow to stop: a GC
    /// trace counts each processor as stopped from the moment that the first one is asked to (`gcStart` in `runtime/mgc.go`).
    pub gc_cpu_seconds: Option<f64>,
    /// Reported CPU time over the process's own, when both are known.
    pub cpu_inflation: Option<f64>,
    /// Whether the GC CPU limiter acted.
    pub limiter_acted: bool,
    /// Whether the cycles were put together from samples, rather than each being seen.
    pub is_sampled: bool,
    /// Whether the cycles' CPU times are known; without them they read zero, and no GC CPU is predicted.
    pub knows_gc_cpu: bool,
    /// What to know about how the recording was made.
    pub remarks: Vec<String>,
}

impl Recording {
    /// A run of which only the cycles and `GOGC` are known, with exact byte fields.
    #[must_use]
    pub fn new(cycles: Vec<Cycle>, gogc: Gogc) -> Self {
        Self {
            cycles,
            gogc,
            memory_limit_bytes: None,
            initial_live_bytes: None,
            total_alloc_bytes: None,
            wall_seconds: None,
            rounding_bytes: 0.0,
            non_heap_bytes: None,
            fragmentation: None,
            gc_cpu_seconds: None,
            cpu_inflation: None,
            limiter_acted: false,
            is_sampled: false,
            knows_gc_cpu: true,
            remarks: Vec::new(),
        }
    }

    /// The same run, whose byte fields come from multiples of `bytes`.
    #[must_use]
    pub fn with_rounding(mut self, bytes: f64) -> Self {
        self.rounding_bytes = bytes;
        self
    }

    /// The same run, with a memory limit.
    #[must_use]
    pub fn with_memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit_bytes = bytes;
        self
    }

    /// The same run, with its total allocation known.
    #[must_use]
    pub fn with_total_alloc(mut self, bytes: Option<f64>) -> Self {
        self.total_alloc_bytes = bytes;
        self
    }

    /// The same run, of a program that had already run when recording began.
    #[must_use]
    pub fn with_initial_live(mut self, bytes: Option<f64>) -> Self {
        self.initial_live_bytes = bytes;
        self
    }

    /// The same run, with its duration known.
    #[must_use]
    pub fn with_wall(mut self, seconds: Option<f64>) -> Self {
        self.wall_seconds = seconds;
        self
    }

    /// The same run, with the memory outside its heap known.
    #[must_use]
    pub fn with_non_heap(mut self, bytes: Option<f64>) -> Self {
        self.non_heap_bytes = bytes;
        self
    }
}

impl Cycle {
    /// Bytes allocated while the cycle was marking. They are born marked, so `heap_live_bytes` counts all of them.
    #[must_use]
    pub fn allocated_during_mark_bytes(&self) -> f64 {
        (self.heap_end_bytes - self.heap_start_bytes).max(0.0)
    }

    /// The live heap less what was allocated during marking: the part that does not depend on `GOGC`.
    #[must_use]
    pub fn surviving_bytes(&self) -> f64 {
        (self.heap_live_bytes - self.allocated_during_mark_bytes()).max(0.0)
    }

    /// Stacks and globals.
    #[must_use]
    pub fn roots_bytes(&self) -> f64 {
        self.stacks_bytes + self.globals_bytes
    }

    /// CPU time the GC took from the program: assists, background workers and stopped processors. Marking on idle
    /// processors is left out: it takes nothing from anybody.
    #[must_use]
    pub fn gc_cpu_seconds(&self) -> f64 {
        self.assist_cpu_seconds + self.background_cpu_seconds + self.stw_seconds * f64::from(self.procs)
    }
}
