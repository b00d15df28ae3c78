//! `gomem convert`: whatever gomem reads, in another form.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gomem_escape::{DiagnosticsReader, Limits};
use gomem_metrics::ReadOptions;
use gomem_pprof::Profile;
use gomem_table::{Table, ToTable};

use crate::{
    commands::form::Form,
    failure::Failure,
    read::{
        Kind, STDIN, Selection, Source, for_each_log, read_escape_logs, read_gc_traces, read_metrics,
        sample_type_index, scrapes_of, title,
    },
    show::{Output, render, whole_flame, write_or_print},
};

/// What can be read, in another form: pprof, Parquet, Arrow IPC, CSV, JSON, folded, speedscope, callgrind, HTML.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem convert heap.txt -o heap.pb.gz
  gomem convert heap-*.pb.gz -o heaps.parquet
  gomem convert heap.pb.gz -s alloc_space --to folded | flamegraph.pl > heap.svg
  gomem convert escape.log --table inlining -o inlining.parquet
  gomem convert scrapes/ --table state -o state.arrow
  gomem convert stderr.log --to csv > gctrace.csv")]
pub(crate) struct Convert {
    /// Profiles, the compiler's logs, metrics, or logs with GC traces: what they are is told by content. Several are
    /// read as one; of a folder, its logs or scrapes. `-` is standard input.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Which table of the input, with the columns of the frame that Python calls so.
    #[arg(long, value_enum, value_name = "TABLE")]
    table: Option<Which>,
    /// For forms that hold one sample type; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// Which form; without it, what the name of the output tells.
    #[arg(long, value_enum, value_name = "FORM", required_unless_present = "output")]
    to: Option<Form>,
    /// Where to write it; without it or as `-`, to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

/// The tables that inputs hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Of profiles: one row a sample.
    Samples,
    /// Of profiles: one row a stack and frame.
    Frames,
    /// Of the compiler's log: what goes to the heap, and why.
    Escapes,
    /// Of the compiler's log: parameters that leak.
    Leaks,
    /// Of the compiler's log: functions that can and cannot be inlined.
    Inlining,
    /// Of the compiler's log: what does not escape and may allocate all the same.
    #[value(name = "stack_buffers", alias = "stays")]
    StackBuffers,
    /// Of the compiler's log: one row a line of it.
    Diagnostics,
    /// Of metrics: every sample.
    Series,
    /// Of metrics: the runtime's state, one row a scrape.
    State,
    /// Of metrics: GC cycles, one row a scrape before which one ended.
    Cycles,
    /// Of metrics: where the memory is, one row a part of each moment.
    Waterfall,
    /// Of a log: one row a GC cycle.
    Gctrace,
}

impl Convert {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let output = self.output.as_deref().unwrap_or(Path::new(STDIN));
        let form = self.to.map_or_else(|| Form::of_name(output), Ok)?;
        let sources = self.inputs.iter().map(|path| Source::held(path)).collect::<Result<Vec<_>, _>>()?;
        let kind = self.kind(&sources)?;
        self.check(kind, form)?;
        check_alike(&sources, kind)?;
        let bytes = match form.of_tables() {
            Some(format) => {
                let which = self.table.unwrap_or_else(|| Which::of(kind));
                let mut bytes = Vec::new();
                render(&which.read(&sources, &self.selection)?, format, &mut Output::plain(&mut bytes))?;
                bytes
            }
            None => self.picture(&sources, form)?,
        };
        if output == Path::new(STDIN) && form.is_binary() {
            return out.write_binary(&bytes);
        }
        if write_or_print(output, &bytes, out)? {
            writeln!(out, "{}", output.display())?;
        }
        Ok(())
    }

    /// What the first input is. A log may be several things: then the table decides.
    fn kind(&self, sources: &[Source]) -> Result<Kind, Failure> {
        let first = &sources[0];
        let path = first.path();
        if path.is_dir() {
            return self.kind_of_folder(path);
        }
        let is_asked = |kind: &Kind| self.table.is_none_or(|table| table.kind() == *kind);
        let mut kinds: Vec<Kind> = Kind::all_of(&first.head()?).collect();
        if !kinds.iter().any(is_asked) {
            // What it is may show further down.
            kinds = Kind::all_of(&first.bytes()?).collect();
        }
        match (kinds.iter().copied().find(is_asked), kinds.first(), self.table) {
            (Some(kind), ..) => Ok(kind),
            // Any metrics will do, not only those of Go.
            (None, None, Some(table)) => Ok(table.kind()),
            (None, None, None) => {
                let told =
                    "neither a profile, the compiler's log, GC traces nor metrics of Go; say --table if it is one";
                Err(Failure::input(path, told))
            }
            (None, Some(found), Some(table)) => Err(Failure::Usage(format!(
                "--table {} is of {}, and {} is {}: it has {}",
                table.name(),
                table.kind().name(),
                path.display(),
                found.name(),
                Which::names_of(*found)
            ))),
            (None, Some(found), None) => Ok(*found),
        }
    }

    /// Scrapes, or what a build left; of a folder with other things as well, what the table is of.
    fn kind_of_folder(&self, path: &Path) -> Result<Kind, Failure> {
        let failed = |problem: std::io::Error| Failure::io(path, &problem);
        let (scrapes, logs) = (scrapes_of(path)?, gomem_escape::files_of(path).map_err(failed)?);
        let mut others = 0;
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            others += usize::from(
                entry.is_file() && scrapes.binary_search(&entry).is_err() && logs.binary_search(&entry).is_err(),
            );
        }
        match self.table.map(Which::kind) {
            Some(kind) if kind != Kind::Profile => Ok(kind),
            None if !scrapes.is_empty() => Ok(Kind::Metrics),
            None if others == 0 && !logs.is_empty() => Ok(Kind::EscapeLog),
            _ => {
                let told = "a folder with neither scrapes, called <unix milliseconds>.prom, nor logs alone; \
                            name the files of one kind";
                Err(Failure::input(path, told))
            }
        }
    }

    fn check(&self, kind: Kind, form: Form) -> Result<(), Failure> {
        let input = self.inputs[0].display();
        if form.of_tables().is_none() {
            if kind != Kind::Profile {
                return Err(Failure::Usage(format!(
                    "{} is a form of profiles, and {input} is {}: take parquet, arrow, csv or json",
                    form.name(),
                    kind.name()
                )));
            }
            if self.table.is_some() {
                return Err(Failure::Usage(format!("{} is no table: leave out --table", form.name())));
            }
        }
        if kind != Kind::Profile && (self.sample_type.is_some() || self.selection != Selection::default()) {
            let told = format!("{input} is {}: sample types and filters are of profiles", kind.name());
            return Err(Failure::Usage(told));
        }
        Ok(())
    }

    /// A profile in a form that is no table.
    fn picture(&self, sources: &[Source], form: Form) -> Result<Vec<u8>, Failure> {
        let profile = self.selection.profile(sources)?;
        let index = sample_type_index(&profile, self.sample_type.as_deref())?;
        let title = title(&self.inputs);
        Ok(match form {
            Form::Pb => profile.encode_raw(),
            Form::Folded => profile.flame(index).to_folded().into_bytes(),
            Form::Speedscope => profile.to_speedscope(&title).into_bytes(),
            Form::Callgrind => profile.to_callgrind(index).into_bytes(),
            Form::Html => whole_flame(&title, &profile, index).document().into_bytes(),
            _ => profile.encode(),
        })
    }
}

