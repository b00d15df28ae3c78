//! How a profile is to be read, and how much is accepted.

/// How to read.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{DecodeOptions, Profile};
///
/// // As `go tool pprof` reads: what a lenient reading repairs is an error.
/// let profile = Profile::decode_with(text, &DecodeOptions::default().with_strict(true))?;
/// assert!(profile.diagnostics().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// How much is accepted.
    pub limits: Limits,
    /// Whether flaws are errors, as they are for `go tool pprof`.
    pub strict: bool,
    /// Whether the profile answers as `go tool pprof` does even where that is wrong.
    pub pprof_compat: bool,
}

/// How much input is accepted.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// use gomem_pprof::{DecodeOptions, Limits, Profile};
///
/// let options = DecodeOptions::default().with_limits(Limits::default().with_decompressed_bytes(16));
/// assert!(Profile::decode_with(text, &options).unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes after inflating: 512 MiB by default.
    pub decompressed_bytes: u64,
    /// Sample types.
    pub sample_types: u64,
    /// SampleColumns.
    pub samples: u64,
    /// Values, over all samples: one for each sample type.
    pub values: u64,
    /// Frames of one sample.
    pub stack_depth: u64,
    /// Locations, functions, mappings and strings, each.
    pub entries: u64,
    /// Diagnostics that are kept; further ones are counted only.
    pub diagnostics: u64,
}

impl DecodeOptions {
    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with flaws as errors, or not.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The same with the answers of `go tool pprof` even where they are wrong, or not.
    #[must_use]
    pub fn with_pprof_compat(mut self, pprof_compat: bool) -> Self {
        self.pprof_compat = pprof_compat;
        self
    }
}

impl Limits {
    /// The same with another limit for the bytes after inflating.
    #[must_use]
    pub fn with_decompressed_bytes(mut self, bytes: u64) -> Self {
        self.decompressed_bytes = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            decompressed_bytes: 512 << 20,
            sample_types: 256,
            samples: 20_000_000,
            values: 200_000_000,
            stack_depth: 65_536,
            entries: 20_000_000,
            diagnostics: 10_000,
        }
    }
}
