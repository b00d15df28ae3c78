//! `gomem postmortem`: all that a program left behind, joined.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use gomem_finding::Severity;
use gomem_postmortem::{Finding, Report};
use gomem_table::ToTable;

use crate::{
    commands::fail_on::FailOn,
    failure::Failure,
    read::{Reach, WindowOptions, read_bundle_with, read_source_tree},
    show::{
        Annotation, Format, Level, MOST_COLUMNS, Output, Review, ReviewFormat, STDOUT, Section, busy, render, report,
        write_or_print,
    },
};

/// Join all that a program left behind: ranked findings, and a report as HTML or JSON.
#[derive(Debug, Args)]
#[command(after_help = "A bundle is a folder with any of these; gomem recognises them by their content:
  heap, allocs, CPU and goroutine profiles     curl -o heap-1.pb.gz http://HOST/debug/pprof/heap
  the compiler's logs, of all packages         go build -gcflags=all=-m=2 ./... 2> escape.log
  scrapes of metrics, named by their time      curl -o \"$(date +%s%3N).prom\" http://HOST/metrics
  what Prometheus answers to query_range       promtool query range ... > metrics.txt
  the program's standard error                 GODEBUG=gctrace=1 ./program 2> stderr.log
  the program itself                           cp ./program incident/
  its sources, in the folder src               gomem capture http://HOST --source . -o incident/

Examples:
  gomem postmortem incident/ -o report.html --fail-on critical
  gomem postmortem incident/ -o report.html --source . --source \"$(go env GOROOT)\"
  gomem postmortem incident/ --from '2026-11-08 09:30' --to '2026-11-08 10:00'
  gomem postmortem incident/ --format markdown > comment.md

With sources, the HTML report shows the functions that findings are about, line by line: what each
line costs, and what the compiler decided there. They are read in the folders that --source names
and in the bundle's src, and nowhere else. The report holds 100 functions, 200 lines of each (those
that cost most) and 1 MiB at most.")]
pub(crate) struct Postmortem {
    /// The bundle: a folder, or one file; `-` is standard input.
    bundle: PathBuf,
    /// A folder with sources, for the report's: a checkout, a module cache, a Go installation; may be repeated. Those in the
    /// bundle's folder `src` are used too.
    #[arg(long, value_name = "DIR")]
    source: Vec<PathBuf>,
    /// Write the report as one HTML file; `-` is standard output, instead of the text.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the report as JSON; `-` is standard output, instead of the text.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    window: WindowOptions,
    #[command(flatten)]
    fail_on: FailOn,
    #[command(flatten)]
    reach: Reach,
    /// What is printed: the text, the findings as a table, or what a forge shows at their lines. `json` is the whole report.
    #[arg(long, value_enum, default_value_t)]
    format: ReviewFormat,
}

impl Postmortem {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        let window = self.window.window()?;
        let bundle = read_bundle_with(&self.bundle, &self.reach)?.with_sources(read_source_tree(&self.source, err)?);
        let bundle = bundle.within(window)?;
        let facts = busy("joining".to_owned(), || Report::from_bundle(&bundle));
        let is_stdout = |asked: &Option<PathBuf>| asked.as_deref() == Some(Path::new(STDOUT));
        if is_stdout(&self.output) && is_stdout(&self.json) {
            return Err(Failure::Usage("-o - and --json - are both for standard output".to_owned()));
        }
        let is_text = !is_stdout(&self.output) && !is_stdout(&self.json);
        if is_text {
            self.print(&facts, out)?;
        }
        if let Some(path) = &self.json {
            write_or_print(path, facts.to_json().as_bytes(), out)?;
        }
        if let Some(path) = &self.output {
            write_or_print(path, gomem_report::html(&facts).as_bytes(), out)?;
            if is_text && self.format == ReviewFormat::default() {
                writeln!(out, "\nreport: {}", path.display())?;
            }
        }
        Ok(self.fail_on.code(facts.severity(), err))
    }

    fn print(&self, facts: &Report, out: &mut Output<'_>) -> Result<(), Failure> {
        match self.format.plain() {
            Some(Format::Text) => {
                let columns = out.columns().unwrap_or(MOST_COLUMNS).min(MOST_COLUMNS);
                Ok(report(&gomem_report::text(facts, columns), out)?)
            }
            Some(Format::Json) => Ok(out.write_all(facts.to_json().as_bytes())?),
            Some(format) => render(&facts.findings().to_table(), format, out),
            None => review(facts).write(self.format, out),
        }
    }
}

/// What costs something, or is in danger.
fn review(facts: &Report) -> Review {
    let is_bad = |finding: &&Finding| finding.severity >= Severity::Warning;
    let count = |severity| facts.findings().iter().filter(|finding| finding.severity == severity).count();
    let table = facts.findings().to_table().select(&SHORT);
    Review {
        command: "postmortem",
        headline: format!("{} critical, {} warnings", count(Severity::Critical), count(Severity::Warning)),
        annotations: facts.findings().iter().filter(is_bad).map(told).collect(),
        sections: Section::new("All findings", table).into_iter().collect(),
        notes: Vec::new(),
    }
}

fn told(finding: &Finding) -> Annotation {
    let place = finding.place.as_ref();
    let kind = finding.kind.name();
    Annotation {
        level: if finding.severity == Severity::Critical { Level::Error } else { Level::Warning },
        rule: kind.to_owned(),
        rule_text: format!("A finding: {}", kind.replace('_', " ")),
        message: finding.title.clone(),
        reason: format!("{} ({} confidence)", finding.action, finding.confidence.name()),
        identity: format!("{kind}|{}", place.map_or(finding.title.as_str(), |place| place.function())),
        ..Annotation::at(place)
    }
}

/// The columns that people look at.
const SHORT: [&str; 6] = ["rank", "severity", "kind", "place", "bytes_fraction", "title"];
