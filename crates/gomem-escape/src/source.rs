//! The files that a build leaves.

use std::{io, path::Path};

use gomem_transport::{Folder, FolderLimits};

/// The files to read at `path`: a log itself; of a folder, as `-gcflags=-json=0,DIR` writes one, its `.json` files and the
/// logs beside them, in the order of their names. No link is followed, and only files are opened.
///
/// # Errors
/// When the path leads nowhere, or a folder cannot be listed.
///
/// ```
/// assert!(gomem_escape::files_of("no/such/log".as_ref()).is_err());
/// ```
pub fn files_of(path: &Path) -> io::Result<Folder> {
    let is_log = |file: &Path| file.extension().is_some_and(|end| ["json", "log", "txt"].iter().any(|log| end == *log));
    let folder = Folder::or_file(path, FolderLimits::default())?;
    Ok(if path.is_dir() { folder.only(is_log, "not called .json, .log or .txt") } else { folder })
}
