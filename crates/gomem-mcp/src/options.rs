//! What a server may do.

use std::path::Path;

use crate::fence::{Fence, FolderError};

/// What a server may do.
///
/// ```
/// use gomem_mcp::Options;
///
/// // Nothing outside of these folders is read, and reports are written to one of them.
/// let folder = std::env::temp_dir();
/// assert!(Options::new(&[&folder])?.with_write(Some(&folder)).is_ok());
/// assert!(Options::new(&[&folder])?.with_write(Some("no/such/folder".as_ref())).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    pub(crate) fence: Fence,
}

impl Options {
    /// Reads within these folders, and writes nowhere.
    ///
    /// # Errors
    /// When one of them is no folder.
    pub fn new<P: AsRef<Path>>(roots: &[P]) -> Result<Self, FolderError> {
        Ok(Self { fence: Fence::new(roots)? })
    }

    /// Writes reports into this folder.
    ///
    /// # Errors
    /// When it is no folder.
    pub fn with_write(mut self, folder: Option<&Path>) -> Result<Self, FolderError> {
        self.fence = self.fence.with_write(folder)?;
        Ok(self)
    }
}
