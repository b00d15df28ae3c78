//! `gomem tree`: callers and callees.

use std::io::Write;

use clap::Args;

use crate::{
    failure::Failure,
    read::{Profiles, Sums},
    show::{Format, Output, TableOptions, call_tree, whole},
};
use gomem_table::ToTable;

/// Who calls each function, and whom it calls, as `go tool pprof -tree` and `-peek` show it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem tree heap.pb.gz -s alloc_space -n 10
  gomem tree heap.pb.gz --peek 'Decode$'")]
pub(crate) struct Tree {
    #[command(flatten)]
    profiles: Profiles,
    #[command(flatten)]
    sums: Sums,
    /// Only the functions that match this regular expression.
    #[arg(long, value_name = "REGEXP")]
    peek: Option<String>,
    #[command(flatten)]
    table: TableOptions,
}

impl Tree {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let options = self.sums.options(&profile)?;
        if self.table.format == Format::Text {
            let text =
                call_tree(&profile, &options, self.peek.as_deref(), self.table.rows.of(usize::MAX, Format::Text))?;
            writeln!(out, "{}", whole(&profile, options.sample_type))?;
            return Ok(out.write_all(text.as_bytes())?);
        }
        self.table.render(&profile.edges(&options).to_table(), out)
    }
}
