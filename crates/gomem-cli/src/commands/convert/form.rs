//! The forms that inputs are converted to.

use std::path::Path;

use clap::ValueEnum;

use crate::{failure::Failure, show::Format};

/// What `convert` writes. What needs one sample type takes the chosen one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A profile as pprof's own, gzipped.
    #[value(name = "pb.gz")]
    PbGz,
    /// A profile as pprof's own.
    Pb,
    /// A table.
    #[cfg(feature = "columnar")]
    Parquet,
    /// A table: Arrow IPC, the file format.
    #[cfg(feature = "columnar")]
    Arrow,
    /// A table.
    Csv,
    /// A table: one document, with the version of its schema.
    Json,
    /// A table, one object a line.
    #[value(alias = "jsonl")]
    Ndjson,
    /// A profile's stacks in one line each, for flamegraph.pl and others.
    Folded,
    /// A profile for <https://www.speedscope.app>.
    #[value(name = "speedscope", alias = "speedscope.json")]
    Speedscope,
    /// A profile for KCachegrind.
    Callgrind,
    /// A profile's call graph, for graphviz: `dot -Tsvg`.
    Dot,
    /// A profile as a flame graph.
    Html,
}

impl Form {
    /// What the name of a file tells.
    pub(crate) fn from_file_name(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ends_with = |(ending, _): &&(&str, Self)| name.ends_with(ending);
        if let Some((_, form)) = ENDINGS.iter().find(ends_with) {
            return Ok(*form);
        }
        if name.starts_with("callgrind.") {
            return Ok(Self::Callgrind);
        }
        let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
        Err(Failure::Usage(format!(
            "{}: the name does not tell the form; let it end with one of {}, or say --to",
            path.display(),
            endings.join(" ")
        )))
    }

    /// How a table is written in it; of profiles alone are those that are none.
    pub(crate) fn table_format(self) -> Option<Format> {
        match self {
            #[cfg(feature = "columnar")]
            Self::Parquet => Some(Format::Parquet),
            #[cfg(feature = "columnar")]
            Self::Arrow => Some(Format::Arrow),
            Self::Csv => Some(Format::Csv),
            Self::Json => Some(Format::Json),
            Self::Ndjson => Some(Format::Ndjson),
            Self::PbGz | Self::Pb | Self::Folded | Self::Speedscope | Self::Callgrind | Self::Dot | Self::Html => None,
        }
    }

    pub(crate) fn is_binary(self) -> bool {
        match self {
            Self::PbGz | Self::Pb => true,
            #[cfg(feature = "columnar")]
            Self::Parquet | Self::Arrow => true,
            _ => false,
        }
    }

    /// What `--to` calls it.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The first that fits counts.
const ENDINGS: &[(&str, Form)] = &[
    (".pb.gz", Form::PbGz),
    (".pprof", Form::PbGz),
    (".pb", Form::Pb),
    #[cfg(feature = "columnar")]
    (".parquet", Form::Parquet),
    #[cfg(feature = "columnar")]
    (".arrow", Form::Arrow),
    #[cfg(feature = "columnar")]
    (".feather", Form::Arrow),
    (".csv", Form::Csv),
    (".speedscope.json", Form::Speedscope),
    (".json", Form::Json),
    (".jsonl", Form::Ndjson),
    (".ndjson", Form::Ndjson),
    (".folded", Form::Folded),
    (".callgrind", Form::Callgrind),
    (".dot", Form::Dot),
    (".gv", Form::Dot),
    (".html", Form::Html),
];
