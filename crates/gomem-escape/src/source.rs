//! The files that a build leaves.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The files to read at `path`: a log itself; of a folder, as `-gcflags=-json=0,DIR` writes one, its `.json` files and the
/// logs beside them, in the order of their names.
///
/// # Errors
/// When the path leads nowhere, or a folder cannot be listed.
pub fn files_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // Links are not followed: they may lead in circles.
            let kind = entry.file_type()?;
            let is_log =
                entry.path().extension().is_some_and(|end| ["json", "log", "txt"].iter().any(|log| end == *log));
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && is_log {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
