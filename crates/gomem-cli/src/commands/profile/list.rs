//! `gomem list`: functions line by line.

use std::{io::Write, path::PathBuf};

use clap::Args;
use gomem_postmortem::{AttributeOptions, Listing, ListingError, ListingOptions};
use gomem_table::ToTable;

use crate::{
    failure::Failure,
    read::{Kind, Selection, Source, read_escape_logs, read_source_tree},
    show::{Format, Output, TableOptions, write_or_print},
};

/// Functions line by line: flat and cum as `go tool pprof -list` has them, and what the compiler decided on each line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem list 'store\\.' heap.pb.gz escape.log --source .
  gomem list Unmarshal heap.pb.gz -s alloc_space --source . --source \"$(go env GOROOT)\" --source \"$(go env GOMODCACHE)\"
  gomem list main.parse heap.pb.gz --source . -o parse.html
  gomem list main.parse pod-1.pb.gz pod-2.pb.gz escape.log --source .

Sources are read in the folders that --source names, and nowhere else: a profile's own paths are
never opened. Those of builds with -trimpath, of the module cache, of a Go installation and of
vendor/ all lead to their files there. A note names a file that is not the one that was compiled.")]
pub(crate) struct List {
    /// Functions whose names match: a regular expression of Go's syntax.
    #[arg(value_name = "REGEX")]
    pattern: String,
    /// Profiles, in any form, which are summed; and logs of the same build: its text, the folder of -gcflags=-json=0,DIR, or
    /// both. A profile may be an address (`http://127.0.0.1:6060/debug/pprof/heap`); `-` is standard input.
    #[arg(required = true, value_name = "PROFILE|ESCAPE_LOG")]
    inputs: Vec<PathBuf>,
    /// A folder with sources: a checkout, a module cache, a Go installation; may be repeated.
    #[arg(long, value_name = "DIR")]
    source: Vec<PathBuf>,
    /// What to sum; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// The release of Go that built the program, `go1.26.8`, for what its compiler decided in the standard library.
    #[arg(long, value_name = "RELEASE")]
    go_version: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// Write it as one HTML file; `-` is standard output.
    #[arg(short, long, value_name = "FILE", conflicts_with = "format")]
    output: Option<PathBuf>,
    #[command(flatten)]
    table: TableOptions,
}

impl List {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let (logs, profiles) = self.inputs()?;
        if profiles.is_empty() {
            return Err(Failure::Usage("there is no profile among the files".to_owned()));
        }
        let profile = self.selection.profile(&profiles)?;
        let log = if logs.is_empty() { None } else { Some(read_escape_logs(&logs, None)?) };
        let sources = read_source_tree(&self.source, err)?;
        let attribution = AttributeOptions::default().with_go_version(self.go_version.as_deref());
        let options = ListingOptions::default()
            .with_sample_type(self.sample_type.as_deref())
            .with_sources(sources.as_ref())
            .with_escapes(log.as_ref())
            .with_attribution(attribution);
        let listing = Listing::new(&profile, &self.pattern, &options).map_err(|problem| match problem {
            ListingError::Pattern(problem) => Failure::from(problem),
            problem => Failure::Usage(problem.to_string()),
        })?;
        if let Some(path) = &self.output {
            write_or_print(path, gomem_report::listing_html(&listing).as_bytes(), out)?;
            return Ok(());
        }
        if self.table.format != Format::Text {
            let of = format!("{} of each line", listing.sample_type);
            return self.table.write(&listing.to_table(), &of, out);
        }
        out.write_all(gomem_report::listing_text(&listing).as_bytes())?;
        if sources.is_none() {
            writeln!(out, "\nnote: no sources: --source DIR shows the lines")?;
        }
        Ok(())
    }

    /// The logs, and what else there is.
    fn inputs(&self) -> Result<(Vec<Source>, Vec<Source>), Failure> {
        let (mut logs, mut profiles) = (Vec::new(), Vec::new());
        for path in &self.inputs {
            let source = Source::held(path)?;
            let is_log = path.is_dir() || Kind::announced_by(&source.head()?).next() == Some(Kind::EscapeLog);
            if is_log { logs.push(source) } else { profiles.push(source) }
        }
        Ok((logs, profiles))
    }
}
