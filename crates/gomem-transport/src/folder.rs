//! A folder as it came, with its subfolders: the files in it, and never what a link leads to.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The files of a folder, in the order of their names, and what of it is not among them.
///
/// Whoever made the folder chose what is in it. So links are not followed: what one leads to is read where it is, when that
/// is within the folder, and not at all when it is outside. Pipes, devices and files that claim to have no bytes, as those of
/// `/proc` do, are never opened.
///
/// ```no_run
/// use gomem_transport::{Folder, FolderLimits};
///
/// let folder = Folder::read("incident/".as_ref(), FolderLimits::default())?;
/// println!("{} files, {} passed over", folder.files.len(), folder.passed_over.len());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Folder {
    /// Files that can be read.
    pub files: Vec<PathBuf>,
    /// All else.
    pub passed_over: Vec<PassedOver>,
}

/// What of a folder is not read.
///
/// ```
/// use gomem_transport::{Folder, FolderLimits};
///
/// let folder = Folder::read("src".as_ref(), FolderLimits::default())?.only(|_| false, "not wanted");
/// assert!(folder.passed_over.iter().all(|passed_over| passed_over.reason == "not wanted"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PassedOver {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// How much of a folder is accepted. What is beyond it is passed over.
///
/// ```
/// use gomem_transport::{Folder, FolderLimits};
///
/// let mut limits = FolderLimits::default();
/// limits.entries = 1;
/// let folder = Folder::read("src".as_ref(), limits)?;
/// assert!(folder.files.len() <= 1 && !folder.passed_over.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FolderLimits {
    /// Bytes of one file: 4 GiB by default.
    pub file_bytes: u64,
    /// Bytes of all files together: 16 GiB by default.
    pub bytes: u64,
    /// Files and folders that are looked at, together: 200,000 by default.
    pub entries: usize,
    /// Folders within folders: 16 by default.
    pub depth: usize,
}

impl Default for FolderLimits {
    fn default() -> Self {
        Self { file_bytes: 4 << 30, bytes: 16 << 30, entries: 200_000, depth: 16 }
    }
}

impl Folder {
    /// The files in the folder at `path` and in its subfolders.
    ///
    /// # Errors
    /// When the folder itself cannot be listed. A subfolder that cannot be is passed over.
    pub fn read(path: &Path, limits: FolderLimits) -> io::Result<Self> {
        Self::walk(path, limits, false)
    }

    /// The same, without files and folders whose names begin with a dot: what tools keep for themselves, such as `.git`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_visible(path: &Path, limits: FolderLimits) -> io::Result<Self> {
        Self::walk(path, limits, true)
    }

    fn walk(path: &Path, limits: FolderLimits, is_visible_only: bool) -> io::Result<Self> {
        fs::read_dir(path)?;
        let mut walk = Walk { folder: Self::default(), limits, is_visible_only, is_full: false };
        walk.look_into(path, 0);
        Ok(walk.folder)
    }

    /// The file at `path` alone, or the files in the folder there.
    ///
    /// # Errors
    /// When the path leads nowhere, or the folder cannot be listed.
    pub fn or_file(path: &Path, limits: FolderLimits) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() {
            return Self::read(path, limits);
        }
        Ok(Self { files: vec![path.to_owned()], ..Self::default() })
    }

    /// Passes over files that are not wanted.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(&Path) -> bool, reason: &str) -> Self {
        let (files, others) = self.files.into_iter().partition(|path| wanted(path));
        self.files = files;
        let others: Vec<PathBuf> = others;
        self.passed_over.extend(others.into_iter().map(|path| PassedOver { path, reason: reason.to_owned() }));
        self
    }

    /// How many were passed over, in one line, by the reasons that most of them have; `None` when none was.
    #[must_use]
    pub fn passed_over_summary(&self) -> Option<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for passed in &self.passed_over {
            *counts.entry(&passed.reason).or_default() += 1;
        }
        let mut reasons: Vec<(&str, usize)> = counts.into_iter().collect();
        reasons.sort_by_key(|(_, count)| Reverse(*count));
        let told: Vec<String> =
            reasons.iter().take(MOST_REASONS).map(|(reason, count)| format!("{count} × {reason}")).collect();
        (!told.is_empty()).then(|| format!("{} passed over: {}", self.passed_over.len(), told.join("; ")))
    }
}

/// What is left of the limits, and what was found.
struct Walk {
    folder: Folder,
    limits: FolderLimits,
    is_visible_only: bool,
    is_full: bool,
}

impl Walk {
    fn look_into(&mut self, folder: &Path, depth: usize) {
        for path in self.names_in(folder) {
            let about = match fs::symlink_metadata(&path) {
                Ok(about) => about,
                Err(problem) => {
                    self.pass_over(path, said(&problem));
                    continue;
                }
            };
            let kind = about.file_type();
            if kind.is_symlink() {
                self.pass_over(path, "a link: links are not followed".to_owned());
            } else if kind.is_dir() && depth < self.limits.depth {
                self.look_into(&path, depth + 1);
            } else if kind.is_dir() {
                self.pass_over(path, "a folder nested too deep".to_owned());
            } else if !kind.is_file() {
                // A pipe would never end.
                self.pass_over(path, "neither a file nor a folder".to_owned());
            } else {
                self.take(path, about.len());
            }
        }
    }

    /// What is in a folder, by its name, as far as the limit goes.
    fn names_in(&mut self, folder: &Path) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(problem) => {
                self.pass_over(folder.to_owned(), said(&problem));
                return paths;
            }
        };
        for entry in entries {
            if self.limits.entries == 0 {
                if !self.is_full {
                    self.is_full = true;
                    self.pass_over(folder.to_owned(), "more files and folders than are looked at".to_owned());
                }
                break;
            }
            self.limits.entries -= 1;
            match entry {
                Ok(entry) if self.is_visible_only && entry.file_name().as_encoded_bytes().starts_with(b".") => {}
                Ok(entry) => paths.push(entry.path()),
                Err(problem) => self.pass_over(folder.to_owned(), said(&problem)),
            }
        }
        paths.sort();
        paths
    }

    fn take(&mut self, path: PathBuf, bytes: u64) {
        if bytes == 0 {
            self.pass_over(path, "empty".to_owned());
        } else if bytes > self.limits.file_bytes {
            self.pass_over(path, format!("larger than {} bytes", self.limits.file_bytes));
        } else if bytes > self.limits.bytes {
            self.pass_over(path, "more bytes than are read of one folder".to_owned());
        } else {
            self.limits.bytes -= bytes;
            self.folder.files.push(path);
        }
    }

    fn pass_over(&mut self, path: PathBuf, reason: String) {
        self.folder.passed_over.push(PassedOver { path, reason });
    }
}

/// What the system says, without its number.
fn said(problem: &io::Error) -> String {
    let text = problem.to_string();
    text.split(" (os error ").next().unwrap_or(&text).to_lowercase()
}

const MOST_REASONS: usize = 5;

#[cfg(test)]
mod tests;
