//! `gomem bench`: benchmarks, and what became of them.

mod bench_gate;
pub(crate) mod lines;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gomem_bench::{Benchmarks, Comparison, ComparisonRow, Gate, Verdict};
use gomem_escape::{EscapeDiff, EscapeLog};
use gomem_postmortem::{BenchmarkAllocation, BenchmarkLine, benchmark_allocations};
use gomem_pprof::{Merger, Profile};
use gomem_table::ToTable;

use crate::{
    commands::{
        bench::{
            bench_gate::FailOn,
            lines::{BenchLines, SHORT_ALLOCATIONS, SHORT_LINES},
        },
        gate,
    },
    failure::Failure,
    read::{check_built, read_benchmarks, read_escape_log, read_profile},
    show::{
        Annotation, Format, Level, Output, Review, ReviewFormat, Section, one_line, render, render_short,
        worse_benchmark, write_benchmarks, write_medians,
    },
};

/// What benchmarks measure, and what became of them after a change: statistics as benchstat has them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  go test -run='^$' -bench=. -benchmem -count=10 ./... > after.txt
  gomem bench before.txt after.txt
  gomem bench before.txt after.txt --fail-on 'allocs/op>0%' --fail-on 'ns/op>10%'
  gomem bench before.txt after.txt --escapes-before before.log --escapes after.log --fail-on new-escape
  gomem bench before.txt after.txt --profile-before before.mem --profile after.mem
  gomem bench after.txt --profile after.mem --escapes after.log
  gomem bench after.txt --show runs --format csv

Counts that are the same in all runs (allocs/op; B/op at a fixed -benchtime=100x) are compared
exactly, all else by the test of Mann and Whitney at 5 %. `~` is nothing shown; `unsure` is a
difference that so few runs do not tell from noise: it fails no gate. A gate on times takes the
median of each start of the test program, and needs ten starts on each side or so: see
docs/how-to/gate.md.")]
pub(crate) struct Bench {
    /// What `go test -bench` or `go test -json -bench` printed: before the change and after it, or one to be summed up;
    /// `-` is standard input.
    #[arg(required = true, num_args = 1..=2, value_name = "BEFORE] [AFTER")]
    outputs: Vec<PathBuf>,
    /// The compiler's log of the code before the change.
    #[arg(long, value_name = "LOG", requires = "escapes")]
    escapes_before: Option<PathBuf>,
    /// The compiler's log of the code after it, or of the one that is summed up.
    #[arg(long, value_name = "LOG")]
    escapes: Option<PathBuf>,
    /// Memory profiles of the runs before (`go test -memprofile=FILE -memprofilerate=1 -benchtime=1000x`), a package each:
    /// with those after, at which lines what changed is allocated.
    #[arg(long, value_name = "PROFILE", requires = "profile")]
    profile_before: Vec<PathBuf>,
    /// Memory profiles of the runs after, or of the one that is summed up: at which lines it allocates.
    #[arg(long, value_name = "PROFILE")]
    profile: Vec<PathBuf>,
    /// Exit with 1 when a benchmark is shown to be worse by more, as in `allocs/op>0%`, `ns/op>5%` or `B/op>16`; or with
    /// `new-escape` when something new may allocate. May be repeated.
    #[arg(long, value_name = "GATE", value_parser = FailOn::parse)]
    fail_on: Vec<FailOn>,
    /// What a table has.
    #[arg(long, value_enum, default_value_t)]
    show: Show,
    #[arg(long, value_enum, default_value_t)]
    format: ReviewFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Show {
    /// The benchmarks.
    #[default]
    Benchmarks,
    /// Every run of one output.
    Runs,
    /// The lines that allocate more or less, by the profiles.
    Lines,
}

impl Bench {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        let [before, after] = self.outputs.as_slice() else { return self.sum_up(out, err) };
        if self.profile.is_empty() != self.profile_before.is_empty()
            || self.escapes.is_some() != self.escapes_before.is_some()
        {
            let problem = "two outputs take the profiles of both (--profile-before, --profile), and the logs of both";
            return Err(Failure::Usage(problem.to_owned()));
        }
        let (base, current) = (read_benchmarks(before)?, read_benchmarks(after)?);
        if !self.fail_on.is_empty() {
            // A benchmark that did not run cannot be worse.
            [(before, &base), (after, &current)].into_iter().try_for_each(|(path, of)| check_complete(path, of))?;
        }
        let logs = self.logs()?;
        let (log_before, log_after) = logs.as_ref().map(|(before, after)| (before, after)).unzip();
        let comparison = Comparison::new(&base, &current);
        let remarks = base.remarks().iter().chain(current.remarks());
        let remarks: Vec<String> =
            remarks.map(|remark| format!("line {}: {}", remark.line, one_line(&remark.text))).collect();
        let decisions = logs.as_ref().map(|(before, after)| after.diff(before));
        // What may allocate and did not before.
        let escapes: Vec<Annotation> =
            decisions.iter().flat_map(EscapeDiff::new_allocations).map(Annotation::from).collect();
        let lines = self.lines((&base, &current), (log_before, log_after), decisions.as_ref())?;
        match (self.format.plain(), self.show) {
            (Some(_), Show::Lines) if self.profile.is_empty() => {
                return Err(Failure::Usage("--show lines needs --profile-before and --profile".to_owned()));
            }
            (Some(format), Show::Lines) => {
                lines.notes.iter().for_each(|note| drop(writeln!(err, "note: {note}")));
                render_short(&lines.changes.to_table(), &SHORT_LINES, format, out)?;
            }
            (Some(Format::Text), Show::Benchmarks) => {
                write_benchmarks(&comparison, out)?;
                remarks.iter().try_for_each(|remark| writeln!(out, "note: {remark}"))?;
                lines.write(out)?;
                write_escapes(&escapes, out)?;
            }
            (Some(format), Show::Benchmarks) => render(&comparison.to_table(), format, out)?,
            (Some(_), Show::Runs) => {
                return Err(Failure::Usage("--show runs takes one output".to_owned()));
            }
            (None, _) => {
                let mut review = self.review(&comparison, escapes.clone(), remarks);
                lines.add_to(&mut review);
                review.write(self.format, out)?;
            }
        }
        for problem in self.fail_on.iter().filter_map(|gate| gate.insufficient(&comparison)) {
            let _ = writeln!(err, "gomem: insufficient: {problem}");
        }
        let is_exceeded = |gate: &FailOn| gate.is_exceeded(&comparison, !escapes.is_empty());
        Ok(gate::failed(self.fail_on.iter().filter(|gate| is_exceeded(gate)), err))
    }

