//! The commands on metrics: `metrics`, `diagnose`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use clap::{Args, Subcommand, ValueEnum};
use gomem_metrics::{
    DiagnoseOptions, Diagnosis, Format as MetricsFormat, GcTrace, Metrics, ReadOptions, Severity as Found,
};
use gomem_table::Table;

use crate::{
    arguments::{Format, Severity},
    failure::Failure,
    files::{STDIN, Source},
    kind::Kind,
    output::Output,
    prose,
    render::render,
};

#[derive(Debug, Subcommand)]
pub(crate) enum MetricsCommand {
    /// What metrics hold: the Go runtime's state, GC cycles, where the memory is, or every sample.
    #[command(after_help = "Examples:
  gomem metrics scrapes/
  gomem metrics query_range.json --show cycles --format csv
  curl -s localhost:6060/debug/vars | gomem metrics - --show memory")]
    Metrics {
        #[command(flatten)]
        input: MetricsInput,
        /// What to show.
        #[arg(long, value_enum, default_value_t)]
        show: Show,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// What is wrong with a program, with the evidence; or that the evidence is not enough.
    #[command(after_help = "Examples:
  gomem diagnose scrapes/ --gctrace stderr.log --memory-limit 536870912
  gomem diagnose query_range.json --all --format json --fail-on critical")]
    Diagnose {
        #[command(flatten)]
        input: MetricsInput,
        /// A log with GODEBUG=gctrace=1 lines of the same program.
        #[arg(long, value_name = "LOG")]
        gctrace: Option<PathBuf>,
        /// The memory that the container may use, in bytes.
        #[arg(long, value_name = "BYTES")]
        memory_limit: Option<u64>,
        /// As text, show the rules that did not fire as well.
        #[arg(long)]
        all: bool,
        /// Exit with 1 when a finding is at least this severe.
        #[arg(long, value_name = "SEVERITY")]
        fail_on: Option<Severity>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Debug, Args)]
pub(crate) struct MetricsInput {
    /// Files of metrics, or folders of <unix milliseconds>.prom; `-` is standard input.
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// Fail for anything that the format's specification forbids.
    #[arg(long)]
    strict: bool,
    /// What format the files have; without it, they tell.
    #[arg(long, value_name = "FORMAT", value_parser = input_format)]
    input_format: Option<MetricsFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Show {
    /// The runtime's state, one row a scrape.
    #[default]
    State,
    /// GC cycles, one row a scrape before which one ended.
    Cycles,
    /// Where the memory is, one row a part of each moment.
    Memory,
    /// Every sample.
    Series,
}

pub(crate) fn answer(command: &MetricsCommand, out: &mut Output<'_>) -> Result<u8, Failure> {
    match command {
        MetricsCommand::Metrics { input, show, format } => {
            render(&table(&input.metrics()?, *show, *format)?, *format, out)?;
            Ok(0)
        }
        MetricsCommand::Diagnose { input, gctrace, memory_limit, all, fail_on, format } => {
            let state = input.metrics()?.state();
            let state = match gctrace {
                Some(log) => {
                    let trace = gc_trace(&Source::Path(log.clone()))?;
                    state.with_trace(&trace)
                }
                None => state,
            };
            let options = DiagnoseOptions::default().with_memory_limit_bytes(*memory_limit);
            let diagnosis = Diagnosis::of(&state, options);
            let table = diagnosis.to_table()?;
            if *format == Format::Text {
                told(&diagnosis, *all, out)?;
            } else {
                render(&table, *format, out)?;
            }
            let least = fail_on.map(|severity| match severity {
                Severity::Info => Found::Info,
                Severity::Warning => Found::Warning,
                Severity::Critical => Found::Critical,
            });
            Ok(u8::from(least.is_some_and(|least| diagnosis.severity() >= Some(least))))
        }
    }
}

impl MetricsInput {
    fn metrics(&self) -> Result<Metrics, Failure> {
        let options = ReadOptions::default().with_format(self.input_format).with_strict(self.strict);
        metrics_of(&Source::all(&self.sources), options)
    }
}

/// The samples of all sources; of a folder, those of its scrapes.
pub(crate) fn metrics_of(sources: &[Source], options: ReadOptions) -> Result<Metrics, Failure> {
    let mut metrics = Metrics::new();
    let mut refused = None;
    let mut push = |source: &Source| {
        let bytes = source.bytes()?;
        match metrics.push(time_of(source.path()), &bytes, options) {
            Err(problem) if options.strict || problem.is_limit() => return Err(Failure::input(source.path(), problem)),
            // One page of HTML among a thousand scrapes is no reason to refuse them all.
            Err(problem) => {
                refused = Some(Failure::input(source.path(), format!("{problem}; {}", Kind::Metrics.hint(&bytes))));
            }
            Ok(()) => {}
        }
        Ok(())
    };
    for source in sources {
        if !source.path().is_dir() {
            push(source)?;
            continue;
        }
        let scrapes = scrapes_of(source.path())?;
        if scrapes.is_empty() {
            let told = "no scrape in this folder; they are called <unix milliseconds>.prom";
            return Err(Failure::input(source.path(), told));
        }
        scrapes.into_iter().try_for_each(|path| push(&Source::Path(path)))?;
    }
    match refused {
        _ if !metrics.series().is_empty() => Ok(metrics),
        Some(failure) => Err(failure),
        None => {
            let first = sources.first().map_or(Path::new(STDIN), Source::path);
            Err(Failure::input(first, format!("no sample in it; {}", Kind::Metrics.recipe())))
        }
    }
}

/// The scrapes in a folder, by their names.
pub(crate) fn scrapes_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |problem: std::io::Error| Failure::io(folder, &problem);
    let mut scrapes = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let timed = time_in_name(&path).is_some();
        if path.is_file() && (timed || path.extension().is_some_and(|extension| extension == "prom")) {
            scrapes.push(path);
        }
    }
    scrapes.sort();
    Ok(scrapes)
}