impl Which {
    /// Unless another is asked for.
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Profile => Self::Samples,
            Kind::EscapeLog => Self::Escapes,
            Kind::GcTrace => Self::Gctrace,
            Kind::Metrics => Self::Series,
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Samples | Self::Frames => Kind::Profile,
            Self::Escapes | Self::Leaks | Self::Inlining | Self::StackBuffers | Self::Diagnostics => Kind::EscapeLog,
            Self::Series | Self::State | Self::Cycles | Self::Waterfall => Kind::Metrics,
            Self::Gctrace => Kind::GcTrace,
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn names_of(kind: Kind) -> String {
        let of_kind = Self::value_variants().iter().filter(|table| table.kind() == kind);
        of_kind.map(|table| table.name()).collect::<Vec<_>>().join(", ")
    }

    fn read(self, sources: &[Source], selection: &Selection) -> Result<Table, Failure> {
        let profile = || -> Result<Profile, Failure> { selection.profile(sources) };
        let metrics = || read_metrics(sources, ReadOptions::default());
        Ok(match self {
            Self::Samples => profile()?.samples_table()?,
            Self::Frames => profile()?.frames_table()?,
            Self::Escapes => read_escape_logs(sources)?.heap_decisions().to_table(),
            Self::Leaks => read_escape_logs(sources)?.leaks().to_table(),
            Self::Inlining => read_escape_logs(sources)?.inlining().to_table(),
            Self::StackBuffers => read_escape_logs(sources)?.stack_buffers().to_table(),
            Self::Diagnostics => {
                let mut diagnostics = DiagnosticsReader::new(Limits::default());
                for_each_log(sources, |text| diagnostics.read(text))?;
                diagnostics.finish().to_table()
            }
            Self::Series => metrics()?.to_table(),
            Self::State => metrics()?.state().to_table(),
            Self::Cycles => metrics()?.state().cycles().to_table(),
            Self::Waterfall => metrics()?.state().waterfall().to_table(),
            Self::Gctrace => read_gc_traces(sources)?.to_table(),
        })
    }
}

/// Whether all inputs can be read as what the first one is.
fn check_alike(sources: &[Source], kind: Kind) -> Result<(), Failure> {
    for source in sources.iter().skip(1).filter(|source| !source.path().is_dir()) {
        let head = source.head()?;
        let mut kinds = Kind::all_of(&head).peekable();
        if let Some(other) = kinds.peek().copied()
            && kinds.all(|found| found != kind)
        {
            return Err(Failure::Usage(format!(
                "{} is {}, and what comes first is {}: convert them one by one",
                source.path().display(),
                other.name(),
                kind.name()
            )));
        }
    }
    Ok(())
}