    /// The compiler's logs, before and after, where they are named.
    fn logs(&self) -> Result<Option<(EscapeLog, EscapeLog)>, Failure> {
        let (Some(before), Some(after)) = (&self.escapes_before, &self.escapes) else {
            if self.fail_on.contains(&FailOn::NewEscape) {
                return Err(Failure::Usage("--fail-on new-escape needs --escapes-before and --escapes".to_owned()));
            }
            return Ok(None);
        };
        let logs = (read_escape_log(before)?, read_escape_log(after)?);
        check_built(before, &logs.0)?;
        check_built(after, &logs.1)?;
        Ok(Some(logs))
    }

    /// At which lines what changed is allocated.
    fn lines(
        &self,
        (before, after): (&Benchmarks, &Benchmarks),
        (log_before, log_after): (Option<&EscapeLog>, Option<&EscapeLog>),
        decisions: Option<&EscapeDiff<'_>>,
    ) -> Result<BenchLines, Failure> {
        if self.profile.is_empty() {
            return Ok(BenchLines::default());
        }
        let (profile_before, profile) = (merged(&self.profile_before)?, merged(&self.profile)?);
        let then = benchmark_allocations(before, &profile_before, log_before);
        let now = benchmark_allocations(after, &profile, log_after);
        Ok(BenchLines::new(&then, &now, decisions))
    }

    /// Which benchmarks are worse, and what escapes that did not.
    fn review(&self, comparison: &Comparison, escapes: Vec<Annotation>, notes: Vec<String>) -> Review {
        let too_much: Vec<&ComparisonRow> = self.fail_on.iter().flat_map(|gate| gate.too_much(comparison)).collect();
        let shown = Gate::worse(comparison);
        let worse = shown.iter().map(|row| {
            let level = if too_much.contains(row) { Level::Error } else { Level::Warning };
            Annotation { level, ..worse_benchmark(row) }
        });
        let count = |verdict| comparison.rows().iter().filter(|row| row.verdict == verdict).count();
        let (better, same) = (count(Verdict::Better), count(Verdict::Same));
        let mut headline = format!("{} worse, {better} better, {same} the same", shown.len());
        let unshown = count(Verdict::Worse) - shown.len();
        if unshown > 0 {
            headline.push_str(&format!(", {unshown} worse by benchstat's test alone"));
        }
        if !escapes.is_empty() {
            headline.push_str(&format!(", {} new escapes", escapes.len()));
        }
        Review {
            command: "bench",
            headline,
            annotations: worse.chain(escapes).collect(),
            sections: Section::new("All benchmarks", comparison.to_table().select(&SHORT_BENCHMARKS))
                .into_iter()
                .collect(),
            notes: notes.into_iter().chain(comparison.notes().iter().cloned()).collect(),
        }
    }

