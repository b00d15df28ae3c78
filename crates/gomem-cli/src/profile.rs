//! The commands on profiles: `top`, `tree`, `traces`, `tags`, `comments`, `flame`, `diff`, `growth`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use gomem_pprof::{
    DecodeOptions, FlameHtml, Granularity, Growth, GrowthError, GrowthOptions, Profile, SampleType, TopOptions,
};
use gomem_table::{Table, ToTable, Unit};

use crate::{
    arguments::Format,
    call_tree::call_tree,
    failure::Failure,
    files::{STDIN, Source, write_or_print},
    output::Output,
    render::render,
    selection::{self, Selection},
    traces::traces,
};

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Flat and cum of a profile, as `go tool pprof -top` sums them. Several profiles are summed.
    #[command(after_help = "Examples:
  gomem top heap.pb.gz --sample-type inuse_space --by line -n 20
  gomem top cpu.pb.gz --focus 'json\\.' --tagfocus tenant=acme
  gomem top heap-*.pb.gz --by package --format csv")]
    Top {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        sums: Sums,
        /// How many rows; 0 is all.
        #[arg(short = 'n', long, default_value_t = 30)]
        rows: usize,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Who calls each function, and whom it calls, as `go tool pprof -tree` and `-peek` show it.
    #[command(after_help = "Examples:
  gomem tree heap.pb.gz -s alloc_space -n 10
  gomem tree heap.pb.gz --peek 'Decode$'")]
    Tree {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        sums: Sums,
        /// Only the functions that match this regular expression.
        #[arg(long, value_name = "REGEXP")]
        peek: Option<String>,
        /// How many functions; 0 is all.
        #[arg(short = 'n', long, default_value_t = 20)]
        rows: usize,
        /// Text, or the calls as a table.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Every sample with its stack, as `go tool pprof -traces` shows them.
    #[command(after_help = "Example: gomem traces cpu.pb.gz --focus 'json\\.' -n 5")]
    Traces {
        #[command(flatten)]
        input: Input,
        /// What to show; without it, what the profile itself proposes.
        #[arg(short, long, value_name = "NAME")]
        sample_type: Option<String>,
        /// How many samples; 0 is all.
        #[arg(short = 'n', long, default_value_t = 0)]
        rows: usize,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The labels of the samples and what they add up to, as `go tool pprof -tags` shows them.
    #[command(after_help = "Example: gomem tags cpu.pb.gz --tagshow tenant")]
    Tags {
        #[command(flatten)]
        input: Input,
        /// What to sum; without it, what the profile itself proposes.
        #[arg(short, long, value_name = "NAME")]
        sample_type: Option<String>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The comments in a profile, one a line.
    #[command(after_help = "Example: gomem comments heap.pb.gz")]
    Comments {
        #[command(flatten)]
        input: Input,
    },
    /// An interactive flame graph of a profile, as one HTML file.
    #[command(after_help = "Examples:
  gomem flame heap.pb.gz -o flame.html
  gomem flame after.pb.gz --base before.pb.gz -o what-grew.html")]
    Flame {
        #[command(flatten)]
        input: Input,
        /// An earlier profile: red is what grew since, blue what shrank.
        #[arg(long, value_name = "PROFILE")]
        base: Option<PathBuf>,
        /// What the graph shows first; without it, what the profile itself proposes.
        #[arg(short, long, value_name = "NAME")]
        sample_type: Option<String>,
        /// Where to write it; `-` is standard output.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// What is different between two profiles.
    #[command(after_help = "Example: gomem diff before.pb.gz after.pb.gz -s alloc_space --normalize")]
    Diff {
        /// The earlier profile; `-` is standard input.
        base: PathBuf,
        /// The later profile.
        current: PathBuf,
        #[command(flatten)]
        sums: Sums,
        /// Scale the later profile to the earlier one's totals first.
        #[arg(long)]
        normalize: bool,
        /// How many rows; 0 is all.
        #[arg(short = 'n', long, default_value_t = 30)]
        rows: usize,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// How each line's value goes over a series of profiles: what grows, how fast, how sure that is.
    #[command(after_help = "Example: gomem growth heap-*.pb.gz")]
    Growth {
        /// Profiles of one program, in any order.
        #[arg(required = true)]
        profiles: Vec<PathBuf>,
        /// What to follow.
        #[arg(short, long, value_name = "NAME", default_value = "inuse_space")]
        sample_type: String,
        /// How many rows; 0 is all.
        #[arg(short = 'n', long, default_value_t = 20)]
        rows: usize,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Profiles, and what of them.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// The profile, in any form; `-` is standard input. Several are summed.
    #[arg(required = true)]
    profiles: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

/// What to sum.
#[derive(Debug, Args)]
pub(crate) struct Sums {
    /// What to sum; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// function, filefunction, file, line, address, package, module or origin (runtime, std, third_party, user).
    #[arg(long, default_value = "function", value_name = "KEY")]
    by: String,
    /// Divide by the first sample type: the mean size of an object.
    #[arg(long)]
    mean: bool,
    /// Divide every value.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, hide_default_value = true)]
    divide_by: f64,
    /// Show values in another unit: MB, ms.
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// Show shares of what the filters left, rather than of the whole profile.
    #[arg(long)]
    relative: bool,
    /// Leave out what is negative, in a difference.
    #[arg(long)]
    drop_negative: bool,
}

pub(crate) fn answer(command: &ProfileCommand, out: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        ProfileCommand::Top { input, sums, rows, format } => {
            let profile = input.profile()?;
            let options = sums.options(&profile)?;
            let mut top = profile.top(&options);
            if let Some(unit) = &sums.unit {
                top = top.in_unit(unit).map_err(usage)?;
            }
            let table = top.to_table()?;
            shown(&table, *rows, *format, &whole(&profile, options.sample_type), out)
        }
        ProfileCommand::Tree { input, sums, peek, rows, format } => {
            let profile = input.profile()?;
            let options = sums.options(&profile)?;
            if *format == Format::Text {
                let text = call_tree(&profile, &options, peek.as_deref(), *rows)?;
                writeln!(out, "{}", whole(&profile, options.sample_type))?;
                return Ok(out.write_all(text.as_bytes())?);
            }
            render(&head(profile.edges(&options).to_table()?, *rows), *format, out)
        }
        ProfileCommand::Traces { input, sample_type, rows, format } => {
            let profile = input.profile()?;
            let index = sample_type_index(&profile, sample_type.as_deref())?;
            if *format == Format::Text {
                return traces(&profile, index, *rows, out);
            }
            render(&head(profile.samples_table()?, *rows), *format, out)
        }
        ProfileCommand::Tags { input, sample_type, format } => {
            let profile = input.profile()?;
            let index = sample_type_index(&profile, sample_type.as_deref())?;
            shown(&profile.tags_table(index)?, 0, *format, &whole(&profile, index), out)
        }
        ProfileCommand::Comments { input } => {
            input.profile()?.comments().iter().try_for_each(|comment| Ok(writeln!(out, "{comment}")?))
        }
        ProfileCommand::Flame { input, base, sample_type, output } => {
            let profile = input.profile()?;
            let first = sample_type_index(&profile, sample_type.as_deref())?;
            let html = match base {
                Some(base) => {
                    let base = decode(base)?;
                    FlameHtml::new(&input.name(), &profile.diff(&base, false).map_err(usage)?.flame(first))
                }
                None => whole_flame(&input.name(), &profile, first),
            };
            if write_or_print(output, html.document().as_bytes(), out)? {
                writeln!(out, "flame graph: {}", output.display())?;
            }
            Ok(())
        }
        ProfileCommand::Diff { base, current, sums, normalize, rows, format } => {
            let (base, current) = (decode(base)?, decode(current)?);
            let diff = current.diff(&base, *normalize).map_err(usage)?;
            let options = sums.options(diff.current())?;
            let table = diff.top_table(&options)?;
            let is_key =
                |name: &str| !SHORT_DIFF.contains(&name) && !name.contains('_') && table.column(name).is_some();
            let keys = table.columns().iter().map(gomem_table::Column::name).take_while(|&name| name != "base");
            let columns: Vec<&str> = keys.filter(|name| is_key(name)).chain(SHORT_DIFF).collect();
            let table = if *format == Format::Text { table.select(&columns) } else { table };
            let [before, after] = [diff.base(), diff.current()].map(|profile| total(profile, options.sample_type));
            let name = diff.current().sample_types().get(options.sample_type).map_or("", SampleType::name);
            let difference = format!("{name}: {before} before, {after} after");
            shown(&table, *rows, *format, &difference, out)
        }
        ProfileCommand::Growth { profiles: paths, sample_type, rows, format } => {
            let profiles = paths.iter().map(|path| decode(path)).collect::<Result<Vec<_>, _>>()?;
            let options = GrowthOptions::new(sample_type);
            let growth = Growth::new(&profiles, &options).map_err(|problem| growth_failure(paths, &problem))?;
            let table = growth.to_table();
            let table = if *format == Format::Text { table.select(&SHORT_GROWTH) } else { table };
            shown(&table, *rows, *format, &format!("{sample_type} over {} profiles", growth.profiles()), out)
        }
    }
}

impl Input {
    /// The sum of the profiles, filtered.
    fn profile(&self) -> Result<Profile, Failure> {
        self.selection.profile(&Source::all(&self.profiles))
    }

    /// What to call it in a title.
    fn name(&self) -> String {
        title(&self.profiles)
    }
}

impl Sums {
    fn options(&self, profile: &Profile) -> Result<TopOptions, Failure> {
        if self.divide_by.is_nan() || self.divide_by <= 0.0 {
            return Err(Failure::Usage("--divide-by takes a number above 0".to_owned()));
        }
        let by: Granularity = self.by.parse().map_err(Failure::Usage)?;
        let index = sample_type_index(profile, self.sample_type.as_deref())?;
        let options = TopOptions::new(index).by(by).with_mean(self.mean).with_divide_by(self.divide_by);
        Ok(options.with_relative(self.relative).with_drop_negative(self.drop_negative))
    }
}

pub(crate) fn sample_type_index(profile: &Profile, name: Option<&str>) -> Result<usize, Failure> {
    let Some(name) = name else { return Ok(profile.default_sample_type()) };
    profile.sample_type_index(name).ok_or_else(|| {
        let names: Vec<_> = profile.sample_types().iter().map(SampleType::name).collect();
        Failure::Usage(format!("no sample type `{name}`; there are {}", names.join(", ")))
    })
}

fn decode(path: &Path) -> Result<Profile, Failure> {
    selection::decode(&Source::Path(path.to_owned()), DecodeOptions::default())
}

/// What to call the picture of some profiles: as the first file.
pub(crate) fn title(profiles: &[PathBuf]) -> String {
    let first = profiles.first().and_then(|path| path.file_name());
    first.map_or_else(|| "profile".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// All sample types, so that the picture can switch; `first` is shown first.
pub(crate) fn whole_flame(title: &str, profile: &Profile, first: usize) -> FlameHtml {
    let mut shown: Vec<usize> = (0..profile.sample_types().len()).collect();
    shown.sort_by_key(|&index| index != first);
    FlameHtml::of(title, profile, &shown)
}

/// Which of the profiles does not belong into a series, by its name.
fn growth_failure(paths: &[PathBuf], problem: &GrowthError) -> Failure {
    let path = |index: usize| paths.get(index).map_or(Path::new(STDIN), PathBuf::as_path).display();
    match problem {
        GrowthError::NoTime { index } => Failure::Input(format!(
            "{}: it does not say when it was taken; take a protobuf without debug=1",
            path(*index)
        )),
        GrowthError::NoSampleType { index, sample_type, found } => {
            Failure::Usage(format!("{}: no sample type `{sample_type}`; there are {found}", path(*index)))
        }
        _ => Failure::Usage(problem.to_string()),
    }
}

/// The first rows; as text, below what they are rows of.
fn shown(table: &Table, rows: usize, format: Format, of: &str, out: &mut Output<'_>) -> Result<(), Failure> {
    let rows = if rows == 0 { table.rows() } else { rows.min(table.rows()) };
    if format == Format::Text {
        write!(out, "{of}")?;
        if rows < table.rows() {
            write!(out, "; the first {rows} of {} rows, -n 0 shows all", table.rows())?;
        }
        writeln!(out)?;
    }
    render(&table.head(rows), format, out)
}

/// What is summed, and what all of it comes to.
fn whole(profile: &Profile, index: usize) -> String {
    let name = profile.sample_types().get(index).map_or("", SampleType::name);
    format!("{name}: {} in total", total(profile, index))
}

fn total(profile: &Profile, index: usize) -> String {
    let total = profile.total(index);
    match profile.sample_types().get(index).map_or(Unit::None, |kind| Unit::from_pprof(kind.unit())) {
        Unit::None => total.to_string(),
        unit => unit.humanize(total as f64),
    }
}

fn head(table: Table, rows: usize) -> Table {
    if rows == 0 { table } else { table.head(rows) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub(crate) fn usage(problem: gomem_pprof::UsageError) -> Failure {
    Failure::Usage(problem.to_string())
}

const SHORT_DIFF: [&str; 5] = ["base", "current", "delta", "delta_fraction", "status"];
const SHORT_GROWTH: [&str; 7] = ["function", "line", "first", "last", "change", "slope_per_hour", "confidence"];
