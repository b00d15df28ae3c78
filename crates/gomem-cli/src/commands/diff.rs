//! `gomem diff`: two profiles.

use std::path::PathBuf;

use clap::Args;
use gomem_pprof::SampleType;
use gomem_table::Column;
use gomem_table::ToTable;

use crate::{
    failure::Failure,
    read::{Sums, read_profile},
    show::{Format, Output, first_rows, total},
};

/// What is different between two profiles.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem diff before.pb.gz after.pb.gz -s alloc_space --normalize")]
pub(crate) struct Diff {
    /// The earlier profile; `-` is standard input.
    base: PathBuf,
    /// The later profile.
    current: PathBuf,
    #[command(flatten)]
    sums: Sums,
    /// Scale the later profile to the earlier one's totals first.
    #[arg(long)]
    normalize: bool,
    /// How many rows; 0 is all.
    #[arg(short = 'n', long, default_value_t = 30)]
    rows: usize,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Diff {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let (base, current) = (read_profile(&self.base)?, read_profile(&self.current)?);
        let diff = current.diff(&base, self.normalize)?;
        let options = self.sums.options(diff.current())?;
        let table = diff.top(&options).to_table();
        let is_key = |name: &str| !SHORT.contains(&name) && !name.contains('_') && table.column(name).is_some();
        let keys = table.columns().iter().map(Column::name).take_while(|&name| name != "base");
        let columns: Vec<&str> = keys.filter(|name| is_key(name)).chain(SHORT).collect();
        let table = if self.format == Format::Text { table.select(&columns) } else { table };
        let [before, after] = [diff.base(), diff.current()].map(|profile| total(profile, options.sample_type));
        let name = diff.current().sample_types().get(options.sample_type).map_or("", SampleType::name);
        first_rows(&table, self.rows, self.format, &format!("{name}: {before} before, {after} after"), out)
    }
}

/// The columns beside those of the key that a text has.
const SHORT: [&str; 5] = ["base", "current", "delta", "delta_fraction", "status"];
