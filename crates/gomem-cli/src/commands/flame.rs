//! `gomem flame`: a flame graph.

use std::{io::Write, path::PathBuf};

use clap::Args;
use gomem_report::FlameHtml;

use crate::{
    failure::Failure,
    read::{Profiles, read_profile, sample_type_index},
    show::{Output, whole_flame, write_or_print},
};

/// An interactive flame graph of a profile, as one HTML file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem flame heap.pb.gz -o flame.html
  gomem flame after.pb.gz --base before.pb.gz -o what-grew.html")]
pub(crate) struct Flame {
    #[command(flatten)]
    profiles: Profiles,
    /// An earlier profile: red is what grew since, blue what shrank.
    #[arg(long, value_name = "PROFILE")]
    base: Option<PathBuf>,
    /// What the graph shows first; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// Where to write it; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Flame {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let first = sample_type_index(&profile, self.sample_type.as_deref())?;
        let title = self.profiles.title();
        let html = match &self.base {
            Some(base) => FlameHtml::new(&title, &profile.diff(&read_profile(base)?, false)?.flame(first)),
            None => whole_flame(&title, &profile, first),
        };
        if write_or_print(&self.output, html.document().as_bytes(), out)? {
            writeln!(out, "flame graph: {}", self.output.display())?;
        }
        Ok(())
    }
}
