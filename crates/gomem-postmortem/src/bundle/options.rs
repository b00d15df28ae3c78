//! How a bundle is opened.

/// How a bundle is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BundleOptions {
    /// How much is accepted.
    pub limits: BundleLimits,
}

/// How much of a folder is accepted. What is beyond it is left out, and told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleLimits {
    /// Bytes of one file: 4 GiB by default.
    pub file_bytes: u64,
    /// Files.
    pub files: usize,
    /// Folders within folders.
    pub folder_depth: usize,
}

impl BundleOptions {
    /// Accepts so much.
    #[must_use]
    pub const fn with_limits(mut self, limits: BundleLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for BundleLimits {
    fn default() -> Self {
        Self { file_bytes: 4 << 30, files: 200_000, folder_depth: 16 }
    }
}
