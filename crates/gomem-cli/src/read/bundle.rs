//! Bundles: all that a program left behind.

use std::path::Path;

use gomem_postmortem::{Artifact, Bundle};

use crate::{
    failure::Failure,
    read::source::{STDIN, read},
    show::busy,
};

/// A bundle: a folder, or one file.
pub(crate) fn read_bundle(path: &Path) -> Result<Bundle, Failure> {
    if path != Path::new(STDIN) {
        return Ok(busy(format!("reading {}", path.display()), || Bundle::open(path))?);
    }
    let artifact = Artifact { name: "-".to_owned(), bytes: read(path)?, modified_ms: None };
    let bundle = Bundle::from_artifacts("standard input", vec![artifact]);
    match bundle.unused_files().first() {
        Some(unread) if bundle.contents().is_empty() => Err(Failure::input(path, &unread.reason)),
        _ => Ok(bundle),
    }
}
