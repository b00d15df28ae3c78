//! A folder or files as a bundle.

use std::{path::Path, time::UNIX_EPOCH};

use gomem_postmortem::{Artifact, Bundle, BundleError};
use pyo3::prelude::*;

use crate::{
    error::Error,
    input::{Bytes, OneOrMany, Source},
    worker,
};

/// One path is a folder or an archive; several sources are its files.
pub(crate) fn read_bundle(py: Python<'_>, bundle: OneOrMany<Source>) -> Result<Bundle, Error> {
    let mut sources = bundle.into_vec();
    let bundle = match (sources.pop(), sources.is_empty()) {
        (Some(Source::Path(path)), true) => worker::run(py, move || Bundle::open(&path))?.map_err(refusal)?,
        (last, _) => {
            let mut read = Vec::new();
            for source in sources.into_iter().chain(last) {
                let (name, modified_ms) = (source.name(), source.path().and_then(written));
                read.push((name, modified_ms, source.read(py)?));
            }
            let artifact = |(name, modified_ms, bytes): (String, _, Bytes)| Artifact {
                name,
                bytes: bytes.into_vec(),
                modified_ms,
            };
            worker::run(py, move || Bundle::from_artifacts("files", read.into_iter().map(artifact).collect()))?
        }
    };
    if !bundle.has_evidence() {
        let reasons: Vec<String> =
            bundle.unused_files().iter().take(3).map(|unread| format!("{}: {}", unread.name, unread.reason)).collect();
        return Err(Error::decode(format!("nothing was recognised; {}", reasons.join("; ")), "nothing_found", None));
    }
    Ok(bundle)
}

pub(crate) fn refusal(err: BundleError) -> Error {
    match err {
        BundleError::Io { path, source } => Error::Io { path, error: source },
        BundleError::TooLarge { .. } => Error::Limit(err.to_string()),
        other => Error::decode(other.to_string(), "nothing_found", None),
    }
}

fn written(path: &Path) -> Option<i64> {
    let time = path.metadata().and_then(|file| file.modified()).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
