//! The command on escape logs: what goes to the heap, what changed, and a gate for CI.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use flate2::read::MultiGzDecoder;
use gomem_escape::{
    Certainty, DiffStatus, EscapeDiff, EscapeLog, EscapeReader, HeapDecision, Inlining, Leak, Limits, Stay, files_of,
};
use gomem_table::Table;

use crate::{
    arguments,
    failure::Failure,
    files::{GZIP, STDIN, Source, stdin},
    github,
    kind::Kind,
    output::Output,
    progress, render, sarif,
};

#[derive(Debug, Args)]
pub(crate) struct Escape {
    /// Logs of one build: its text, the folder of -gcflags=-json=0,DIR, or both; `-` is standard input.
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// An earlier log of the same code: shows what is new and what is gone, wherever lines moved to.
    #[arg(long, value_name = "BEFORE")]
    diff: Option<PathBuf>,
    /// Exit with 1 when something new may allocate.
    #[arg(long, value_enum, requires = "diff")]
    fail_on: Option<Gate>,
    /// What to list.
    #[arg(long, value_enum, default_value_t, conflicts_with = "diff")]
    show: Show,
    /// How to print it. `sarif` and `github` leave out what cannot allocate; of a comparison they have what is new.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What fails a comparison of two escape logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Gate {
    /// A new heap decision that may allocate.
    New,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Show {
    /// What goes to the heap, and why.
    #[default]
    Escapes,
    /// Parameters that leak.
    Leaks,
    /// Functions that can and cannot be inlined.
    Inlining,
    /// What does not escape and may allocate all the same.
    Stays,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Format {
    /// Aligned text.
    #[default]
    #[value(alias = "text")]
    Table,
    Csv,
    /// One object a line.
    Json,
    #[cfg(feature = "columnar")]
    Parquet,
    /// Arrow IPC, the file format.
    #[cfg(feature = "columnar")]
    Arrow,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// Answers; gives the exit code.
pub(crate) fn answer(asked: &Escape, out: &mut Output<'_>) -> Result<u8, Failure> {
    let log = read(&Source::all(&asked.logs))?;
    let Some(before) = &asked.diff else {
        list(asked, &log, out)?;
        return Ok(0);
    };
    let before = read(&[Source::Path(before.clone())])?;
    let diff = log.diff(&before);
    match asked.format.plain() {
        Some(arguments::Format::Text) => review(&diff, out)?,
        Some(format) => {
            let changed = diff.rows().iter().take_while(|row| row.0 != DiffStatus::Unchanged).count();
            render::render(&diff.to_table()?.head(changed), format, out)?;
        }
        None => report(diff.new_allocations(), asked.format, out)?,
    }
    Ok(u8::from(asked.fail_on.is_some() && diff.new_allocations().next().is_some()))
}

/// Reads logs of one build as one.
pub(crate) fn read(logs: &[Source]) -> Result<EscapeLog, Failure> {
    let mut reader = EscapeReader::new(Limits::default());
    each_text(logs, |text| reader.read(text))?;
    reader.finish().map_err(|problem| {
        let first = logs.first().map_or(Path::new(STDIN), Source::path);
        // What was read from a pipe is gone.
        let head = logs.first().filter(|source| source.path().is_file()).and_then(|source| source.head().ok());
        match head.and_then(|head| Kind::EscapeLog.other(&head)) {
            Some(hint) => Failure::input(first, format!("{problem}; {hint}")),
            None => Failure::input(first, problem),
        }
    })
}

/// Hands out the text of each log, as a stream; of a folder, those of its files.
pub(crate) fn each_text(
    logs: &[Source],
    mut take: impl FnMut(&mut dyn Read) -> Result<(), gomem_escape::Error>,
) -> Result<(), Failure> {
    for log in logs {
        let failed = |problem: io::Error| Failure::io(log.path(), &problem);
        match log {
            Source::Held { bytes, .. } => {
                take(&mut bytes.as_slice()).map_err(|problem| Failure::input(log.path(), problem))?;
            }
            Source::Path(path) if path == Path::new(STDIN) => {
                plain(stdin()?, &mut take).map_err(|problem| Failure::input(path, problem))?;
            }
            Source::Path(path) => files_of(path).map_err(failed)?.iter().try_for_each(|path| text(path, &mut take))?,
        }
    }
    Ok(())
}

fn text(path: &Path, take: &mut dyn FnMut(&mut dyn Read) -> Result<(), gomem_escape::Error>) -> Result<(), Failure> {
    let failed = |problem: io::Error| Failure::io(path, &problem);
    let file = File::open(path).map_err(failed)?;
    let bar = progress::bytes(file.metadata().map_err(failed)?.len()).with_message(path.display().to_string());
    let taken = plain(BufReader::new(bar.wrap_read(file)), take);
    bar.finish_and_clear();
    taken.map_err(|problem| Failure::input(path, problem))
}

/// A text that may be gzipped, as it was before.
fn plain(
    mut text: impl BufRead,
    take: &mut dyn FnMut(&mut dyn Read) -> Result<(), gomem_escape::Error>,
) -> Result<(), gomem_escape::Error> {
    // What cannot be read here cannot be read by `take`, which says so.
    let is_gzipped = text.fill_buf().is_ok_and(|head| head.starts_with(GZIP));
    if is_gzipped { take(&mut MultiGzDecoder::new(text)) } else { take(&mut text) }
}

fn list(asked: &Escape, log: &EscapeLog, out: &mut Output<'_>) -> Result<(), Failure> {
    let Some(format) = asked.format.plain() else {
        if asked.show != Show::Escapes {
            return Err(Failure::Usage(
                "--format sarif and github are of what goes to the heap: leave out --show".into(),
            ));
        }
        let may_allocate = log.heap_decisions().iter().filter(|decision| decision.alloc_certainty != Certainty::None);
        return report(may_allocate, asked.format, out);
    };
    let (table, short): (Table, &[&str]) = match asked.show {
        Show::Escapes => (log.escapes_table()?, &["file", "line", "column", "subject", "cause", "alloc_certainty"]),
        Show::Leaks => (Leak::table_of(log.leaks())?, &["file", "line", "function", "param", "to", "derefs", "callee"]),
        Show::Inlining => {
            (Inlining::table_of(log.inlining())?, &["file", "line", "function", "can_inline", "cost", "reason"])
        }
        Show::Stays => {
            (Stay::table_of(log.stays())?, &["file", "line", "column", "subject", "alloc_certainty", "copies"])
        }
    };
    render::render(&if format == arguments::Format::Text { table.select(short) } else { table }, format, out)
}

fn report<'a>(
    decisions: impl Iterator<Item = &'a HeapDecision>,
    format: Format,
    out: &mut Output<'_>,
) -> Result<(), Failure> {
    match format {
        Format::Sarif => sarif::write(decisions, out),
        _ => github::write(decisions, out),
    }
}

/// What a reviewer reads: a line for each decision that is new or gone, what to do, and the sum.
fn review(diff: &EscapeDiff<'_>, out: &mut Output<'_>) -> Result<(), Failure> {
    let count = |status| diff.rows().iter().filter(|row| row.0 == status).count();
    let free = |row: &&(DiffStatus, &HeapDecision)| row.1.alloc_certainty == Certainty::None;
    let changed = count(DiffStatus::New) + count(DiffStatus::Gone);
    if changed > 0 {
        let columns = ["status", "file", "line", "message", "cause", "alloc_certainty"];
        render::render(&diff.to_table()?.head(changed).select(&columns), arguments::Format::Text, out)?;
        writeln!(out)?;
    }
    for decision in diff.new_allocations() {
        writeln!(out, "{}: {}", place(decision), decision.advice)?;
    }
    if diff.new_allocations().next().is_some() {
        writeln!(out)?;
    }
    let new_and_free = diff.rows().iter().filter(|row| row.0 == DiffStatus::New).filter(free).count();
    writeln!(
        out,
        "{} new ({} may allocate), {} gone, {} unchanged",
        count(DiffStatus::New),
        count(DiffStatus::New) - new_and_free,
        count(DiffStatus::Gone),
        count(DiffStatus::Unchanged),
    )?;
    Ok(())
}

/// `file:line:column`, as far as it is known.
fn place(decision: &HeapDecision) -> String {
    let numbers = [decision.line, decision.column].into_iter().flatten();
    numbers.fold(decision.file.to_string(), |place, number| format!("{place}:{number}"))
}

impl Format {
    /// The same among those that every command has.
    fn plain(self) -> Option<arguments::Format> {
        match self {
            Self::Table => Some(arguments::Format::Text),
            Self::Csv => Some(arguments::Format::Csv),
            Self::Json => Some(arguments::Format::Json),
            #[cfg(feature = "columnar")]
            Self::Parquet => Some(arguments::Format::Parquet),
            #[cfg(feature = "columnar")]
            Self::Arrow => Some(arguments::Format::Arrow),
            Self::Sarif | Self::Github => None,
        }
    }
}
