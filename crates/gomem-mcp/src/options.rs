//! What a server may do.

use std::path::Path;

use crate::fence::{Fence, FolderError};

/// What a server may do.
///
/// ```
/// use gomem_mcp::Options;
///
/// // Nothing outside of these folders is read.
/// let options = Options::new(&[std::env::temp_dir()])?.with_write(None)?;
/// assert!(format!("{options:?}").contains("Options"));
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
