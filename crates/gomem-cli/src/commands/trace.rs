//! `gomem trace`: who pays for the garbage collector, by an execution trace.

use std::{io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use gomem_table::{Table, ToTable, Unit};
use gomem_trace::{GroupBy, LifetimeBy, Trace as ExecutionTrace};

use crate::{
    failure::Failure,
    read::read_execution_trace,
    show::{Output, TableOptions},
};

/// Who pays for the garbage collector: which lines, goroutines and tasks had to help it, its cycles and stops, how long objects
/// live.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem trace trace.out
  gomem trace trace.out --by task-name
  gomem trace trace.out --by cycle
  gomem trace trace.out --pauses
  gomem trace allocfree.out --by type

`curl -o trace.out 'http://HOST/debug/pprof/trace?seconds=5'` takes one. --by type needs a program
that ran with GODEBUG=traceallocfree=1.")]
pub(crate) struct Trace {
    /// What `runtime/trace`, `go test -trace` or the flight recorder wrote, Go 1.22 or later; `-` is standard input.
    trace: PathBuf,
    /// What a row is.
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// Every stop of the world, whoever stopped it.
    #[arg(long, group = "question")]
    pauses: bool,
    /// What allocations paid for sweeping, instead of for marking.
    #[arg(long, group = "question")]
    sweeps: bool,
    #[command(flatten)]
    table: TableOptions,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum By {
    /// The line that allocated when it had to help the garbage collector.
    #[default]
    Line,
    /// Its function.
    Function,
    /// Its whole stack.
    Stack,
    /// The goroutine that had to help.
    Goroutine,
    /// The region of runtime/trace that was open.
    Region,
    /// The task of runtime/trace that was.
    Task,
    /// That task's name.
    TaskName,
    /// A GC cycle, with its heap, goal, stops and workers.
    Cycle,
    /// A type of objects, and how long they live.
    Type,
}

impl Trace {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let trace = read_execution_trace(&self.trace)?;
        for diagnostic in trace.diagnostics() {
            let place = diagnostic.offset.map_or_else(String::new, |offset| format!("byte {offset}: "));
            let generation =
                diagnostic.generation.map_or_else(String::new, |generation| format!("generation {generation}: "));
            writeln!(err, "gomem: {}: {place}{generation}{}", self.trace.display(), diagnostic.flaw)?;
        }
        let table = self.table(&trace)?;
        self.table.write(&table, &whole(&trace), out)
    }

    fn table(&self, trace: &ExecutionTrace) -> Result<Table, Failure> {
        let (table, short): (Table, &[&str]) = match (self.by, self.group()) {
            _ if self.pauses => (trace.pauses().to_table(), &PAUSE),
            (_, Some(by)) if self.sweeps => (trace.sweeps_by(by).to_table(), &SWEEPS),
            (By::Type, _) => (self.lifetimes(trace)?, &LIFETIME),
            (By::Cycle, _) => (trace.cycles(None).to_table(), &CYCLE),
            (_, Some(by)) => (trace.assists_by(by).to_table(), &ASSISTS),
            (_, None) => {
                return Err(Failure::Usage("--sweeps goes with lines, goroutines, regions and tasks".to_owned()));
            }
        };
        let columns = |name: &&str| table.columns().iter().any(|column| column.name() == *name);
        let short: Vec<&str> = short.iter().copied().filter(columns).collect();
        Ok(if self.table.format.is_for_people() { table.select(&short) } else { table })
    }

    fn lifetimes(&self, trace: &ExecutionTrace) -> Result<Table, Failure> {
        let missing = || {
            Failure::Usage(format!(
                "--by type: births and deaths of objects are not in {}; run the program with GODEBUG=traceallocfree=1 \
                 (Go 1.23 or later)",
                self.trace.display()
            ))
        };
        trace.lifetimes(LifetimeBy::Type).map(|rows| rows.to_table()).ok_or_else(missing)
    }

    fn group(&self) -> Option<GroupBy> {
        match self.by {
            By::Line => Some(GroupBy::Line),
            By::Function => Some(GroupBy::Function),
            By::Stack => Some(GroupBy::Stack),
            By::Goroutine => Some(GroupBy::Goroutine),
            By::Region => Some(GroupBy::Region),
            By::Task => Some(GroupBy::Task),
            By::TaskName => Some(GroupBy::TaskName),
            By::Cycle => Some(GroupBy::Cycle),
            By::Type => None,
        }
    }
}

/// What the trace is of.
fn whole(trace: &ExecutionTrace) -> String {
    let shown = |seconds: f64| Unit::Seconds.humanize(seconds);
    let cycles = trace.cycles(None);
    let pauses: f64 = trace.pauses().iter().filter_map(|pause| pause.seconds).sum();
    let assists = trace.assists();
    let walls = || assists.iter().filter_map(|assist| assist.wall_seconds);
    let mut text = format!("{} of a program", shown(trace.duration_seconds()));
    if let Some(procs) = trace.procs() {
        let plural = if procs == 1 { "" } else { "s" };
        text.push_str(&format!(" on {procs} processor{plural}"));
    }
    text.push_str(&format!(": {} GC cycles, the world stood still for {}; ", cycles.len(), shown(pauses)));
    match walls().reduce(f64::max) {
        None => text.push_str("no goroutine had to help the garbage collector"),
        Some(longest) => {
            let sum: f64 = walls().sum();
            text.push_str(&format!("{} times a goroutine had to help the garbage collector", assists.len()));
            text.push_str(&format!(", {} in all and {} at worst", shown(sum), shown(longest)));
        }
    }
    text
}

/// The columns that a text has.
const ASSISTS: [&str; 11] = [
    "goroutine",
    "region",
    "task",
    "task_name",
    "function",
    "line",
    "count",
    "wall_seconds",
    "running_seconds",
    "max_seconds",
    "wall_fraction",
];
const SWEEPS: [&str; 12] = [
    "goroutine",
    "region",
    "task",
    "task_name",
    "cycle",
    "function",
    "line",
    "count",
    "seconds",
    "max_seconds",
    "swept_bytes",
    "reclaimed_bytes",
];
const CYCLE: [&str; 10] = [
    "cycle",
    "start_seconds",
    "trigger",
    "trigger_function",
    "heap_start_bytes",
    "heap_live_bytes",
    "goal_bytes",
    "mark_seconds",
    "stw_mark_term_seconds",
    "assist_seconds",
];
const PAUSE: [&str; 7] = ["start_seconds", "seconds", "reason", "goroutine", "function", "line", "region"];
const LIFETIME: [&str; 9] = [
    "type",
    "size_bytes",
    "allocated",
    "allocated_bytes",
    "alive",
    "cycles_median",
    "cycles_p99",
    "dead_at_first_gc_fraction",
    "pool_candidate",
];
