//! `gomem compare`: two bundles, before a change and after it.

use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::{Args, ValueEnum};
use gomem_bench::Gate;
use gomem_postmortem::{ComparedLine, Comparison, LineChange};
use gomem_report::comparison_text;
use gomem_symbol::Symbol;
use gomem_table::{ToTable, Unit, percent};

use crate::{
    commands::{
        bench::{SHORT_BENCHMARKS, lines::BenchLines},
        gate,
    },
    failure::Failure,
    read::{Reach, read_bundle_with},
    show::{
        Annotation, Format, Level, Output, Review, ReviewFormat, STDOUT, Section, render, worse_benchmark,
        write_benchmarks, write_or_print,
    },
};

/// Compare two bundles of the same work: what a fix was predicted to save beside what it saved, and what is new.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem compare before/ after/
  gomem compare before/ after/ --fail-on new-leak --fail-on 'new-line>1%'
  gomem compare before/ after/ --format markdown -o comment.md

A line is new when it allocates half again as much as before for the same work, by more than the
sampler's chance. The functions that allocate in both runs show how much work was done; where they
are too few, a gate says that the evidence is insufficient, and passes.")]
pub(crate) struct Compare {
    /// The bundle before the change.
    before: PathBuf,
    /// The bundle after it.
    after: PathBuf,
    /// Exit with 1 on a leak or a line that is new: `new-leak`, `new-line`, `new-line>1%` of the bytes allocated after. May be
    /// repeated.
    #[arg(long, value_name = "GATE")]
    fail_on: Vec<CompareGate>,
    #[command(flatten)]
    reach: Reach,
    /// What a table has.
    #[arg(long, value_enum, default_value_t)]
    show: Show,
    #[arg(long, value_enum, default_value_t)]
    format: ReviewFormat,
    /// Write it to a file; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the comparison as JSON, all tables; `-` is standard output, instead of the text.
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Show {
    /// What was measured and predicted.
    #[default]
    Quantities,
    /// The lines that changed.
    Lines,
    /// The benchmarks, where both bundles have some.
    Benchmarks,
}

/// What fails a comparison of two bundles.
#[derive(Debug, Clone, Copy, PartialEq)]
enum CompareGate {
    NewLeak,
    /// A line with a larger share of the bytes allocated after than so many percent.
    NewLine {
        percent: f64,
    },
}

impl Compare {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        let read = |path| read_bundle_with(path, &self.reach);
        let comparison = Comparison::new(&read(&self.before)?, &read(&self.after)?);
        if let Some(path) = &self.json {
            write_or_print(path, comparison.to_json().as_bytes(), out)?;
        }
        let is_json_alone = self.json.as_deref().is_some_and(|path| path == Path::new(STDOUT));
        match &self.output {
            _ if is_json_alone => {}
            None => self.write(&comparison, out)?,
            Some(path) => {
                let mut bytes = Vec::new();
                self.write(&comparison, &mut Output::plain(&mut bytes))?;
                write_or_print(path, &bytes, out)?;
            }
        }
        Ok(self.gate(&comparison, err))
    }

    fn write(&self, comparison: &Comparison, out: &mut Output<'_>) -> Result<(), Failure> {
        match (self.format.plain(), self.show) {
            (None, _) => self.review(comparison).write(self.format, out),
            (Some(Format::Text), Show::Quantities) => {
                out.write_all(comparison_text(comparison).as_bytes())?;
                let Some(benchmarks) = &comparison.benchmarks else { return Ok(()) };
                writeln!(out, "\nBenchmarks:\n")?;
                write_benchmarks(benchmarks, out)?;
                BenchLines::from_comparison(comparison).write(out)
            }
            (Some(format), Show::Quantities) => render(&comparison.quantities().to_table(), format, out),
            (Some(format), Show::Lines) => render(&comparison.lines().to_table(), format, out),
            (Some(format), Show::Benchmarks) => match &comparison.benchmarks {
                Some(benchmarks) => render(&benchmarks.to_table(), format, out),
                None => {
                    Err(Failure::Usage("--show benchmarks: both bundles need what `go test -bench` printed".to_owned()))
                }
            },
        }
    }

    fn gate(&self, comparison: &Comparison, err: &mut dyn Write) -> u8 {
        let lines = comparison.lines();
        for gate in &self.fail_on {
            if let Some(problem) = gate.missing(comparison) {
                let _ = writeln!(err, "gomem: insufficient: {gate}: {problem}");
            }
        }
        gate::failed(self.fail_on.iter().filter(|gate| lines.iter().any(|line| gate.is_exceeded(line))), err)
    }

