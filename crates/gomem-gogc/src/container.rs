//! Where the program runs.

/// Where the program runs.
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
/// let container = gomem_gogc::Container::new(2 << 30);
/// assert!(container.memory_limit_bytes() < 2 << 30, "room for what is not Go's");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Container {
    /// The memory the container may use.
    pub limit_bytes: u64,
    /// Resident memory that Go does not manage: cgo, mapped files.
    pub non_go_bytes: u64,
    /// Whether the live heap grows without bound; `GOGC=off` is never offered then.
    pub leaking: bool,
}

impl Container {
    /// A container of `limit_bytes` in which Go manages all memory.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        Self { limit_bytes, non_go_bytes: 0, leaking: false }
    }

    /// The same, of a program that leaks.
    #[must_use]
    pub fn with_leaking(mut self, leaking: bool) -> Self {
        self.leaking = leaking;
        self
    }

    /// The `GOMEMLIMIT` for it: 90 % of the container, less what Go does not manage. Recorded programs overshot their
    /// limit by up to 8 % at the 90th percentile, so 10 % of headroom holds and 5 % does not.
    #[must_use]
    pub fn memory_limit_bytes(&self) -> u64 {
        let by_share = self.limit_bytes / 10 * 9;
        let by_rest = self.limit_bytes.saturating_sub(self.non_go_bytes).saturating_sub(self.limit_bytes / 20);
        by_share.min(by_rest)
    }
}
