//! The forms of answers.

use std::sync::LazyLock;

use clap::{Args, ValueEnum, builder::PossibleValue};
use gomem_table::Table;

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Format {
    /// Aligned text.
    #[default]
    #[value(alias = "table")]
    Text,
    Csv,
    /// One document, with the version of its schema.
    Json,
    /// One object a line.
    #[value(alias = "jsonl")]
    Ndjson,
    /// A table for a page or a comment.
    #[value(alias = "md")]
    Markdown,
    #[cfg(feature = "columnar")]
    Parquet,
    /// Arrow IPC, the file format.
    #[cfg(feature = "columnar")]
    Arrow,
}

/// How an answer is printed that a pull request can have: a table, or what a forge shows at the lines. `markdown` is the
/// comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewFormat {
    Table(Format),
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
}

/// How many rows.
#[derive(Debug, Args)]
pub(crate) struct Rows {
    /// How many rows; 0 is all. Without it, 30 for people and all for programs.
    #[arg(short = 'n', long, visible_alias = "limit")]
    rows: Option<usize>,
}

/// How a table is printed, and how much of it.
#[derive(Debug, Args)]
pub(crate) struct TableOptions {
    #[command(flatten)]
    pub(crate) rows: Rows,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

impl Format {
    /// Whether a person reads it, so that less is more.
    pub(crate) fn is_for_people(self) -> bool {
        matches!(self, Self::Text | Self::Markdown)
    }
}

impl ReviewFormat {
    /// The form of a table; `None` of what is shown at lines.
    pub(crate) fn table(self) -> Option<Format> {
        match self {
            Self::Table(format) => Some(format),
            _ => None,
        }
    }

    /// The form of a table that is no comment.
    pub(crate) fn plain(self) -> Option<Format> {
        self.table().filter(|format| *format != Format::Markdown)
    }
}

impl Default for ReviewFormat {
    fn default() -> Self {
        Self::Table(Format::default())
    }
}

impl ValueEnum for ReviewFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<ReviewFormat>> = LazyLock::new(|| {
            let tables = Format::value_variants().iter().map(|format| ReviewFormat::Table(*format));
            tables.chain([ReviewFormat::Sarif, ReviewFormat::Github, ReviewFormat::Gitlab]).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Table(Format::Markdown) => {
                Some(PossibleValue::new("markdown").alias("md").help("A comment for a pull request"))
            }
            Self::Table(format) => format.to_possible_value(),
            Self::Sarif => Some(PossibleValue::new("sarif").help("SARIF 2.1.0, for code scanning")),
            Self::Github => Some(PossibleValue::new("github").help("Annotations of GitHub Actions")),
            Self::Gitlab => Some(PossibleValue::new("gitlab").help("A Code Quality report of GitLab")),
        }
    }
}

impl Rows {
    /// How many of so many are shown in a form.
    pub(crate) fn of(&self, all: usize, format: Format) -> usize {
        let most = self.rows.unwrap_or(if format.is_for_people() { MOST_FOR_PEOPLE } else { 0 });
        if most == 0 { all } else { most.min(all) }
    }

    /// The first rows of a table.
    pub(crate) fn head(&self, table: &Table, format: Format) -> Table {
        table.head(self.of(table.rows(), format))
    }
}

const MOST_FOR_PEOPLE: usize = 30;
