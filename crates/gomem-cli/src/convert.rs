//! A profile in another form.

use std::path::Path;

use clap::ValueEnum;
use gomem_pprof::{FlameHtml, Profile};

use crate::{arguments::Format, failure::Failure, render::render};

/// The forms that a profile is written in. What needs one sample type takes the chosen one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// pprof's own, gzipped.
    #[value(name = "pb.gz")]
    PbGz,
    /// pprof's own.
    Pb,
    /// The samples as a table.
    #[cfg(feature = "columnar")]
    Parquet,
    /// The samples as a table: Arrow IPC, the file format.
    #[cfg(feature = "columnar")]
    Arrow,
    /// The samples as a table.
    Csv,
    /// The samples as a table, one object a line.
    Json,
    /// Stacks in one line each, for flamegraph.pl and others.
    Folded,
    /// For <https://www.speedscope.app>.
    #[value(name = "speedscope.json")]
    Speedscope,
    /// For KCachegrind.
    Callgrind,
    /// A flame graph.
    Html,
}

impl Form {
    /// What the name of a file tells.
    pub(crate) fn of_name(path: &Path) -> Result<Self, Failure> {
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

    pub(crate) fn write(self, profile: &Profile, index: usize, title: &str) -> Result<Vec<u8>, Failure> {
        let table = |format| {
            let mut bytes = Vec::new();
            render(&profile.samples_table()?, format, &mut bytes)?;
            Ok(bytes)
        };
        Ok(match self {
            Self::PbGz => profile.encode(),
            Self::Pb => profile.encode_raw(),
            #[cfg(feature = "columnar")]
            Self::Parquet => return table(Format::Parquet),
            #[cfg(feature = "columnar")]
            Self::Arrow => return table(Format::Arrow),
            Self::Csv => return table(Format::Csv),
            Self::Json => return table(Format::Json),
            Self::Folded => profile.flame(index).to_folded().into_bytes(),
            Self::Speedscope => profile.to_speedscope(title).into_bytes(),
            Self::Callgrind => profile.to_callgrind(index).into_bytes(),
            Self::Html => whole_flame(title, profile, index).document().into_bytes(),
        })
    }
}

/// All sample types, so that the picture can switch; `first` is shown first.
pub(crate) fn whole_flame(title: &str, profile: &Profile, first: usize) -> FlameHtml {
    let mut shown: Vec<usize> = (0..profile.sample_types().len()).collect();
    shown.sort_by_key(|&index| index != first);
    FlameHtml::of(title, profile, &shown)
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
    (".jsonl", Form::Json),
    (".folded", Form::Folded),
    (".callgrind", Form::Callgrind),
    (".html", Form::Html),
];
