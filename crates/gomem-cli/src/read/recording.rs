//! Recorded runs, for the model of the GC's pacing.

use std::{collections::BTreeSet, path::Path};

use gomem_gogc::GcModel;
use gomem_postmortem::{Bundle, RecordingOptions, record_bundle};

use crate::{failure::Failure, read::bundle::read_bundle};

/// The model of a recorded run.
pub(crate) fn read_gc_model(path: &Path, options: &RecordingOptions) -> Result<GcModel, Failure> {
    let bundle = read_bundle(path)?;
    let recording = record_bundle(&bundle, options)
        .map_err(|problem| Failure::input(path, problem))?
        .ok_or_else(|| Failure::input(path, without_cycles(&bundle)))?;
    GcModel::fit(&recording).map_err(|problem| Failure::input(path, problem))
}

/// Says what there is instead of GC cycles.
fn without_cycles(bundle: &Bundle) -> String {
    let found: BTreeSet<&str> = bundle.contents().iter().map(|(_, contents)| contents.name()).collect();
    let found: Vec<&str> = found.into_iter().collect();
    let instead = if found.is_empty() { String::new() } else { format!(" (found: {})", found.join(", ")) };
    format!("no GC trace and no metrics{instead}; run the program with GODEBUG=gctrace=1")
}
