//! Bundles: all that a program left behind.

use std::path::Path;

use gomem_postmortem::{Artifact, Bundle};

use crate::{
    failure::Failure,
    read::{
        binary::Reach,
        source::{STDIN, read},
    },
    show::busy,
};

/// A bundle, with the program that its profiles name, when that is still there and may be read.
pub(crate) fn read_bundle_with(path: &Path, reach: &Reach) -> Result<Bundle, Failure> {
    let bundle = read_bundle(path)?;
    if bundle.binary().is_some() || path == Path::new(STDIN) {
        return Ok(bundle);
    }
    let binary = bundle.latest_heap().and_then(|heap| reach.binary_of(&heap.profile));
    Ok(bundle.with_binary(binary))
}

/// A bundle: a folder, or one file.
pub(crate) fn read_bundle(path: &Path) -> Result<Bundle, Failure> {
    if path != Path::new(STDIN) {
        return Ok(busy(format!("reading {}", path.display()), || Bundle::open(path))?);
    }
    let artifact = Artifact { name: "-".to_owned(), bytes: read(path)?, modified_ms: None };
    let bundle = Bundle::from_artifacts("standard input", vec![artifact]);
    match bundle.unused_files().first() {
        Some(unread) if !bundle.has_evidence() => Err(Failure::input(path, &unread.reason)),
        _ => Ok(bundle),
    }
}
