//! `gomem diagnose`: the rules on metrics.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use gomem_metrics::{DiagnoseOptions, Diagnosis, Verdict};
use gomem_postmortem::traced_gc;
use gomem_table::ToTable;
use gomem_trace::Trace;

use crate::{
    commands::fail_on::FailOn,
    failure::Failure,
    read::{MetricsInput, Source, read_execution_trace, read_gc_trace},
    show::{Format, Output, TableOptions, judgement},
};

/// What is wrong with a program, with the evidence; or that the evidence is not enough.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem diagnose scrapes/ --gctrace stderr.log --memory-limit 536870912
  gomem diagnose scrapes/ --from '2026-11-08 09:30' --to '2026-11-08 10:00'
  gomem diagnose trace.out
  gomem diagnose query_range.json --all --format json --fail-on critical")]
pub(crate) struct Diagnose {
    #[command(flatten)]
    input: MetricsInput,
    /// A log with GODEBUG=gctrace=1 lines of the same program.
    #[arg(long, value_name = "LOG")]
    gctrace: Option<PathBuf>,
    /// An execution trace of the same program: it judges who asks for GC, assists and pauses. It may also be the only input.
    #[arg(long, value_name = "TRACE")]
    trace: Option<PathBuf>,
    /// The memory that the container may use, in bytes.
    #[arg(long, value_name = "BYTES")]
    memory_limit: Option<u64>,
    /// As text, show the rules that did not fire as well.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    fail_on: FailOn,
    #[command(flatten)]
    table: TableOptions,
}

impl Diagnose {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        if self.gctrace.is_some() && self.input.window.is_set() {
            let problem =
                "a GC trace has no dates; `gomem postmortem BUNDLE --from --to` cuts both by when the process began";
            return Err(Failure::Usage(format!("--gctrace with --from or --to: {problem}")));
        }
        let diagnosis = match self.input.execution_trace()? {
            Some(trace) => self.of_trace(&trace)?,
            None => self.of_metrics(err)?,
        };
        match self.table.format {
            Format::Text => self.sentences(&diagnosis, out)?,
            _ => self.table.render(&diagnosis.to_table(), out)?,
        }
        Ok(self.fail_on.code(diagnosis.severity(), err))
    }

    fn of_trace(&self, trace: &Trace) -> Result<Diagnosis, Failure> {
        if self.gctrace.is_some() || self.trace.is_some() || self.memory_limit.is_some() || self.input.window.is_set() {
            let problem = "an execution trace is judged alone; --trace TRACE puts it beside metrics";
            return Err(Failure::Usage(problem.to_owned()));
        }
        Ok(Diagnosis::from_trace(&traced_gc(trace)))
    }

    fn of_metrics(&self, err: &mut dyn Write) -> Result<Diagnosis, Failure> {
        let state = self.input.metrics(err)?.state();
        let state = match &self.gctrace {
            Some(log) => {
                let trace = read_gc_trace(&Source::Path(log.clone()))?;
                state.with_trace(&trace)
            }
            None => state,
        };
        let options = DiagnoseOptions::default().with_memory_limit_bytes(self.memory_limit);
        let diagnosis = Diagnosis::from_state(&state, options);
        Ok(match &self.trace {
            Some(path) => diagnosis.with_trace(&traced_gc(&read_execution_trace(path)?)),
            None => diagnosis,
        })
    }

    fn most(&self, all: usize) -> usize {
        self.table.rows.of(all, Format::Text)
    }

    /// What fired, but for rules of thumb, and how many rules found nothing or could not judge; or what every rule says.
    fn sentences(&self, diagnosis: &Diagnosis, out: &mut Output<'_>) -> io::Result<()> {
        if self.all {
            let most = self.most(diagnosis.judgements().len());
            return diagnosis.judgements().iter().take(most).try_for_each(|judged| judgement(judged, out));
        }
        let asked = || diagnosis.judgements().iter().filter(|judged| !judged.rule.is_rule_of_thumb());
        let of = |verdict: Verdict| asked().filter(|judged| judged.verdict == verdict).collect::<Vec<_>>();
        let fired = of(Verdict::Fired);
        let most = self.most(fired.len());
        fired.iter().take(most).try_for_each(|judged| judgement(judged, out))?;
        if most < fired.len() {
            writeln!(out, "\nthe first {most} of {} that fired; -n 0 shows all", fired.len())?;
        }
        let (clear, few, unknown) = (of(Verdict::Clear), of(Verdict::Insufficient), of(Verdict::NotEvaluable));
        let gap = if fired.is_empty() { "" } else { "\n" };
        write!(out, "{gap}{} looked for and not found", clear.len())?;
        if !few.is_empty() {
            write!(out, "; {} could not be judged: too few scrapes or GC cycles", few.len())?;
        }
        if !unknown.is_empty() {
            let mut needs: Vec<&str> = Vec::new();
            for metric in unknown.iter().flat_map(|judged| &judged.missing) {
                if !needs.contains(metric) {
                    needs.push(metric);
                }
            }
            let more = if needs.len() > SHOWN { format!(" and {} more", needs.len() - SHOWN) } else { String::new() };
            needs.truncate(SHOWN);
            write!(out, "; {} could not be judged: needs {}{more}", unknown.len(), needs.join(", "))?;
        }
        writeln!(out, "; --all shows why")
    }
}

/// Of the metrics that are missing.
const SHOWN: usize = 2;
