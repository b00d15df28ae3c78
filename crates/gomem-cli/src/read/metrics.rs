//! Metrics: files of any format, and folders of scrapes.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Args;
use gomem_metrics::{Format, Metrics, MetricsOptions, MetricsReader, Window, scrapes_of};
use gomem_trace::Trace;

use crate::{
    failure::Failure,
    read::{
        execution_trace::read_execution_trace,
        kind::Kind,
        source::{STDIN, Source},
        window::WindowOptions,
    },
};

/// Where metrics come from.
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
    input_format: Option<Format>,
    /// What stands before the runtime's names, such as `myapp_` before `myapp_go_goroutines`; without it, the names say it.
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    #[command(flatten)]
    pub(crate) window: WindowOptions,
}

impl MetricsInput {
    /// The only file, when it is an execution trace: rules can judge that too.
    pub(crate) fn execution_trace(&self) -> Result<Option<Trace>, Failure> {
        let [path] = &self.sources[..] else { return Ok(None) };
        let is_file = path != Path::new(STDIN) && path.is_file();
        let is_trace = is_file && Trace::is_trace(&Source::Path(path.clone()).head()?);
        is_trace.then(|| read_execution_trace(path)).transpose()
    }

    /// All samples.
    pub(crate) fn metrics(&self, err: &mut dyn Write) -> Result<Metrics, Failure> {
        let options = MetricsOptions::default().with_format(self.input_format).with_strict(self.strict);
        let window = self.window.window()?;
        let metrics = read_metrics(&Source::all(&self.sources), options)?.with_prefix(self.prefix.as_deref());
        let metrics = within(metrics, window)?;
        for folder in self.sources.iter().filter(|path| path.is_dir()) {
            let passed_over = scrapes_of(folder).ok().and_then(|scrapes| scrapes.passed_over_summary());
            passed_over.iter().for_each(|told| drop(writeln!(err, "note: {}: {told}", folder.display())));
        }
        remarks_on(&metrics, self.prefix.is_some()).iter().for_each(|remark| drop(writeln!(err, "note: {remark}")));
        Ok(metrics)
    }
}

/// What was observed in a window of time.
fn within(metrics: Metrics, window: Window) -> Result<Metrics, Failure> {
    if window.is_open() {
        return Ok(metrics);
    }
    let cut = metrics.within(window);
    let times = metrics.scrape_times_ms();
    match (cut.series().is_empty(), times.first(), times.last()) {
        (true, Some(&first), Some(&last)) => {
            let seen = Window::new(Some(first), Some(last)).map_err(|problem| Failure::Usage(problem.to_string()))?;
            Err(Failure::Input(format!("no sample lies in the window {window}; they are {seen}")))
        }
        _ => Ok(cut),
    }
}

/// What should be known of what was read: lines that were not, scrapes that may have been cut, and a prefix that was found.
fn remarks_on(metrics: &Metrics, is_prefix_given: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let skipped = metrics.diagnostics().iter().filter(|found| found.diagnostic.skipped);
    let count = skipped.clone().count() as u64 + metrics.suppressed_diagnostics();
    if let Some(first) = skipped.clone().next() {
        let samples: usize = metrics.series().iter().map(|series| series.values.len()).sum();
        let lines = if count == 1 { "line was" } else { "lines were" };
        remarks.push(format!("{count} {lines} not read, beside {samples} samples that were: {}", first.diagnostic));
    }
    for (first, scrapes) in metrics.reservations().into_iter().take(MOST_RESERVATIONS) {
        let scrapes = if scrapes == 1 { "a scrape".to_owned() } else { format!("{scrapes} scrapes") };
        remarks.push(format!("{scrapes} read with a reservation: {first}"));
    }
    if let Some(prefix) = metrics.prefix().filter(|_| !is_prefix_given) {
        remarks.push(format!("the names begin with {prefix}, which is passed over; --prefix says another one"));
    }
    remarks
}

/// A server's own warnings are told too, and are of any number.
const MOST_RESERVATIONS: usize = 4;

/// The samples of all sources; of a folder, those of its scrapes.
pub(crate) fn read_metrics(sources: &[Source], options: MetricsOptions) -> Result<Metrics, Failure> {
    let mut reader = MetricsReader::with_options(options);
    let mut refused = None;
    let mut push = |source: &Source| {
        let bytes = source.bytes()?;
        match reader.read(time_of(source.path()), &bytes) {
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
        let scrapes = scrapes_of(source.path()).map_err(|problem| Failure::io(source.path(), &problem))?.files;
        if scrapes.is_empty() {
            return Err(Failure::input(source.path(), no_scrape(source.path())));
        }
        scrapes.into_iter().try_for_each(|path| push(&Source::Path(path)))?;
    }
    let metrics = reader.finish();
    match refused {
        _ if !metrics.series().is_empty() => Ok(metrics),
        Some(failure) => Err(failure),
        None => {
            let first = sources.first().map_or(Path::new(STDIN), Source::path);
            Err(Failure::input(first, format!("no sample in it; {}", Kind::Metrics.recipe())))
        }
    }
}

/// What to do about a folder without scrapes. One of its folders may have them, as in a bundle.
fn no_scrape(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let has_scrapes = |folder: &PathBuf| scrapes_of(folder).is_ok_and(|scrapes| !scrapes.files.is_empty());
    match entries.map(|entry| entry.path()).filter(|path| path.is_dir()).find(has_scrapes) {
        Some(inner) => {
            format!(
                "no scrape in this folder itself; {} has some, and `gomem postmortem` reads a whole bundle",
                inner.display()
            )
        }
        None => "no scrape in this folder; they are called <unix milliseconds>.prom".to_owned(),
    }
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

fn input_format(name: &str) -> Result<Format, String> {
    let names = || Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    Format::from_name(name).ok_or_else(|| format!("one of {}", names()))
}
