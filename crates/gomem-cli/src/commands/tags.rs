//! `gomem tags`: the labels of the samples.

use clap::Args;

use crate::{
    failure::Failure,
    read::{Profiles, sample_type_index},
    show::{Format, Output, first_rows, whole},
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
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Tags {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let index = sample_type_index(&profile, self.sample_type.as_deref())?;
        first_rows(&profile.tags(index).to_table(), 0, self.format, &whole(&profile, index), out)
    }
}
