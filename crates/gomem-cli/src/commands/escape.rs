//! `gomem escape`: what goes to the heap, what changed, and a gate for CI.

use std::{
    cmp::Reverse,
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gomem_escape::{Certainty, DiffStatus, EscapeDiff, EscapeLog, HeapDecision};
use gomem_table::{Table, ToTable};

use crate::{
    commands::gate,
    failure::Failure,
    read::{STDIN, Source, check_built, failed_build, read_escape_log, read_escape_logs},
    show::{Annotation, Format, Output, Review, ReviewFormat, Rows, Section, render},
};

/// What goes to the heap, and why, as the compiler's log says.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  go build -gcflags=-m=2 ./... 2>&1 | gomem escape -
  go build -gcflags=\"-m=2 -json=0,$PWD/json\" ./... 2> escape.log; gomem escape escape.log json
  gomem escape after.log --diff before.log --fail-on new
  gomem escape --std-from \"$(go env GOROOT)\" --format csv
  gomem escape after.log --diff before.log --format github
  gomem escape after.log --diff before.log --format markdown > comment.md")]
pub(crate) struct Escape {
    /// Logs of one build: its text, the folder of -gcflags=-json=0,DIR, or both; `-` is standard input.
    #[arg(required_unless_present = "std_from", value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Compile the standard library of this Go installation too (`go env GOROOT`), for its log: some minutes.
    #[arg(long, value_name = "GOROOT")]
    std_from: Option<PathBuf>,
    /// An earlier log of the same code: shows what is new and what is gone, wherever lines moved to.
    #[arg(long, value_name = "BEFORE")]
    diff: Option<PathBuf>,
    /// Exit with 1 when something new may allocate.
    #[arg(long, value_enum, requires = "diff")]
    fail_on: Option<Gate>,
    /// What to list.
    #[arg(long, value_enum, default_value_t, conflicts_with = "diff")]
    show: Show,
    #[command(flatten)]
    rows: Rows,
    /// How to print it. `sarif`, `github` and `gitlab` leave out what cannot allocate; of a comparison they have what is
    /// new, and `markdown` is a comment.
    #[arg(long, value_enum, default_value_t)]
    format: ReviewFormat,
}

/// What fails a comparison of two escape logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Gate {
    /// A new heap decision that may allocate.
    New,
}

impl Gate {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new",
        }
    }
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
    #[value(name = "stack_buffers", alias = "stays")]
    StackBuffers,
}

impl Show {
    /// What its rows are.
    fn title(self) -> &'static str {
        match self {
            Self::Escapes => "what goes to the heap",
            Self::Leaks => "parameters that leak",
            Self::Inlining => "what can and cannot be inlined",
            Self::StackBuffers => "what does not escape and may allocate",
        }
    }
}

impl Escape {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        let log = read_escape_logs(&Source::all(&self.logs), self.std_from.as_deref())?;
        for folder in self.logs.iter().filter(|path| path.is_dir()) {
            let passed_over = gomem_escape::files_of(folder).ok().and_then(|logs| logs.passed_over_summary());
            passed_over.iter().for_each(|told| drop(writeln!(err, "note: {}: {told}", folder.display())));
        }
        let path = self.logs.first().map_or(Path::new(STDIN), PathBuf::as_path);
        check_understood(path, &log)?;
        let Some(earlier) = &self.diff else {
            self.list(&log, out)?;
            if let Some(error) = log.build_errors().first() {
                let _ = writeln!(err, "note: {}; what was not compiled is missing", failed_build(error));
            } else if log.heap_decisions().is_empty() {
                let _ = writeln!(err, "note: nothing goes to the heap in {} lines of the log", log.coverage().lines);
            }
            return Ok(0);
        };
        let before = read_escape_log(earlier)?;
        for (path, log) in [(path, &log), (earlier, &before)] {
            check_understood(path, log)?;
            check_built(path, log)?;
        }
        let diff = log.diff(&before);
        match self.format.plain() {
            Some(Format::Text) => review(&diff, out)?,
            Some(format) => render(&changed(&diff), format, out)?,
            None => review_of(&diff).write(self.format, out)?,
        }
        let failed = self.fail_on.filter(|_| diff.new_allocations().next().is_some());
        Ok(gate::failed(failed.map(Gate::name).into_iter(), err))
    }

    fn list(&self, log: &EscapeLog, out: &mut Output<'_>) -> Result<(), Failure> {
        let Some(format) = self.format.table() else {
            if self.show != Show::Escapes {
                return Err(Failure::Usage(
                    "--format sarif, github and gitlab are of what goes to the heap: leave out --show".into(),
                ));
            }
            let may_allocate =
                log.heap_decisions().iter().filter(|decision| decision.alloc_certainty != Certainty::None);
            return Review { annotations: annotations(may_allocate), ..Review::default() }.write(self.format, out);
        };
        let (table, short): (Table, &[&str]) = match self.show {
            Show::Escapes => {
                (log.heap_decisions().to_table(), &["file", "line", "column", "subject", "cause", "alloc_certainty"])
            }
            Show::Leaks => (log.leaks().to_table(), &["file", "line", "function", "param", "to", "derefs", "callee"]),
            Show::Inlining => {
                (log.inlining().to_table(), &["file", "line", "function", "can_inline", "cost", "reason"])
            }
            Show::StackBuffers => {
                (log.stack_buffers().to_table(), &["file", "line", "column", "subject", "alloc_certainty", "copies"])
            }
        };
        let table = if format.is_for_people() { table.select(short) } else { table };
        self.rows.write(&table, format, self.show.title(), out)
    }
}

