//! What a folder holds, with its subfolders.

use std::{
    collections::HashSet,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::bundle::{artifact::UnusedFile, options::BundleLimits};

/// The files of a folder. What cannot be read is passed over: the rest is worth a report all the same.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) passed_over: Vec<UnusedFile>,
    /// How many more were passed over than are told one by one.
    untold: usize,
    /// Folders that were looked into, by their real paths: links may lead in circles.
    seen: HashSet<PathBuf>,
    limits: BundleLimits,
}

impl Listing {
    /// The files at `path`, in the order of their names: itself, or what is in the folder.
    pub(crate) fn read(path: &Path, limits: BundleLimits) -> io::Result<Self> {
        let mut listing = Self { limits, ..Self::default() };
        if fs::metadata(path)?.is_dir() {
            fs::read_dir(path)?;
            listing.look_into(path, path, 0);
            if listing.untold > 0 {
                let reason = format!("{} more files and folders", listing.untold);
                listing.passed_over.push(UnusedFile { name: "…".to_owned(), reason });
            }
        } else {
            listing.files.push(path.to_owned());
        }
        Ok(listing)
    }

    fn look_into(&mut self, root: &Path, folder: &Path, depth: usize) {
        if fs::canonicalize(folder).is_ok_and(|real| !self.seen.insert(real)) {
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(problem) => return self.pass_over(root, folder, reason(&problem)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(problem) => self.pass_over(root, folder, reason(&problem)),
            }
        }
        paths.sort();
        let BundleLimits { file_bytes, files, folder_depth } = self.limits;
        for path in paths {
            match fs::metadata(&path) {
                Err(problem) => self.pass_over(root, &path, reason(&problem)),
                Ok(about) if about.is_dir() && depth < folder_depth => self.look_into(root, &path, depth + 1),
                Ok(about) if about.is_dir() => self.pass_over(root, &path, "a folder nested too deep".to_owned()),
                // A pipe would never end.
                Ok(about) if !about.is_file() => self.pass_over(root, &path, "neither a file nor a folder".to_owned()),
                Ok(about) if about.len() > file_bytes => {
                    self.pass_over(root, &path, format!("larger than {file_bytes} bytes"));
                }
                Ok(_) if self.files.len() >= files => {
                    self.pass_over(root, &path, format!("more than {files} files"));
                }
                Ok(_) => self.files.push(path),
            }
        }
    }

    pub(crate) fn pass_over(&mut self, root: &Path, path: &Path, reason: String) {
        if self.passed_over.len() < MOST_PASSED_OVER {
            self.passed_over.push(UnusedFile { name: name_within(root, path), reason });
        } else {
            self.untold += 1;
        }
    }
}

/// The beginning of a file; nothing of one that cannot be read.
pub(crate) fn head(file: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.map_or_else(|_| Vec::new(), |_| head)
}

/// A file's name in a bundle.
pub(crate) fn name_within(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).ok().filter(|name| !name.as_os_str().is_empty()).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}

/// What the system says, without its number.
pub(crate) fn reason(problem: &io::Error) -> String {
    let text = problem.to_string();
    text.split(" (os error ").next().unwrap_or(&text).to_lowercase()
}

/// Enough for the first line of what was gzipped.
const HEAD: u64 = 4096;
const MOST_PASSED_OVER: usize = 1000;
