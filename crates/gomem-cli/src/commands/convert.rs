//! `gomem convert`: whatever gomem reads, in another form.

mod form;
mod graph_size;
mod table;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    commands::convert::{form::Form, graph_size::GraphSize, table::ConvertTable},
    failure::Failure,
    read::{Kind, ProgramFile, STDIN, Selection, Source, retained, sample_type_index, title},
    show::{Output, render, whole_flame, write_or_print},
};

/// What can be read, in another form: pprof, Parquet, Arrow IPC, CSV, JSON, folded, speedscope, callgrind, dot, HTML.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem convert heap.txt -o heap.pb.gz
  gomem convert heap-*.pb.gz -o heaps.parquet
  gomem convert heap.pb.gz -s alloc_space --to folded | flamegraph.pl > heap.svg
  gomem convert heap.pb.gz -s alloc_space --to dot | dot -Tsvg > calls.svg
  gomem convert escape.log --table inlining -o inlining.parquet
  gomem convert scrapes/ --table state -o state.arrow
  gomem convert heap.dump --binary ./app --table holders -o holders.parquet
  gomem convert core.4711 --binary ./app -o retained.pb.gz
  gomem convert stderr.log --to csv > gctrace.csv")]
pub(crate) struct Convert {
    /// Profiles, the compiler's logs, metrics, logs with GC traces, a heap dump, a core, or an execution trace, recognised by
    /// their content. Several are read as one; of a folder, its logs or scrapes. `-` is standard input.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Which table of the input, with the columns of the frame that Python calls so.
    #[arg(long, value_name = "TABLE", value_parser = ConvertTable::parser())]
    table: Option<ConvertTable>,
    /// For forms that hold one sample type; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// Which form; without it, the one that the name of the output says.
    #[arg(long, value_enum, value_name = "FORM", required_unless_present = "output")]
    to: Option<Form>,
    /// Where to write it; without it or as `-`, to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    program: ProgramFile,
    #[command(flatten)]
    graph: GraphSize,
    #[command(flatten)]
    selection: Selection,
}

impl Convert {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let output = self.output.as_deref().unwrap_or(Path::new(STDIN));
        let form = self.to.map_or_else(|| Form::from_file_name(output), Ok)?;
        let sources = self.inputs.iter().map(|path| Source::held(path)).collect::<Result<Vec<_>, _>>()?;
        let kind = self.kind(&sources)?;
        self.check(kind, form)?;
        check_alike(&sources, kind)?;
        let bytes = match form.table_format() {
            Some(format) => {
                let table = self.table.clone().map_or_else(|| ConvertTable::first(kind), Ok)?;
                let mut bytes = Vec::new();
                render(&table.read(&sources, &self.selection, &self.program)?, format, &mut Output::plain(&mut bytes))?;
                bytes
            }
            None => self.picture(kind, &sources, form)?,
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
        let is_asked = |kind: &Kind| self.table.as_ref().is_none_or(|table| table.kind().has_tables_of(*kind));
        let mut kinds: Vec<Kind> = Kind::announced_by(&first.head()?).collect();
        if !kinds.iter().any(is_asked) {
            // What it is may show further down.
            kinds = Kind::announced_by(&first.bytes()?).collect();
        }
        match (kinds.iter().copied().find(is_asked), kinds.first(), &self.table) {
            (Some(kind), ..) => Ok(kind),
            // Any metrics will do, not only those of Go.
            (None, None, Some(table)) => Ok(table.kind()),
            (None, None, None) => {
                let problem =
                    "neither a profile, the compiler's log, GC traces nor metrics of Go; say --table if it is one";
                Err(Failure::input(path, problem))
            }
            (None, Some(found), Some(table)) => Err(Failure::Usage(format!(
                "--table {} is of {}, and {} is {}: it has {}",
                table.name(),
                table.kind().name(),
                path.display(),
                found.name(),
                ConvertTable::names(*found)
            ))),
            (None, Some(found), None) => Ok(*found),
        }
    }

    /// Scrapes, or what a build left; of a folder with other things as well, what the table is of.
    fn kind_of_folder(&self, path: &Path) -> Result<Kind, Failure> {
        let failed = |problem: std::io::Error| Failure::io(path, &problem);
        let scrapes = gomem_metrics::scrapes_of(path).map_err(failed)?.files;
        let logs = gomem_escape::files_of(path).map_err(failed)?.files;
        let mut others = 0;
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            others += usize::from(
                entry.is_file() && scrapes.binary_search(&entry).is_err() && logs.binary_search(&entry).is_err(),
            );
        }
        match self.table.as_ref().map(ConvertTable::kind) {
            Some(kind) if kind != Kind::Profile => Ok(kind),
            None if !scrapes.is_empty() => Ok(Kind::Metrics),
            None if others == 0 && !logs.is_empty() => Ok(Kind::EscapeLog),
            _ => {
                let problem = "a folder with neither scrapes, called <unix milliseconds>.prom, nor logs alone; \
                            name the files of one kind";
                Err(Failure::input(path, problem))
            }
        }
    }

    fn check(&self, kind: Kind, form: Form) -> Result<(), Failure> {
        let input = self.inputs[0].display();
        if form.table_format().is_none() {
            if kind != Kind::Profile && !kind.is_heap() {
                return Err(Failure::Usage(format!(
                    "{} is a form of profiles and heaps, and {input} is {}: take parquet, arrow, csv or json",
                    form.name(),
                    kind.name()
                )));
            }
            if self.table.is_some() {
                return Err(Failure::Usage(format!("{} is no table: leave out --table", form.name())));
            }
        }
        if form != Form::Dot && self.graph != GraphSize::default() {
            let problem = "--nodecount, --nodefraction and --edgefraction are of the form dot";
            return Err(Failure::Usage(problem.to_owned()));
        }
        let has_sample_types = kind == Kind::Profile || kind.is_heap() && form.table_format().is_none();
        if self.sample_type.is_some() && !has_sample_types
            || self.selection != Selection::default() && kind != Kind::Profile
        {
            let problem = format!("{input} is {}: sample types and filters are of profiles", kind.name());
            return Err(Failure::Usage(problem));
        }
        if self.program != ProgramFile::default() && !kind.is_heap() {
            let problem = format!("{input} is {}: --binary is of heap dumps and cores", kind.name());
            return Err(Failure::Usage(problem));
        }
        Ok(())
    }

    /// A profile in a form that is no table, or what holders keep of a heap.
    fn picture(&self, kind: Kind, sources: &[Source], form: Form) -> Result<Vec<u8>, Failure> {
        let profile = if kind.is_heap() {
            retained(sources[0].path(), &self.program.heap(sources)?)?
        } else {
            self.selection.profile(sources)?
        };
        let index = sample_type_index(&profile, self.sample_type.as_deref())?;
        let title = title(&self.inputs);
        Ok(match form {
            Form::Pb => profile.encode_raw(),
            Form::Folded => profile.flame(index).to_folded().into_bytes(),
            Form::Speedscope => profile.to_speedscope(&title).into_bytes(),
            Form::Callgrind => profile.to_callgrind(index).into_bytes(),
            Form::Dot => profile.to_dot(index, self.graph.options()).into_bytes(),
            Form::Html => whole_flame(&title, &profile, index).document().into_bytes(),
            _ => profile.encode(),
        })
    }
}

/// Whether all inputs can be read as what the first one is.
fn check_alike(sources: &[Source], kind: Kind) -> Result<(), Failure> {
    for source in sources.iter().skip(1).filter(|source| !source.path().is_dir()) {
        let head = source.head()?;
        let mut kinds = Kind::announced_by(&head).peekable();
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
