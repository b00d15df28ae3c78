//! Which samples and frames of profiles are looked at.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use gomem_pprof::{DecodeOptions, Filter, Merger, Profile};

use crate::{
    failure::Failure,
    read::{profile::read_profile_with, source::Source},
};

/// What of a profile is looked at.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Selection {
    #[command(flatten)]
    filters: Filters,
    /// Count inlined functions as those they were inlined into.
    #[arg(long, help_heading = "Filters")]
    noinlines: bool,
    /// Answer as `go tool pprof` does even where that is wrong.
    #[arg(long, help_heading = "Decoding")]
    pprof_compat: bool,
    /// Refuse a profile with flaws, as `go tool pprof` does, rather than repair them.
    #[arg(long, help_heading = "Decoding")]
    strict: bool,
    /// Continue stacks that the runtime cut off with what other stacks know.
    #[arg(long, help_heading = "Decoding")]
    repair_truncated: bool,
}

impl Selection {
    /// The sum of the profiles, filtered.
    pub(crate) fn profile(&self, sources: &[Source]) -> Result<Profile, Failure> {
        let profile = match sources {
            [one] => read_profile_with(one, self.options())?,
            many => {
                let mut merger = Merger::new();
                for source in many {
                    merger.add(&read_profile_with(source, self.options())?)?;
                }
                merger.finish()?
            }
        };
        let profile = if self.repair_truncated { profile.repair_truncated_stacks() } else { profile };
        let filter = self.filter();
        if filter == Filter::default() { Ok(profile) } else { Ok(profile.filter(&filter)?) }
    }

    fn options(&self) -> DecodeOptions {
        DecodeOptions::default().with_pprof_compat(self.pprof_compat).with_strict(self.strict)
    }

    fn filter(&self) -> Filter {
        let mut filter = self.filters.0.clone();
        filter.noinlines = self.noinlines;
        filter
    }
}

/// The options that `Filter` lists, `--show-from` for `show_from`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Filters(Filter);

impl Args for Filters {
    fn augment_args(command: Command) -> Command {
        Filter::OPTIONS.iter().fold(command, |command, option| {
            let arg = Arg::new(option.name()).long(option.name().replace('_', "-")).value_name(option.value());
            command.arg(arg.help(option.doc()).help_heading("Filters"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Filters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut filters = Self::default();
        filters.update_from_arg_matches(matches)?;
        Ok(filters)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for option in Filter::OPTIONS {
            if let Some(expression) = matches.get_one::<String>(option.name()) {
                expression.clone_into(option.of(&mut self.0));
            }
        }
        Ok(())
    }
}
