//! Which samples and frames of profiles are looked at.

use clap::Args;
use gomem_pprof::{DecodeOptions, Filter, Merger, Profile};

use crate::{
    failure::Failure,
    read::{profile::read_profile_with, source::Source},
};

/// What of a profile is looked at.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Selection {
    /// Keep samples with a frame that matches (function, file or mapped file).
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    focus: String,
    /// Leave out samples with a frame that matches.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    ignore: String,
    /// Leave out frames that match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    hide: String,
    /// Leave out frames that do not match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    show: String,
    /// Leave out frames above the outermost that matches.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    show_from: String,
    /// Leave out frames below the innermost that matches.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    prune_from: String,
    /// Keep samples with a label that matches: `key=regexp`, or a range such as `bytes=1kb:10kb`.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagfocus: String,
    /// Leave out samples with a label that matches.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagignore: String,
    /// Keep the labels whose keys match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagshow: String,
    /// Leave out the labels whose keys match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    taghide: String,
    /// Label keys, with commas between, whose values become frames at the root.
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagroot: String,
    /// The same at the leaf.
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagleaf: String,
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
        let mut filter = Filter::default();
        for (option, expression) in [
            (&mut filter.focus, &self.focus),
            (&mut filter.ignore, &self.ignore),
            (&mut filter.hide, &self.hide),
            (&mut filter.show, &self.show),
            (&mut filter.show_from, &self.show_from),
            (&mut filter.prune_from, &self.prune_from),
            (&mut filter.tagfocus, &self.tagfocus),
            (&mut filter.tagignore, &self.tagignore),
            (&mut filter.tagshow, &self.tagshow),
            (&mut filter.taghide, &self.taghide),
            (&mut filter.tagroot, &self.tagroot),
            (&mut filter.tagleaf, &self.tagleaf),
        ] {
            option.clone_from(expression);
        }
        filter.noinlines = self.noinlines;
        filter
    }
}
