//! What is followed, and why it cannot be.

/// What is followed over a series of profiles.
///
/// ```
/// use gomem_pprof::GrowthOptions;
///
/// let options = GrowthOptions::new("inuse_space").with_times(vec![0, 60_000_000_000]);
/// assert_eq!(options.times_nanos.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrowthOptions {
    /// The sample type.
    pub sample_type: String,
    /// When the program is known to have started, in nanoseconds since the Unix epoch. Profiles tell most restarts by
    /// themselves.
    pub starts_nanos: Vec<i64>,
    /// As of when each profile holds, in nanoseconds since the Unix epoch and in the order in which they are given, where that is
    /// known better than from the profile itself: it shows the heap of an earlier GC. Profiles beyond them say it themselves.
    pub times_nanos: Vec<i64>,
}

/// A profile that cannot be in a series.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{Growth, GrowthError, GrowthOptions};
///
/// // A text does not say when it was taken.
/// let error = Growth::new([&profile, &profile], &GrowthOptions::new("inuse_space")).unwrap_err();
/// assert!(matches!(error, GrowthError::NoTime { index: 0, .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrowthError {
    /// It does not say when it was taken.
    #[error("profile {index} does not say when it was taken")]
    NoTime {
        /// Which, from 0.
        index: usize,
    },
    /// It does not have the sample type.
    #[error("profile {index} has no sample type `{sample_type}`; it has {found}")]
    NoSampleType {
        /// Which, from 0.
        index: usize,
        /// What was asked for.
        sample_type: String,
        /// What there is.
        found: String,
    },
}

impl GrowthOptions {
    /// Follows a sample type.
    #[must_use]
    pub fn new(sample_type: impl Into<String>) -> Self {
        Self { sample_type: sample_type.into(), starts_nanos: Vec::new(), times_nanos: Vec::new() }
    }

    /// With the times at which the program is known to have started.
    #[must_use]
    pub fn with_starts(mut self, nanos: Vec<i64>) -> Self {
        self.starts_nanos = nanos;
        self
    }

    /// With the moments as of which the profiles hold.
    #[must_use]
    pub fn with_times(mut self, nanos: Vec<i64>) -> Self {
        self.times_nanos = nanos;
        self
    }
}

impl Default for GrowthOptions {
    fn default() -> Self {
        Self::new("inuse_space")
    }
}
