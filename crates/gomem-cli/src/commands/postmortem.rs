//! `gomem postmortem`: all that a program left behind, joined.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use gomem_postmortem::Report;

use crate::{
    commands::fail_on::FailOn,
    failure::Failure,
    read::read_bundle,
    show::{MOST_COLUMNS, Output, STDOUT, busy, report, write_or_print},
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

Example: gomem postmortem incident/ -o report.html --fail-on critical")]
pub(crate) struct Postmortem {
    /// The bundle: a folder, or one file; `-` is standard input.
    bundle: PathBuf,
    /// Write the report as one HTML file; `-` is standard output, instead of the text.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the report as JSON; `-` is standard output, instead of the text.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    fail_on: FailOn,
}

impl Postmortem {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<u8, Failure> {
        let bundle = read_bundle(&self.bundle)?;
        let facts = busy("joining".to_owned(), || Report::from_bundle(&bundle));
        let is_stdout = |asked: &Option<PathBuf>| asked.as_deref() == Some(Path::new(STDOUT));
        if is_stdout(&self.output) && is_stdout(&self.json) {
            return Err(Failure::Usage("-o - and --json - are both for standard output".to_owned()));
        }
        let is_text = !is_stdout(&self.output) && !is_stdout(&self.json);
        if is_text {
            let columns = out.columns().unwrap_or(MOST_COLUMNS).min(MOST_COLUMNS);
            report(&gomem_report::text(&facts, columns), out)?;
        }
        if let Some(path) = &self.json {
            write_or_print(path, facts.to_json().as_bytes(), out)?;
        }
        if let Some(path) = &self.output {
            write_or_print(path, gomem_report::html(&facts).as_bytes(), out)?;
            if is_text {
                writeln!(out, "\nreport: {}", path.display())?;
            }
        }
        Ok(self.fail_on.code(Some(facts.severity())))
    }
}
