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
                create_private(path).map_err(failed)?;
                true
            }
            Err(err) => return Err(failed(err)),
        };
        Ok(Self { path: path.to_owned(), is_new })
    }

    /// A folder that may have something in it.
    #[cfg(target_os = "linux")]
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, Error> {
        create_private(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), is_new: false })
    }

    /// A new file, to be filled.
    #[cfg(target_os = "linux")]
    pub(crate) fn create_file(&self, name: &str) -> Result<fs::File, Error> {
        let path = self.path.join(name);
        private_file().open(&path).map_err(|source| Error::Io { path, source })
    }

    /// Writes a file that is not there yet, and follows no link that somebody else has put there.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        let write = || {
            if let Some(parent) = path.parent() {
                create_private(parent)?;
            }
            let mut file = private_file().open(&path)?;
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

/// Makes a folder that only its owner may look into: a bundle holds what a program does.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// A new file that only its owner may read.
fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn only_the_owner_may_read_a_bundle() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new/bundle");
        Folder::create(&path).unwrap().write("metrics/1.prom", b"x").unwrap();
        let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(""), mode("metrics"), mode("metrics/1.prom")], [0o700, 0o700, 0o600]);
    }

    #[test]
    fn no_link_and_no_file_is_written_over() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::create(root.path()).unwrap();
        symlink(root.path().join("victim"), root.path().join("manifest.json")).unwrap();
        assert!(folder.write("manifest.json", b"x").is_err());
        assert!(!root.path().join("victim").exists());
    }
}
