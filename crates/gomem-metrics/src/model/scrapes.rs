//! The scrapes that a recorder leaves.

use std::{io, path::Path};

use gomem_transport::{Folder, FolderLimits};

use crate::model::metrics::Metrics;

/// The scrapes in a folder, in the order of their names: files called `<unix milliseconds>` or `*.prom`. No link is followed,
/// no subfolder read, and only files are opened.
///
/// # Errors
/// When the folder cannot be listed.
///
/// ```
/// // Files that are not there are an error, those that are no scrapes are passed over when they are read.
/// assert!(gomem_metrics::scrapes_of("no/such/folder".as_ref()).is_err());
/// ```
pub fn scrapes_of(folder: &Path) -> io::Result<Folder> {
    let mut limits = FolderLimits::default();
    limits.depth = 0;
    Ok(Folder::read(folder, limits)?.only(is_scrape, "not called <unix milliseconds>.prom"))
}

fn is_scrape(path: &Path) -> bool {
    let time = path.file_stem().and_then(|stem| Metrics::time_of_name(stem.to_str()?));
    time.is_some_and(|time| time >= EARLIEST_MS) || path.extension().is_some_and(|extension| extension == "prom")
}

/// No scrape was taken in January 1970.
const EARLIEST_MS: i64 = 1_000_000_000;
