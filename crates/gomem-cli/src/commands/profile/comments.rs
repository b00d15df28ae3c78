//! `gomem comments`: the comments in a profile.

use std::io::Write;

use clap::Args;

use crate::{
    failure::Failure,
    read::Profiles,
    show::{Output, one_line},
};

/// The comments in a profile, one a line.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem comments heap.pb.gz")]
pub(crate) struct Comments {
    #[command(flatten)]
    profiles: Profiles,
}

impl Comments {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        self.profiles.read()?.comments().iter().try_for_each(|comment| Ok(writeln!(out, "{}", one_line(comment))?))
    }
}
