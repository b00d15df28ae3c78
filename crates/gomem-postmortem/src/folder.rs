//! What a folder holds, with its subfolders.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::bundle::Unread;

/// The files of a folder. What cannot be read is passed over: the rest is worth a report all the same.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) passed_over: Vec<Unread>,
    /// Folders that were looked into, by their real paths: links may lead in circles.
    seen: HashSet<PathBuf>,
}

impl Listing {
    /// The files at `path`, in the order of their names: itself, or what is in the folder.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let mut listing = Self::default();
        if fs::metadata(path)?.is_dir() {
            fs::read_dir(path)?;
            listing.look_into(path, path, 0);
            listing.files.sort();
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
        for path in entries.flatten().map(|entry| entry.path()) {
            match fs::metadata(&path) {
                Err(problem) => self.pass_over(root, &path, reason(&problem)),
                Ok(about) if about.is_dir() && depth < DEEPEST => self.look_into(root, &path, depth + 1),
                Ok(about) if about.is_dir() => self.pass_over(root, &path, "a folder nested too deep".to_owned()),
                // A pipe would never end.
                Ok(about) if !about.is_file() => self.pass_over(root, &path, "neither a file nor a folder".to_owned()),
                Ok(about) if about.len() > LARGEST_FILE => {
                    self.pass_over(root, &path, format!("larger than {LARGEST_FILE} bytes"));
                }
                Ok(_) if self.files.len() >= MOST_FILES => {
                    return self.pass_over(root, &path, format!("and what follows: more than {MOST_FILES} files"));
                }
                Ok(_) => self.files.push(path),
            }
        }
    }

    pub(crate) fn pass_over(&mut self, root: &Path, path: &Path, reason: String) {
        if self.passed_over.len() < MOST_PASSED_OVER {
            self.passed_over.push(Unread { name: name_within(root, path), reason });
        }
    }
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

pub(crate) const LARGEST_FILE: u64 = 4 << 30;
const MOST_FILES: usize = 200_000;
const MOST_PASSED_OVER: usize = 1000;
const DEEPEST: usize = 16;
