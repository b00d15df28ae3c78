//! Bundles: all that a program left behind.

use std::path::Path;

use gomem_postmortem::{Artifact, Bundle};

use crate::{
    failure::Failure,
    read::{
        binary::binary_of,
        source::{STDIN, read},
    },
    show::busy,
};

/// A bundle: a folder, or one file; with the program that its profiles name, when that is still there.
pub(crate) fn read_bundle(path: &Path) -> Result<Bundle, Failure> {
    if path != Path::new(STDIN) {
        let bundle = busy(format!("reading {}", path.display()), || Bundle::open(path))?;
        let has_binary = bundle.binary().is_some();
        let binary = bundle.latest_heap().filter(|_| !has_binary).and_then(|heap| binary_of(&heap.profile));
        return Ok(bundle.with_binary(binary));
    }
    let artifact = Artifact { name: "-".to_owned(), bytes: read(path)?, modified_ms: None };
    let bundle = Bundle::from_artifacts("standard input", vec![artifact]);
    match bundle.unused_files().first() {
        Some(unread) if !bundle.has_evidence() => Err(Failure::input(path, &unread.reason)),
        _ => Ok(bundle),
    }
}
