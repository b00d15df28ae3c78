//! Why a folder of sources cannot be listed.

use std::{io, path::PathBuf};

/// A folder of sources that cannot be listed.
///
/// ```
/// use gomem_source::SourceTree;
///
/// let failed = SourceTree::open(&["no/such/folder"]).unwrap_err();
/// assert_eq!(failed.path.to_str(), Some("no/such/folder"));
/// assert!(failed.to_string().starts_with("no/such/folder: "));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", .path.display())]
#[non_exhaustive]
pub struct OpenError {
    /// The folder.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub problem: io::Error,
}
