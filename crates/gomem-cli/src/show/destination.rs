//! Where an output goes: a file, or standard output under the name `-`.

use std::{
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{failure::Failure, show::output::Output};

/// Writes what was asked for as a file; `-` is standard output. Gives whether it was a file.
pub(crate) fn write_or_print(path: &Path, bytes: &[u8], out: &mut Output<'_>) -> Result<bool, Failure> {
    if path == Path::new(STDOUT) {
        out.write_all(bytes)?;
        return Ok(false);
    }
    write(path, bytes).map(|()| true)
}

/// Writes a file, all of it or nothing: on a disk that is full, what was there before stays.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, Readers::AsBefore, |mut file| file.write_all(bytes)).map_err(|problem| Failure::io(path, &problem))
}

/// Writes a file in the same way that only its owner may read.
pub(crate) fn write_private(path: &Path, fill: impl Fn(File) -> io::Result<()>) -> Result<(), Failure> {
    replace(path, Readers::Owner, fill).map_err(|problem| Failure::io(path, &problem))
}

/// Who may read what is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    /// Who could read the file before; of a new one, as the system gives it.
    AsBefore,
    Owner,
}

fn replace(path: &Path, readers: Readers, fill: impl Fn(File) -> io::Result<()>) -> io::Result<()> {
    let before = fs::metadata(path).ok();
    // A pipe or a device stands for whoever reads from it.
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        return fill(File::create(path)?);
    }
    // A link stays one, and the file that it leads to is replaced.
    let path = if before.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    // Somebody who may not write a file may still own its folder.
    if before.is_some() {
        File::options().write(true).open(&path)?;
    }
    let beside = beside(&path);
    let write = || {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if readers == Readers::Owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(&beside)?;
        if let Some(before) = before.as_ref().filter(|_| readers == Readers::AsBefore) {
            file.set_permissions(before.permissions())?;
        }
        fill(file.try_clone()?)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    };
    write().or_else(|problem| {
        // What has that name already is not ours.
        if problem.kind() != io::ErrorKind::AlreadyExists {
            let _ = fs::remove_file(&beside);
        }
        match problem.kind() {
            // A file may be writable in a folder that is not, and one that a container mounts cannot be replaced.
            io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy if before.is_some() => {
                let file = File::create(&path)?;
                #[cfg(unix)]
                if readers == Readers::Owner {
                    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
                }
                fill(file)
            }
            _ => Err(problem),
        }
    })
}

/// `.gomem-6f1c…`, in the same folder: only within one file system is a file renamed. What a run that was killed left there has
/// another name.
fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!(".gomem-{:016x}", RandomState::new().hash_one(std::process::id())))
}

/// The name of standard output.
pub(crate) const STDOUT: &str = "-";

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        for text in ["first", "second"] {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["report.html"]);
        assert!(write(&folder.path().join("nowhere/report.html"), b"").is_err());
        assert_eq!(names(folder.path()), ["report.html"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_read_by_its_owner_and_a_failure_leaves_what_was_there() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("core");
        fs::write(&path, "before").unwrap();
        let full = |mut file: File| file.write_all(b"half").and(Err(io::Error::from(io::ErrorKind::StorageFull)));
        assert!(write_private(&path, full).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        write_private(&path, |mut file| file.write_all(b"after")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["core"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.html"), folder.path().join("latest"));
        fs::write(&path, "first").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("report.html", &link).unwrap();
        write(&link, b"second").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        write(Path::new("/dev/null"), b"third").unwrap();
    }

    /// `/dev/full` is a disk that is full; a file system of so few bytes takes a mount.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_told() {
        let problem = write(Path::new("/dev/full"), b"x").unwrap_err();
        assert!(problem.to_string().contains("no space left"), "{problem}");
    }
}
