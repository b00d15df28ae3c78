//! What can be asked.

use std::{ffi::OsString, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::{
    attribute::AttributeCommand, capture::CaptureCommand, convert::ConvertCommand, escape::Escape, gogc::GogcCommand,
    metrics::MetricsCommand, profile::ProfileCommand, terminal::Colour,
};

/// Says what allocates in a Go program, why, what it costs and what to change.
#[derive(Debug, Parser)]
#[command(name = "gomem", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 fine, 1 a gate failed, 2 bad usage, 3 bad input.")]
pub(crate) struct Arguments {
    /// When to use colours.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        global = true,
        hide_default_value = true,
        display_order = 1000
    )]
    pub(crate) color: Colour,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// What `--color` says among arguments that cannot be read as a whole.
    pub(crate) fn colour_among(args: &[OsString]) -> Colour {
        let words = args.iter().filter_map(|word| word.to_str());
        let next = words.clone().skip(1).map(Some).chain([None]);
        let said = words.zip(next).find_map(|(word, next)| match word.strip_prefix("--color=") {
            None => next.filter(|_| word == "--color"),
            said => said,
        });
        said.and_then(|when| Colour::from_str(when, true).ok()).unwrap_or_default()
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take a bundle from a live service: its profiles, and a scrape of its metrics each second.
    #[command(after_help = "Examples:
  gomem capture http://127.0.0.1:6060 -o incident/ && gomem postmortem incident/ -o report.html
  gomem capture http://127.0.0.1:6060 --metrics-url http://127.0.0.1:8080/metrics -o incident/
  gomem capture https://service.internal --bearer-token-env TOKEN -o incident/
  gomem capture http://127.0.0.1:6060 --listen-check")]
    Capture(CaptureCommand),
    /// Join all that a program left behind: ranked findings, and a report as HTML or JSON.
    #[command(after_help = "A bundle is a folder with any of these, told by content:
  heap, allocs, CPU and goroutine profiles     curl -o heap-1.pb.gz http://HOST/debug/pprof/heap
  the compiler's logs                          go build -gcflags=-m=2 ./... 2> escape.log
  scrapes of metrics, named by their time      curl -o \"$(date +%s%3N).prom\" http://HOST/metrics
  what Prometheus answers to query_range       promtool query range ... > metrics.txt
  the program's standard error                 GODEBUG=gctrace=1 ./program 2> stderr.log

Example: gomem postmortem incident/ -o report.html --fail-on critical")]
    Postmortem {
        /// The bundle: a folder, or one file; `-` is standard input.
        bundle: PathBuf,
        /// Write the report as one HTML file; `-` is standard output, instead of the text.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Write the report as JSON; `-` is standard output, instead of the text.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Exit with 1 when a finding is at least this severe.
        #[arg(long, value_name = "SEVERITY")]
        fail_on: Option<Severity>,
    },
    /// Compare two bundles of the same work: what a fix was predicted to save beside what it saved.
    #[command(after_help = "Example: gomem compare before/ after/")]
    Compare {
        /// The bundle before the change.
        before: PathBuf,
        /// The bundle after it.
        after: PathBuf,
    },
    #[command(flatten)]
    Profile(ProfileCommand),
    #[command(flatten)]
    Metrics(MetricsCommand),
    /// Where a heap profile allocates, with the compiler's reason for each place.
    #[command(after_help = "Examples:
  gomem attribute heap.pb.gz escape.log
  gomem attribute heap.pb.gz escape.log --gctrace stderr.log -s inuse_space --limit 10
  gomem attribute heap.pb.gz json/ --format csv > sites.csv")]
    Attribute(AttributeCommand),
    /// What goes to the heap, and why, by the compiler's log.
    #[command(after_help = "Examples:
  go build -gcflags=-m=2 ./... 2>&1 | gomem escape -
  go build -gcflags=\"-m=2 -json=0,$PWD/json\" ./... 2> escape.log; gomem escape escape.log json
  gomem escape after.log --diff before.log --fail-on new
  gomem escape after.log --diff before.log --format github")]
    Escape(Escape),
    /// What other settings of GOGC and GOMEMLIMIT would do to a recorded run, and which to choose.
    #[command(after_help = "Examples:
  gomem gogc stderr.log
  gomem gogc stderr.log --gogc 50,100,200,off --memory-limit 1GiB,2GiB
  gomem gogc incident/ --recommend 2GiB --objective latency
  gomem gogc stderr.log -o whatif.html")]
    Gogc(GogcCommand),
    /// What can be read, in another form: pprof, Parquet, Arrow IPC, CSV, JSON, folded, speedscope, callgrind, HTML.
    #[command(after_help = "Examples:
  gomem convert heap.txt -o heap.pb.gz
  gomem convert heap-*.pb.gz -o heaps.parquet
  gomem convert heap.pb.gz -s alloc_space --to folded | flamegraph.pl > heap.svg
  gomem convert escape.log --table inlining -o inlining.parquet
  gomem convert scrapes/ --table state -o state.arrow
  gomem convert stderr.log --to csv > gctrace.csv")]
    Convert(ConvertCommand),
    /// Completions for a shell, on standard output.
    #[command(after_help = "Examples:
  gomem completions bash > ~/.local/share/bash-completion/completions/gomem
  gomem completions zsh > ~/.zfunc/_gomem
  gomem completions fish > ~/.config/fish/completions/gomem.fish
  gomem completions powershell >> $PROFILE")]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Manual pages of all commands, into a folder.
    #[command(after_help = "Example: gomem man ~/.local/share/man/man1 && man gomem-top")]
    Man {
        /// The folder; it is made if there is none.
        directory: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Severity {
    Info,
    Warning,
    Critical,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Format {
    /// Aligned text.
    #[default]
    Text,
    Csv,
    /// One object a line.
    Json,
    #[cfg(feature = "columnar")]
    Parquet,
    /// Arrow IPC, the file format.
    #[cfg(feature = "columnar")]
    Arrow,
}