/// The GC cycles that a log tells of.
pub(crate) fn gc_trace(log: &Source) -> Result<GcTrace, Failure> {
    let bytes = log.bytes()?;
    let failed = |problem| Failure::input(log.path(), format!("{problem}; {}", Kind::GcTrace.hint(&bytes)));
    GcTrace::decode(&bytes).map_err(failed)
}

/// What fired, or what every rule says.
fn told(diagnosis: &Diagnosis, all: bool, out: &mut Output<'_>) -> std::io::Result<()> {
    let fired = diagnosis.fired().count();
    let rules = diagnosis.findings().len();
    let shown = if all { rules } else { fired };
    for finding in &diagnosis.findings()[..shown] {
        prose::finding(finding, out)?;
    }
    if !all {
        let gap = if fired > 0 { "\n" } else { "" };
        writeln!(out, "{gap}{} of {rules} rules did not fire; --all shows why", rules - fired)?;
    }
    Ok(())
}

fn table(metrics: &Metrics, show: Show, format: Format) -> Result<Table, Failure> {
    Ok(match show {
        Show::Series => metrics.to_table()?,
        Show::Cycles => metrics.state().cycles_table()?,
        Show::Memory => metrics.state().waterfall().at(None).to_table()?,
        Show::State => {
            let table = metrics.state().to_table()?;
            let columns = [
                "time",
                "heap_live_bytes",
                "heap_goal_bytes",
                "held_bytes",
                "resident_bytes",
                "gc_cycles_total",
                "goroutines",
            ];
            if format == Format::Text { table.select(&columns) } else { table }
        }
    })
}

/// When a scrape was taken: as its file's name says, or when it was written.
fn time_of(path: &Path) -> i64 {
    let written = || std::fs::metadata(path).and_then(|file| file.modified()).unwrap_or_else(|_| SystemTime::now());
    let since = || written().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    time_in_name(path).unwrap_or_else(|| i64::try_from(since()).unwrap_or(i64::MAX))
}

fn time_in_name(path: &Path) -> Option<i64> {
    Metrics::time_of_name(path.file_stem()?.to_str()?)
}

fn input_format(name: &str) -> Result<MetricsFormat, String> {
    let names = || MetricsFormat::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    MetricsFormat::of_name(name).ok_or_else(|| format!("one of {}", names()))
}
