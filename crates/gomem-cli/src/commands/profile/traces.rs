//! `gomem traces`: every sample with its stack.

use clap::Args;

use crate::{
    failure::Failure,
    read::{Profiles, sample_type_index},
    show::{Format, Output, render, traces},
};
use gomem_table::ToTable;

/// Every sample with its stack, as `go tool pprof -traces` shows them.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem traces cpu.pb.gz --focus 'json\\.' -n 5")]
pub(crate) struct Traces {
    #[command(flatten)]
    profiles: Profiles,
    /// What to show; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// How many samples; 0 is all.
    #[arg(short = 'n', long, default_value_t = 0)]
    rows: usize,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Traces {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let index = sample_type_index(&profile, self.sample_type.as_deref())?;
        if self.format == Format::Text {
            return traces(&profile, index, self.rows, out);
        }
        let table = profile.samples().to_table();
        let table = if self.rows == 0 { table } else { table.head(self.rows) };
        render(&table, self.format, out)
    }
}