    fn sum_up(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        if !self.fail_on.is_empty() || self.escapes_before.is_some() || !self.profile_before.is_empty() {
            return Err(Failure::Usage("a gate compares two outputs: before and after".to_owned()));
        }
        if self.profile.is_empty() && (self.show == Show::Lines || self.escapes.is_some()) {
            return Err(Failure::Usage("lines need --profile, and reasons need --escapes too".to_owned()));
        }
        let path = &self.outputs[0];
        let benchmarks = read_benchmarks(path)?;
        for remark in benchmarks.remarks() {
            let _ = writeln!(err, "note: {}: line {}: {}", path.display(), remark.line, one_line(&remark.text));
        }
        let Some(format) = self.format.table() else {
            return Err(Failure::Usage(
                "--format sarif, github and gitlab compare two outputs: before and after".to_owned(),
            ));
        };
        match (self.show, format) {
            (Show::Benchmarks, Format::Text) => write_medians(&benchmarks.medians(), out)?,
            (Show::Benchmarks, _) => render(&benchmarks.medians().to_table(), format, out)?,
            (Show::Runs, _) => render(&benchmarks.to_table(), format, out)?,
            (Show::Lines, _) => {}
        }
        if self.profile.is_empty() {
            return Ok(0);
        }
        let log = self.escapes.as_deref().map(read_escape_log).transpose()?;
        let allocations = benchmark_allocations(&benchmarks, &merged(&self.profile)?, log.as_ref());
        BenchmarkAllocation::unknown_lines(&allocations, "")
            .iter()
            .for_each(|note| drop(writeln!(err, "note: {note}")));
        let lines: Vec<BenchmarkLine> = allocations.into_iter().filter_map(|of| of.lines.ok()).flatten().collect();
        match (self.show, format) {
            (Show::Lines, _) => render_short(&lines.to_table(), &SHORT_ALLOCATIONS, format, out)?,
            (Show::Benchmarks, Format::Text) => {
                writeln!(out, "\nAllocated for each operation:")?;
                let felt: Vec<BenchmarkLine> =
                    lines.into_iter().filter(|line| BenchmarkLine::is_felt(line.allocs, line.bytes)).collect();
                render(&felt.to_table().select(&SHORT_ALLOCATIONS), format, out)?;
            }
            // A table for programs is one table.
            (Show::Benchmarks | Show::Runs, _) => {}
        }
        Ok(0)
    }
}

fn check_complete(path: &Path, benchmarks: &Benchmarks) -> Result<(), Failure> {
    match benchmarks.remarks().iter().find(|remark| remark.is_failure) {
        Some(failed) => Err(Failure::input(path, format!("line {}: {}", failed.line, failed.text))),
        None if benchmarks.runs().is_empty() => Err(Failure::input(path, "no benchmark in it")),
        None => Ok(()),
    }
}

/// Profiles of several packages as one.
fn merged(paths: &[PathBuf]) -> Result<Profile, Failure> {
    let mut merger = Merger::new();
    for path in paths {
        merger.add(&read_profile(path)?).map_err(|problem| Failure::input(path, problem))?;
    }
    Ok(merger.finish()?)
}

fn write_escapes(escapes: &[Annotation], out: &mut Output<'_>) -> Result<(), Failure> {
    if !escapes.is_empty() {
        writeln!(out, "\nnew, and may allocate:")?;
    }
    for escape in escapes {
        let line = escape.line.map_or_else(String::new, |line| format!(":{line}"));
        writeln!(out, "  {}", one_line(&format!("{}{line}: {} ({})", escape.file, escape.message, escape.rule)))?;
    }
    Ok(())
}

/// The columns that people look at.
pub(crate) const SHORT_BENCHMARKS: [&str; 7] =
    ["benchmark", "unit", "base", "current", "delta_fraction", "verdict", "p"];
