//! `gomem tags`: the labels of the samples.

use clap::Args;

use crate::{
    failure::Failure,
    read::{Profiles, sample_type_index},
    show::{Output, TableOptions, whole},
};
use gomem_table::ToTable;

/// The labels of the samples and what they add up to, as `go tool pprof -tags` shows them.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem tags cpu.pb.gz --tagshow tenant")]
pub(crate) struct Tags {
    #[command(flatten)]
    profiles: Profiles,
    /// What to sum; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    #[command(flatten)]
    table: TableOptions,
}

impl Tags {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let index = sample_type_index(&profile, self.sample_type.as_deref())?;
        self.table.write(&profile.tags(index).to_table(), &whole(&profile, index), out)
    }
}
