//! `gomem growth`: a series of profiles.

use std::path::{Path, PathBuf};

use clap::Args;
use gomem_pprof::{GrowthError, GrowthOptions};
use gomem_table::ToTable;

use crate::{
    failure::Failure,
    read::{STDIN, read_profile},
    show::{Output, TableOptions},
};

/// How each line's value goes over a series of profiles: what grows, how fast, how sure that is.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem growth heap-*.pb.gz")]
pub(crate) struct Growth {
    /// Profiles of one program, in any order.
    #[arg(required = true)]
    profiles: Vec<PathBuf>,
    /// What to follow.
    #[arg(short, long, value_name = "NAME", default_value = "inuse_space")]
    sample_type: String,
    #[command(flatten)]
    table: TableOptions,
}

impl Growth {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profiles = self.profiles.iter().map(|path| read_profile(path)).collect::<Result<Vec<_>, _>>()?;
        let options = GrowthOptions::new(&self.sample_type);
        let growth = gomem_pprof::Growth::new(&profiles, &options).map_err(|problem| self.failure(&problem))?;
        let what = match growth.profiles() {
            1 => format!("{} of 1 profile: take another one, later, to see what grows", self.sample_type),
            profiles => format!("{} over {profiles} profiles", self.sample_type),
        };
        self.table.write_short(&growth.to_table(), &SHORT, &what, out)
    }

    /// Which of the profiles does not belong into a series, by its name.
    fn failure(&self, problem: &GrowthError) -> Failure {
        let path = |index: usize| self.profiles.get(index).map_or(Path::new(STDIN), PathBuf::as_path).display();
        match problem {
            GrowthError::NoTime { index } => Failure::Input(format!(
                "{}: it does not say when it was taken; take a protobuf without debug=1",
                path(*index)
            )),
            GrowthError::NoSampleType { index, sample_type, found } => {
                Failure::Usage(format!("{}: no sample type `{sample_type}`; there are {found}", path(*index)))
            }
            _ => Failure::Usage(problem.to_string()),
        }
    }
}

/// The columns that a text has.
const SHORT: [&str; 6] = ["place", "first", "last", "change", "slope_per_hour", "likelihood"];
