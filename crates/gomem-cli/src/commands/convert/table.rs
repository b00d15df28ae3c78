//! The tables that inputs hold, by name.
//!
//! What a crate lists as the tables of a model is offered, and described in the help, without a word about it here.

use std::borrow::Cow;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gomem_escape::{Diagnostics, DiagnosticsReader, EscapeLog, Limits};
use gomem_heap::Heap;
use gomem_metrics::{GcTrace, Metrics, MetricsOptions};
use gomem_pprof::Profile;
use gomem_table::{Table, View};
use gomem_trace::Trace;

use crate::{
    failure::Failure,
    read::{
        Kind, ProgramFile, Selection, Source, for_each_log, read_escape_logs, read_execution_trace, read_gc_traces,
        read_metrics,
    },
};

/// A table of one kind of input.
#[derive(Debug, Clone)]
pub(crate) struct ConvertTable {
    name: Cow<'static, str>,
    about: Cow<'static, str>,
    model: Model,
}

/// What the table is made of.
#[derive(Debug, Clone, Copy)]
enum Model {
    Profile(&'static View<Profile>),
    EscapeLog(&'static View<EscapeLog>),
    Diagnostics(&'static View<Diagnostics>),
    Metrics(&'static View<Metrics>),
    GcTrace(&'static View<GcTrace>),
    Heap(&'static View<Heap>),
    Trace(&'static View<Trace>),
}

impl ConvertTable {
    /// All of them: those of one kind stand together, and the first is what is taken unless another is asked for.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(Profile::TABLES.iter().map(|view| Self::viewed(view, Model::Profile)));
        all.extend(EscapeLog::TABLES.iter().map(|view| Self::viewed(view, Model::EscapeLog)));
        all.extend(Diagnostics::TABLES.iter().map(|view| Self::viewed(view, Model::Diagnostics)));
        all.extend(Metrics::TABLES.iter().map(|view| Self::viewed(view, Model::Metrics)));
        all.extend(GcTrace::TABLES.iter().map(|view| Self::viewed(view, Model::GcTrace)));
        all.extend(Heap::TABLES.iter().map(|view| Self::viewed(view, Model::Heap)));
        all.extend(Trace::TABLES.iter().map(|view| Self::viewed(view, Model::Trace)));
        all
    }

    fn viewed<M>(view: &'static View<M>, model: fn(&'static View<M>) -> Model) -> Self {
        let schema = view.schema();
        Self { name: schema.name, about: schema.about, model: model(view) }
    }

    /// Reads `--table`.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        let values = Self::all().into_iter().map(|table| {
            let name = table.name.clone();
            let former = FORMER_NAMES.iter().filter(|(now, _)| *now == name).map(|(_, former)| *former);
            let help = format!("Of {}: {}", table.kind().plural(), table.about);
            PossibleValue::new(table.name.into_owned()).help(help).aliases(former)
        });
        PossibleValuesParser::new(values).try_map(|name| {
            let name = FORMER_NAMES.iter().find(|(_, former)| *former == name).map_or(name.as_str(), |(name, _)| *name);
            Self::all().into_iter().find(|table| table.name == name).ok_or("no such table")
        })
    }

    /// What is taken unless another is asked for.
    pub(crate) fn first(kind: Kind) -> Result<Self, Failure> {
        let first = Self::all().into_iter().find(|table| table.kind().has_tables_of(kind));
        first.ok_or_else(|| Failure::Usage(format!("{} has no table", kind.name())))
    }

    /// The names of those that an input of this kind holds.
    pub(crate) fn names(kind: Kind) -> String {
        let of_kind = Self::all().into_iter().filter(|table| table.kind().has_tables_of(kind));
        of_kind.map(|table| table.name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Which inputs hold it.
    pub(crate) fn kind(&self) -> Kind {
        match self.model {
            Model::Profile(_) => Kind::Profile,
            Model::EscapeLog(_) | Model::Diagnostics(_) => Kind::EscapeLog,
            Model::Metrics(_) => Kind::Metrics,
            Model::GcTrace(_) => Kind::GcTrace,
            Model::Heap(_) => Kind::HeapDump,
            Model::Trace(_) => Kind::ExecutionTrace,
        }
    }

    pub(crate) fn read(
        &self,
        sources: &[Source],
        selection: &Selection,
        program: &ProgramFile,
    ) -> Result<Table, Failure> {
        match self.model {
            Model::Profile(view) => Ok(view.table(&selection.profile(sources)?)),
            Model::EscapeLog(view) => Ok(view.table(&read_escape_logs(sources, None)?)),
            Model::Diagnostics(view) => {
                let mut reader = DiagnosticsReader::new(Limits::default());
                for_each_log(sources, |log| reader.read(log))?;
                Ok(view.table(&reader.finish()))
            }
            Model::Metrics(view) => Ok(view.table(&read_metrics(sources, MetricsOptions::default())?)),
            Model::GcTrace(view) => Ok(view.table(&read_gc_traces(sources)?)),
            Model::Heap(view) => Ok(view.table(&program.heap(sources)?)),
            Model::Trace(view) => match sources {
                [source] => Ok(view.table(&read_execution_trace(source.path())?)),
                _ => Err(Failure::Usage("execution traces are converted one by one".to_owned())),
            },
        }
    }
}

/// Tables that had another name, and still answer to it.
const FORMER_NAMES: &[(&str, &str)] = &[("stack_buffers", "stays")];