/// Lines that talk of the heap, and no decision among them: then they were not understood.
fn check_understood(path: &Path, log: &EscapeLog) -> Result<(), Failure> {
    let lost = log.coverage().unknown + log.unplaced_lines();
    if lost == 0 || !log.heap_decisions().is_empty() || !log.build_errors().is_empty() {
        return Ok(());
    }
    let lines = log.coverage().lines;
    let place = log.unknown_lines().first().map_or(String::new(), |first| format!(", the first in line {first}"));
    let problem = format!(
        "no heap decision in {lines} lines, of which {lost} look like the compiler's and are not understood{place}"
    );
    Err(Failure::input(path, problem))
}

/// What a pull request is told of decisions that may allocate.
fn annotations<'a>(decisions: impl Iterator<Item = &'a HeapDecision>) -> Vec<Annotation> {
    decisions.map(Annotation::from).collect()
}

/// What is new or gone: it stands before all else.
fn changed(diff: &EscapeDiff<'_>) -> Table {
    let changed = diff.rows().iter().take_while(|row| row.status != DiffStatus::Unchanged).count();
    diff.to_table().head(changed)
}

/// What a pull request is told of a comparison.
fn review_of(diff: &EscapeDiff<'_>) -> Review {
    let mut annotations = annotations(diff.new_allocations());
    // The surest first; those of one kind stay in the order of the log.
    annotations.sort_by_key(|annotation| Reverse(annotation.level));
    let table = changed(diff).select(&SHORT_DIFFERENCE);
    Review {
        command: "escape",
        headline: sum(diff),
        annotations,
        sections: Section::new("All that is new or gone", table).into_iter().collect(),
        notes: Vec::new(),
    }
}

/// What a reviewer reads: a line for each decision that is new or gone, what to do, and the sum.
fn review(diff: &EscapeDiff<'_>, out: &mut Output<'_>) -> Result<(), Failure> {
    let changed = changed(diff);
    if changed.rows() > 0 {
        render(&changed.select(&SHORT_DIFFERENCE), Format::Text, out)?;
        writeln!(out)?;
    }
    for decision in diff.new_allocations() {
        writeln!(out, "{}: {}", Annotation::from(decision).place(), decision.advice)?;
    }
    if diff.new_allocations().next().is_some() {
        writeln!(out)?;
    }
    writeln!(out, "{}", sum(diff))?;
    Ok(())
}

/// `3 new (2 may allocate), 1 gone, 40 unchanged`
fn sum(diff: &EscapeDiff<'_>) -> String {
    let count = |status| diff.rows().iter().filter(|row| row.status == status).count();
    format!(
        "{} new ({} may allocate), {} gone, {} unchanged",
        count(DiffStatus::New),
        diff.new_allocations().count(),
        count(DiffStatus::Gone),
        count(DiffStatus::Unchanged),
    )
}

const SHORT_DIFFERENCE: [&str; 6] = ["status", "file", "line", "message", "cause", "alloc_certainty"];
