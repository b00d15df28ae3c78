//! `gomem flame`: a flame graph.

use std::{io::Write, path::PathBuf};

use clap::Args;
use gomem_postmortem::{ListingOptions, SourceLimits, SourceView};
use gomem_pprof::Profile;
use gomem_report::{FlameHtml, flame_html};
use gomem_source::SourceTree;

use crate::{
    failure::Failure,
    read::{Profiles, Source, read_escape_logs, read_source_tree, sample_type_index},
    show::{Output, whole_flame, write_or_print},
};

/// An interactive flame graph of a profile, as one HTML file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem flame heap.pb.gz -o flame.html
  gomem flame heap.pb.gz --source . --escapes escape.log -o flame.html
  gomem flame after.pb.gz --base before.pb.gz -o what-grew.html

A click zooms. Callers turns the graph round: what each function costs itself, and who calls it.
Sandwich shows one function with its callers above and what it calls below. / searches, n and N go
through what was found. The page's address holds the view, so that a link shows the same. With
--source, a frame leads to the lines of its function: 100 functions, 200 lines of each and 1 MiB at
most.")]
pub(crate) struct Flame {
    #[command(flatten)]
    profiles: Profiles,
    /// An earlier profile: red is what grew since, blue what shrank.
    #[arg(long, value_name = "PROFILE")]
    base: Option<PathBuf>,
    /// A folder with sources: a checkout, a module cache, a Go installation; may be repeated.
    #[arg(long, value_name = "DIR")]
    source: Vec<PathBuf>,
    /// The compiler's log of the same build, for what it decided on the lines of the sources; may be repeated.
    #[arg(long, value_name = "LOG", requires = "source")]
    escapes: Vec<PathBuf>,
    /// What the graph shows first; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// Where to write it; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Flame {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let profile = self.profiles.read()?;
        let first = sample_type_index(&profile, self.sample_type.as_deref())?;
        let title = self.profiles.title();
        let flame = match &self.base {
            Some(base) => FlameHtml::new(&title, &profile.diff(&self.profiles.read_other(base)?, false)?.flame(first)),
            None => whole_flame(&title, &profile, first),
        };
        let html = match read_source_tree(&self.source, err)? {
            Some(sources) => flame_html(flame, &self.functions(&profile, first, &sources)?),
            None => flame.document(),
        };
        if write_or_print(&self.output, html.as_bytes(), out)? {
            writeln!(out, "flame graph: {}", self.output.display())?;
        }
        Ok(())
    }

    /// The lines of the functions, by what the graph shows first.
    fn functions(&self, profile: &Profile, sample_type: usize, sources: &SourceTree) -> Result<SourceView, Failure> {
        let name = profile.sample_types().get(sample_type).map(gomem_pprof::SampleType::name);
        let log = match self.escapes.as_slice() {
            [] => None,
            logs => Some(read_escape_logs(&Source::all(logs), None)?),
        };
        let options =
            ListingOptions::default().with_sample_type(name).with_sources(Some(sources)).with_escapes(log.as_ref());
        SourceView::from_profile(profile, &options, SourceLimits::default())
            .map_err(|problem| Failure::Usage(problem.to_string()))
    }
}
