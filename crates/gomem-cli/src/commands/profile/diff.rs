//! `gomem diff`: two profiles.

use std::{io::Write, path::PathBuf};

use clap::Args;
use gomem_pprof::{Granularity, SampleType, ShownGrowth, TopDiff};
use gomem_symbol::Symbol;
use gomem_table::{Table, ToTable, percent};

use crate::{
    commands::{gate, profile::growth_gate::GrowthGate},
    failure::Failure,
    read::{Selection, Source, Sums},
    show::{Annotation, Format, Level, Output, Review, ReviewFormat, Rows, Section, total},
};

/// What is different between two profiles.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem diff before.pb.gz after.pb.gz -s alloc_space --normalize
  gomem diff before.pb.gz after.pb.gz -s alloc_space --by line --fail-on 'growth>5%'
  gomem diff before.pb.gz after.pb.gz --by line --format markdown > comment.md
  gomem diff monday.pb.gz http://127.0.0.1:6060/debug/pprof/heap
  gomem diff before-1.pb.gz after-1.pb.gz after-2.pb.gz --base before-2.pb.gz --normalize

A gate takes the profiles of two runs. It fails on growth that the sampling does not explain:
`growth` of a key, `total` of the sum. Where the error of the sampling is not known, as in CPU
profiles, nothing is shown: the gate says so, and passes.")]
pub(crate) struct Diff {
    /// The earlier profile: a file, an address, or `-` for standard input.
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// The later profile. Several are summed.
    #[arg(required = true)]
    current: Vec<PathBuf>,
    /// More earlier profiles, which are summed with the first; may be repeated.
    #[arg(long = "base", value_name = "PROFILE")]
    more_base: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    sums: Sums,
    /// Scale the later profile to the earlier one's totals first.
    #[arg(long)]
    normalize: bool,
    /// Exit with 1 on more growth than that, whatever the sampler picked: `growth`, `growth>5%` of the base's total,
    /// `growth>1MiB`, `total>5%`. May be repeated.
    #[arg(long, value_name = "GATE")]
    fail_on: Vec<GrowthGate>,
    #[command(flatten)]
    rows: Rows,
    #[arg(long, value_enum, default_value_t)]
    format: ReviewFormat,
}

impl Diff {
    /// Gives the exit code.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        let base = Source::all([std::slice::from_ref(&self.base), &self.more_base].concat().as_slice());
        let (base, current) = (self.selection.profile(&base)?, self.selection.profile(&Source::all(&self.current))?);
        let diff = current.diff(&base, self.normalize)?;
        // What a pull request is told stands at a line.
        let by = if self.format.plain().is_some() { Granularity::Function } else { Granularity::Line };
        let options = self.sums.options_or(diff.current(), by)?;
        let top = diff.top(&options);
        let table = top.to_table();
        let short = table.select(&[options.by.key_columns(), &SHORT].concat());
        let [before, after] = [diff.base(), diff.current()].map(|profile| total(profile, options.sample_type));
        let name = diff.current().sample_types().get(options.sample_type).map_or("", SampleType::name);
        let headline = format!("{name}: {before} before, {after} after");
        match self.format.plain() {
            Some(Format::Text) => self.rows.write(&short, Format::Text, &headline, out)?,
            Some(format) => self.rows.write(&table, format, &headline, out)?,
            None => self.review(&top, headline, &short).write(self.format, out)?,
        }
        self.gate(&top, err)
    }

    fn gate(&self, top: &TopDiff, err: &mut dyn Write) -> Result<u8, Failure> {
        if self.fail_on.is_empty() {
            return Ok(0);
        }
        let Some(shown) = top.shown_growth() else {
            let _ = writeln!(err, "gomem: insufficient: the error of the sampling is not known, so no growth is shown");
            return Ok(0);
        };
        let failed = |gate: &GrowthGate| match shown.iter().find(|growth| gate.is_exceeded_by(growth, top)) {
            Some(first) => Some(format!("{gate} ({})", first.row.key)),
            None => gate.is_exceeded_in_total(top).then(|| gate.to_string()),
        };
        Ok(gate::failed(self.fail_on.iter().filter_map(failed), err))
    }

    /// What grew beyond chance, at its line; by other keys, at none.
    fn review(&self, top: &TopDiff, headline: String, short: &Table) -> Review {
        let shown = top.shown_growth();
        let mut notes = Vec::new();
        if shown.is_none() {
            notes.push("The error of the sampling is not known: nothing is shown to have grown.".to_owned());
        }
        let shown = shown.unwrap_or_default();
        let annotation = |growth: &ShownGrowth<'_>| {
            let is_too_much = self.fail_on.iter().any(|gate| gate.is_exceeded_by(growth, top));
            let level = if is_too_much { Level::Error } else { Level::Warning };
            Annotation { level, ..told(growth, top) }
        };
        let what =
            if shown.is_empty() { "nothing grew beyond chance".to_owned() } else { format!("{} grew", shown.len()) };
        let table = self.rows.head(short, Format::Markdown);
        Review {
            command: "diff",
            headline: format!("{headline}, {what}"),
            annotations: shown.iter().map(annotation).collect(),
            sections: Section::new("What is different", table).into_iter().collect(),
            notes,
        }
    }
}

fn told(growth: &ShownGrowth<'_>, top: &TopDiff) -> Annotation {
    let row = growth.row;
    let shown = |value: f64| top.unit().humanize(value);
    let name = row.key.function.as_deref().map_or_else(|| row.key.to_string(), |name| Symbol::decode(name).short());
    let share = row.delta().0 as f64 / top.base_total().max(1) as f64;
    Annotation {
        rule: "growth".to_owned(),
        rule_text: "More than before, by more than the sampling explains".to_owned(),
        file: row.key.file.clone().unwrap_or_default(),
        line: row.key.line.and_then(|line| u32::try_from(line).ok()),
        message: format!("{name}: {} → {}", shown(row.base.0 as f64), shown(row.current.0 as f64)),
        reason: format!(
            "{} more, {} at the least; {} of all before",
            shown(row.delta().0 as f64),
            shown(growth.least),
            percent(share, 1)
        ),
        identity: row.key.to_string(),
        ..Annotation::default()
    }
}

/// The columns beside those of the key.
const SHORT: [&str; 5] = ["base", "current", "delta", "delta_fraction", "status"];
