//! `gomem compare`: two bundles, before a change and after it.

use std::{io::Write, path::PathBuf};

use clap::Args;
use gomem_postmortem::Comparison;
use gomem_report::comparison_text;

use crate::{failure::Failure, read::read_bundle, show::Output};

/// Compare two bundles of the same work: what a fix was predicted to save beside what it saved.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem compare before/ after/")]
pub(crate) struct Compare {
    /// The bundle before the change.
    before: PathBuf,
    /// The bundle after it.
    after: PathBuf,
}

impl Compare {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let comparison = Comparison::new(&read_bundle(&self.before)?, &read_bundle(&self.after)?);
        Ok(out.write_all(comparison_text(&comparison).as_bytes())?)
    }
}
