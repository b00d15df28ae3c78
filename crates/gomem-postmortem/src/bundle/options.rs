//! How a bundle is opened.

use gomem_transport::FolderLimits;

/// How a bundle is opened.
///
/// ```
/// use gomem_postmortem::{Bundle, BundleLimits, BundleOptions};
///
/// let options = BundleOptions::default().with_limits(BundleLimits::default());
/// assert!(Bundle::open_with("no/such/folder".as_ref(), options).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BundleOptions {
    /// How much is accepted.
    pub limits: BundleLimits,
}

/// How much of a folder is accepted. What is beyond it is left out, and told.
///
/// ```
/// use gomem_postmortem::BundleLimits;
///
/// let limits = BundleLimits::default();
/// assert!(limits.file_bytes <= limits.bytes);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleLimits {
    /// Bytes of one file: 4 GiB by default. Less is read of most kinds ([`Allowance`](crate::Allowance)).
    pub file_bytes: u64,
    /// Bytes of all files together: 16 GiB by default.
    pub bytes: u64,
    /// Files and folders that are looked at, together: 200,000 by default.
    pub files: usize,
    /// Folders within folders: 16 by default.
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
        let FolderLimits { file_bytes, bytes, entries, depth, .. } = FolderLimits::default();
        Self { file_bytes, bytes, files: entries, folder_depth: depth }
    }
}

impl From<BundleLimits> for FolderLimits {
    fn from(limits: BundleLimits) -> Self {
        let mut folder = Self::default();
        (folder.file_bytes, folder.bytes) = (limits.file_bytes, limits.bytes);
        (folder.entries, folder.depth) = (limits.files, limits.folder_depth);
        folder
    }
}
