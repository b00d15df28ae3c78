//! Why a bundle cannot be opened.

use std::path::PathBuf;

use gomem_metrics::Window;

/// Why a bundle cannot be opened.
///
/// ```
/// use gomem_postmortem::{Bundle, BundleError};
///
/// assert!(matches!(Bundle::open("no/such/folder".as_ref()), Err(BundleError::Io { .. })));
/// ```
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
    /// Nothing is known to be from a window of time.
    #[error("nothing lies in the window {window}; {}", seen_text(*seen))]
    EmptyWindow {
        /// The window.
        window: Window,
        /// From the first to the last moment that is known; `None` when nothing says when it was taken.
        seen: Option<Window>,
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

fn seen_text(seen: Option<Window>) -> String {
    match seen {
        None => "no profile, trace or scrape says when it was taken".to_owned(),
        Some(seen) => format!("what says when it was taken is {seen}"),
    }
}

fn nothing_among(files: usize) -> String {
    match files {
        1 => String::new(),
        _ => format!("no profile, escape log, metrics or GC trace among {files} files, such as "),
    }
}
