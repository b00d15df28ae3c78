//! What of a profile is summed, and how.

use clap::Args;
use gomem_pprof::{Granularity, Profile, TopOptions};

use crate::{failure::Failure, read::profile::sample_type_index};

/// What to sum.
#[derive(Debug, Args)]
pub(crate) struct Sums {
    /// What to sum; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// function, filefunction, file, line, address, package, module or origin (runtime, std, third_party, user); function,
    /// unless it is said.
    #[arg(long, value_name = "KEY")]
    by: Option<String>,
    /// Divide by the first sample type: the mean size of an object.
    #[arg(long)]
    mean: bool,
    /// Divide every value.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, hide_default_value = true)]
    divide_by: f64,
    /// Show values in another unit: MB, ms.
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    /// Show shares of what the filters left, rather than of the whole profile.
    #[arg(long)]
    relative: bool,
    /// Leave out what is negative, in a difference.
    #[arg(long)]
    drop_negative: bool,
}

impl Sums {
    /// By function, unless it is said.
    pub(crate) fn options(&self, profile: &Profile) -> Result<TopOptions, Failure> {
        self.options_or(profile, Granularity::Function)
    }

    /// By that, unless it is said.
    pub(crate) fn options_or(&self, profile: &Profile, by: Granularity) -> Result<TopOptions, Failure> {
        if self.divide_by.is_nan() || self.divide_by <= 0.0 {
            return Err(Failure::Usage("--divide-by takes a number above 0".to_owned()));
        }
        let by = self.by.as_ref().map(|by| by.parse().map_err(Failure::Usage)).transpose()?.unwrap_or(by);
        let index = sample_type_index(profile, self.sample_type.as_deref())?;
        let options = TopOptions::new(index).by(by).with_mean(self.mean).with_divide_by(self.divide_by);
        Ok(options.with_relative(self.relative).with_drop_negative(self.drop_negative))
    }
}