    fn review(&self, comparison: &Comparison) -> Review {
        let lines = comparison.lines();
        let worse: Vec<Annotation> = lines
            .iter()
            .filter(|line| matches!(line.change, LineChange::NewLeak | LineChange::New))
            .map(|line| {
                let is_too_much = self.fail_on.iter().any(|gate| gate.is_exceeded(line));
                let level = if is_too_much { Level::Error } else { Level::Warning };
                Annotation { level, ..told(line) }
            })
            .collect();
        let fixed = lines.len() - worse.len();
        let known =
            if comparison.new_sites.is_some() { worse.len().to_string() } else { "not known what is".to_owned() };
        let quantities = Section::new("Measured and predicted", comparison.quantities().to_table());
        let changed = Section::new("Lines that changed", comparison.lines().to_table().select(&SHORT));
        let missing = CompareGate::NewLine { percent: 0.0 }.missing(comparison);
        let benchmarks = comparison.benchmarks.as_ref();
        let slower = benchmarks.map(Gate::worse).unwrap_or_default();
        let mut headline = format!("{known} new, {fixed} fixed");
        if benchmarks.is_some() {
            headline.push_str(&format!(", {} benchmarks worse", slower.len()));
        }
        let slower = slower.iter().map(|row| Annotation { level: Level::Warning, ..worse_benchmark(row) });
        let rows = benchmarks
            .and_then(|benchmarks| Section::new("All benchmarks", benchmarks.to_table().select(&SHORT_BENCHMARKS)));
        let mut review = Review {
            command: "compare",
            headline,
            annotations: worse.into_iter().chain(slower).collect(),
            sections: quantities.into_iter().chain(changed).chain(rows).collect(),
            notes: missing.map(|problem| format!("What is new is not known: {problem}.")).into_iter().collect(),
        };
        if benchmarks.is_some() {
            BenchLines::from_comparison(comparison).add_to(&mut review);
        }
        review
    }
}

impl CompareGate {
    /// Why nothing tells.
    fn missing(self, comparison: &Comparison) -> Option<&'static str> {
        match self {
            Self::NewLeak if comparison.new_leaks.is_none() => Some("a heap profile of both runs is needed"),
            Self::NewLine { .. } if comparison.new_sites.is_none() => {
                Some("too few functions allocate in both runs to tell how much was done")
            }
            _ => None,
        }
    }

    fn is_exceeded(self, line: &ComparedLine) -> bool {
        match self {
            Self::NewLeak => line.change == LineChange::NewLeak,
            Self::NewLine { percent } => {
                let share = line.bytes_fraction.unwrap_or(0.0) * (1.0 - line.left_fraction.unwrap_or(0.0));
                line.change == LineChange::New && share * 100.0 > percent
            }
        }
    }
}

impl FromStr for CompareGate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let failed = || format!("{text:?} is no gate such as new-leak, new-line or new-line>1%");
        match text.split_once('>') {
            None if text == "new-leak" => Ok(Self::NewLeak),
            None if text == "new-line" => Ok(Self::NewLine { percent: 0.0 }),
            Some(("new-line", percent)) => {
                gate::percent(percent.trim()).map(|percent| Self::NewLine { percent }).ok_or_else(failed)
            }
            _ => Err(failed()),
        }
    }
}

impl fmt::Display for CompareGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewLeak => f.write_str("new-leak"),
            Self::NewLine { percent: 0.0 } => f.write_str("new-line"),
            Self::NewLine { percent } => write!(f, "new-line>{percent}%"),
        }
    }
}

fn told(line: &ComparedLine) -> Annotation {
    let function = line.place.short_function();
    let bytes = |bytes: Option<i64>| Unit::Bytes.humanize(bytes.unwrap_or(0) as f64);
    let (rule, rule_text, message, reason) = match line.change {
        LineChange::NewLeak => (
            "new_leak",
            "A leak that was not there before",
            format!("{function} leaks"),
            format!("{} in use, {} before", bytes(line.inuse_bytes_after), bytes(line.inuse_bytes_before)),
        ),
        _ => (
            "new_allocation",
            "Allocation that was not there before, for the same work",
            match &line.callee {
                Some(callee) => format!("{function} allocates by calling {}", Symbol::decode(callee).short()),
                None => format!("{function} allocates"),
            },
            format!(
                "{} of the bytes allocated after, {} of that was there before",
                percent(line.bytes_fraction.unwrap_or(0.0), 1),
                percent(line.left_fraction.unwrap_or(0.0), 1)
            ),
        ),
    };
    Annotation {
        rule: rule.to_owned(),
        rule_text: rule_text.to_owned(),
        identity: format!("{}|{}", line.place.function(), line.callee.as_deref().unwrap_or_default()),
        message,
        reason,
        ..Annotation::at(Some(&line.place))
    }
}

/// The columns that people look at.
const SHORT: [&str; 5] = ["change", "place", "callee", "bytes_fraction", "left_fraction"];
