//! `gomem top`: flat and cum of a profile.

use clap::Args;

use crate::{
    failure::Failure,
    read::{Profiles, Sums},
    show::{Format, Output, first_rows, whole},
};
use gomem_table::ToTable;

/// Flat and cum of a profile, as `go tool pprof -top` sums them. Several profiles are summed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem top heap.pb.gz --sample-type inuse_space --by line -n 20
  gomem top cpu.pb.gz --focus 'json\\.' --tagfocus tenant=acme
  gomem top heap-*.pb.gz --by package --format csv")]
pub(crate) struct Top {
    #[command(flatten)]
    profiles: Profiles,
    #[command(flatten)]
    sums: Sums,
    /// How many rows; 0 is all.
    #[arg(short = 'n', long, default_value_t = 30)]
    rows: usize,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Top {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let options = self.sums.options(&profile)?;
        let mut top = profile.top(&options);
        if let Some(unit) = &self.sums.unit {
            top = top.in_unit(unit)?;
        }
        first_rows(&top.to_table(), self.rows, self.format, &whole(&profile, options.sample_type), out)
    }
}
