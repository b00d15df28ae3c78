//! Recorded runs, for the model of the GC's pacing.

use std::path::Path;

use gomem_gogc::GcModel;
use gomem_postmortem::{RecordingOptions, record_bundle};

use crate::{failure::Failure, read::bundle::read_bundle};

/// The model of a recorded run.
pub(crate) fn read_gc_model(path: &Path, options: &RecordingOptions) -> Result<GcModel, Failure> {
    let bundle = read_bundle(path)?;
    let recording = record_bundle(&bundle, options)
        .map_err(|problem| Failure::input(path, problem))?
        .ok_or_else(|| Failure::input(path, "no GC trace and no metrics; run the program with GODEBUG=gctrace=1"))?;
    GcModel::fit(&recording).map_err(|problem| Failure::input(path, problem))
}
