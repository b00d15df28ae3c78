//! The bundle on disk.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use crate::error::Error;

/// A folder that was empty when it was opened.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// It was not there before.
    is_new: bool,
}

impl Folder {
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io { path: path.to_owned(), source };
        let is_new = match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(Error::NotEmpty { path: path.to_owned() });
                }
                false
            }
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(failed)?;
                true
            }
            Err(err) => return Err(failed(err)),
        };
        Ok(Self { path: path.to_owned(), is_new })
    }

    /// Writes a file that is not there yet, and follows no link that somebody else has put there.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        let write = || {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
            // A part of a file, on a disk that is full, is worse than none.
            let written = file.write_all(bytes);
            drop(file);
            written.inspect_err(|_| drop(fs::remove_file(&path)))
        };
        write().map_err(|source| Error::Io { path: path.clone(), source })
    }

    /// Leaves things as they were, when nothing was written.
    pub(crate) fn abandon(self) {
        if self.is_new {
            // Fails when somebody else has put something there: then it stays.
            let _ = fs::remove_dir(&self.path);
        }
    }
}
