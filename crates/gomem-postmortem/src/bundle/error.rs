//! Why a bundle cannot be opened.

use std::path::PathBuf;

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A file or folder cannot be read.
    #[error("{}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is larger than any artefact should be.
    #[error("{}: {problem}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How much is accepted.
        problem: String,
    },
    /// There is no file.
    #[error("{}: an empty folder; see `gomem postmortem --help` for what can be in a bundle", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing was recognised.
    #[error(
        "{}: {}{reasons}; see `gomem postmortem --help` for what can be in a bundle",
        path.display(), nothing_among(*files)
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// How many files there were.
        files: usize,
        /// Why the first of them were not used.
        reasons: String,
    },
}

fn nothing_among(files: usize) -> String {
    match files {
        1 => String::new(),
        _ => format!("no profile, escape log, metrics or GC trace among {files} files, such as "),
    }
}
