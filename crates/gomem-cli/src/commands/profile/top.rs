//! `gomem top`: flat and cum of a profile.

use clap::Args;

use crate::{
    failure::Failure,
    read::{Profiles, Sums},
    show::{Output, TableOptions, whole},
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
    #[command(flatten)]
    table: TableOptions,
}

impl Top {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let options = self.sums.options(&profile)?;
        let mut top = profile.top(&options);
        if let Some(unit) = &self.sums.unit {
            top = top.in_unit(unit)?;
        }
        let columns = [options.by.key_columns(), &VALUES].concat();
        self.table.write_short(&top.to_table(), &columns, &whole(&profile, options.sample_type), out)
    }
}

/// The columns beside those of the key.
const VALUES: [&str; 4] = ["flat", "cum", "flat_fraction", "cum_fraction"];
