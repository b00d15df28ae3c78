//! The commands on profiles: `top`, `tree`, `flame`, `diff`, `growth`, `convert`.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use gomem_postmortem::Series;
use gomem_pprof::{
    DecodeOptions, Edge, Filter, FlameHtml, FlameTree, Granularity, Merger, Profile, SampleType, TopOptions,
};
use gomem_table::{Table, Unit};

use crate::{
    arguments::Format,
    failure::Failure,
    files::{read, write},
    render::render,
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
        /// Where to write it.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// What is different between two profiles.
    #[command(after_help = "Example: gomem diff before.pb.gz after.pb.gz -s alloc_space --normalize")]
    Diff {
        /// The earlier profile.
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
    /// A profile in another form, by the output's name: .pb.gz, .csv, .json, .folded, .speedscope.json, .callgrind, .html.
    #[command(after_help = "Examples:
  gomem convert heap.txt -o heap.pb.gz
  gomem convert heap.pb.gz -s alloc_space -o heap.folded")]
    Convert {
        #[command(flatten)]
        input: Input,
        /// For forms that hold one sample type; without it, what the profile itself proposes.
        #[arg(short, long, value_name = "NAME")]
        sample_type: Option<String>,
        /// Where to write it.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// Profiles, and what of them.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// The profile, in any form; `-` is standard input. Several are summed.
    #[arg(required = true)]
    profiles: Vec<PathBuf>,
    /// Keep samples with a frame that matches (function, file or mapped file).
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    focus: String,
    /// Leave out samples with a frame that matches.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    ignore: String,
    /// Leave out frames that match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    hide: String,
    /// Leave out frames that do not match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    show: String,
    /// Leave out frames above the outermost that matches.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    show_from: String,
    /// Leave out frames below the innermost that matches.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    prune_from: String,
    /// Keep samples with a label that matches: `key=regexp`, or a range such as `bytes=1kb:10kb`.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagfocus: String,
    /// Leave out samples with a label that matches.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagignore: String,
    /// Label keys, with commas between, whose values become frames at the root.
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagroot: String,
    /// The same at the leaf.
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagleaf: String,
    /// Count inlined functions as those they were inlined into.
    #[arg(long, help_heading = "Filters")]
    noinlines: bool,
    /// Answer as `go tool pprof` does even where that is wrong.
    #[arg(long)]
    pprof_compat: bool,
}

/// What to sum.
#[derive(Debug, Args)]
pub(crate) struct Sums {
    /// What to sum; without it, what the profile itself proposes.
    #[arg(short, long, value_name = "NAME")]
    sample_type: Option<String>,
    /// function, filefunction, file, line, address, package or module.
    #[arg(long, default_value = "function", value_name = "KEY")]
    by: String,
    /// Divide by the first sample type: the mean size of an object.
    #[arg(long)]
    mean: bool,
    /// Divide every value.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, hide_default_value = true)]
    divide_by: f64,
    /// Show shares of what the filters left, rather than of the whole profile.
    #[arg(long)]
    relative: bool,
    /// Leave out what is negative, in a difference.
    #[arg(long)]
    drop_negative: bool,
}

pub(crate) fn answer(command: &ProfileCommand, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        ProfileCommand::Top { input, sums, rows, format } => {
            let profile = input.profile()?;
            let table = profile.top(&sums.options(&profile)?).to_table()?;
            render(&head(table, *rows), *format, out)
        }
        ProfileCommand::Tree { input, sums, peek, rows, format } => {
            let profile = input.profile()?;
            let options = sums.options(&profile)?;
            if *format == Format::Text {
                let text = tree(&profile, &options, peek.as_deref(), *rows)?;
                return Ok(out.write_all(text.as_bytes())?);
            }
            render(&head(profile.edges(&options).to_table()?, *rows), *format, out)
        }
        ProfileCommand::Flame { input, base, sample_type, output } => {
            let profile = input.profile()?;
            let first = sample_type_index(&profile, sample_type.as_deref())?;
            let tree = match base {
                Some(base) => profile.diff(&decode(base, false)?, false).map_err(usage)?.flame(first),
                None => whole_flame(&profile, first),
            };
            write(output, FlameHtml::new(&input.name(), &tree).document().as_bytes())?;
            Ok(writeln!(out, "flame graph: {}", output.display())?)
        }
        ProfileCommand::Diff { base, current, sums, normalize, rows, format } => {
            let (base, current) = (decode(base, false)?, decode(current, false)?);
            let diff = current.diff(&base, *normalize).map_err(usage)?;
            let table = head(diff.top_table(&sums.options(diff.current())?)?, *rows);
            let is_key =
                |name: &str| !SHORT_DIFF.contains(&name) && !name.contains('_') && table.column(name).is_some();
            let keys = table.columns().iter().map(gomem_table::Column::name).take_while(|&name| name != "base");
            let shown: Vec<&str> = keys.filter(|name| is_key(name)).chain(SHORT_DIFF).collect();
            render(&if *format == Format::Text { table.select(&shown) } else { table }, *format, out)
        }
        ProfileCommand::Growth { profiles, sample_type, rows, format } => {
            let profiles = profiles.iter().map(|path| decode(path, false)).collect::<Result<Vec<_>, _>>()?;
            let series = Series::of(&profiles, sample_type).map_err(|problem| Failure::Usage(problem.to_string()))?;
            let table = head(series.to_table()?, *rows);
            render(&if *format == Format::Text { table.select(&SHORT_GROWTH) } else { table }, *format, out)
        }
        ProfileCommand::Convert { input, sample_type, output } => {
            let profile = input.profile()?;
            let index = sample_type_index(&profile, sample_type.as_deref())?;
            write(output, &converted(&profile, index, &input.name(), output)?)?;
            Ok(writeln!(out, "{}", output.display())?)
        }
    }
}

impl Input {
    /// The sum of the profiles, filtered.
    fn profile(&self) -> Result<Profile, Failure> {
        let profile = match self.profiles.as_slice() {
            [one] => decode(one, self.pprof_compat)?,
            many => {
                let mut merger = Merger::new();
                for path in many {
                    merger.add(&decode(path, self.pprof_compat)?).map_err(usage)?;
                }
                merger.finish().map_err(usage)?
            }
        };
        let filter = self.filter();
        if filter == Filter::default() { Ok(profile) } else { profile.filter(&filter).map_err(usage) }
    }

    fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        for (option, expression) in [
            (&mut filter.focus, &self.focus),
            (&mut filter.ignore, &self.ignore),
            (&mut filter.hide, &self.hide),
            (&mut filter.show, &self.show),
            (&mut filter.show_from, &self.show_from),
            (&mut filter.prune_from, &self.prune_from),
            (&mut filter.tagfocus, &self.tagfocus),
            (&mut filter.tagignore, &self.tagignore),
            (&mut filter.tagroot, &self.tagroot),
            (&mut filter.tagleaf, &self.tagleaf),
        ] {
            option.clone_from(expression);
        }
        filter.noinlines = self.noinlines;
        filter
    }

    /// What to call it in a title.
    fn name(&self) -> String {
        let first = self.profiles.first().and_then(|path| path.file_name());
        first.map_or_else(|| "profile".to_owned(), |name| name.to_string_lossy().into_owned())
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

/// For each function, its callers above and its callees below.
fn tree(profile: &Profile, options: &TopOptions, peek: Option<&str>, rows: usize) -> Result<String, Failure> {
    let (top, edges) = (profile.top(options), profile.edges(options));
    let peeked = match peek {
        None => None,
        // The filter knows Go's syntax of expressions.
        Some(pattern) => {
            let mut filter = Filter::default();
            pattern.clone_into(&mut filter.show);
            let shown = profile.filter(&filter).map_err(usage)?.top(options);
            Some(shown.rows().iter().map(|row| row.key.clone()).collect::<Vec<_>>())
        }
    };
    let human = |value: i64| match top.unit() {
        Unit::None => value.to_string(),
        unit => unit.humanize(value as f64),
    };
    let share = |value: i64, whole: i64| if whole == 0 { 0.0 } else { 100.0 * value as f64 / whole as f64 };
    let mut text = format!("{:>12} {:>7} {:>12} {:>7}   \n", "flat", "flat %", "cum", "cum %");
    let kept = top.rows().iter().filter(|row| peeked.as_ref().is_none_or(|keys| keys.contains(&row.key)));
    for row in kept.take(if rows == 0 { usize::MAX } else { rows }) {
        let call = |text: &mut String, name: &dyn std::fmt::Display, edge: &Edge| {
            let inlined = if edge.inlined { " (inline)" } else { "" };
            let (value, part) = (human(edge.weight), share(edge.weight, row.cum));
            _ = writeln!(text, "{:>20} {value:>12} {part:>6.2}% |   {name}{inlined}", "");
        };
        text.push_str("-----------------------------------------------------------\n");
        for edge in edges.rows().iter().filter(|edge| edge.callee == row.key) {
            call(&mut text, &edge.caller, edge);
        }
        let (flat, cum) = (human(row.flat), human(row.cum));
        let (flat_share, cum_share) = (100.0 * top.fraction(row.flat), 100.0 * top.fraction(row.cum));
        _ = writeln!(text, "{flat:>12} {flat_share:>6.2}% {cum:>12} {cum_share:>6.2}% | {}", row.key);
        for edge in edges.rows().iter().filter(|edge| edge.caller == row.key) {
            call(&mut text, &edge.callee, edge);
        }
    }
    Ok(text)
}

fn converted(profile: &Profile, index: usize, name: &str, output: &Path) -> Result<Vec<u8>, Failure> {
    let file_name = output.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let table = |format| {
        let mut bytes = Vec::new();
        render(&profile.samples_table()?, format, &mut bytes)?;
        Ok(bytes)
    };
    Ok(match file_name {
        name if name.ends_with(".pb.gz") || name.ends_with(".pprof") => profile.encode(),
        name if name.ends_with(".pb") => profile.encode_raw(),
        file if file.ends_with(".speedscope.json") => profile.to_speedscope(name).into_bytes(),
        name if name.ends_with(".json") || name.ends_with(".jsonl") => return table(Format::Json),
        name if name.ends_with(".csv") => return table(Format::Csv),
        name if name.ends_with(".folded") => profile.flame(index).to_folded().into_bytes(),
        name if name.ends_with(".callgrind") || name.starts_with("callgrind.") => {
            profile.to_callgrind(index).into_bytes()
        }
        file if file.ends_with(".html") => FlameHtml::new(name, &whole_flame(profile, index)).document().into_bytes(),
        _ => {
            return Err(Failure::Usage(format!(
                "{}: the name does not tell the form; it ends with .pb.gz, .csv, .json, .folded, .speedscope.json, \
                 .callgrind or .html",
                output.display()
            )));
        }
    })
}

/// All sample types, so that the picture can switch; `first` is shown first.
fn whole_flame(profile: &Profile, first: usize) -> FlameTree {
    let mut shown: Vec<usize> = (0..profile.sample_types().len()).collect();
    shown.sort_by_key(|&index| index != first);
    profile.flame_of(&shown)
}

fn sample_type_index(profile: &Profile, name: Option<&str>) -> Result<usize, Failure> {
    let Some(name) = name else { return Ok(profile.default_sample_type()) };
    profile.sample_type_index(name).ok_or_else(|| {
        let names: Vec<_> = profile.sample_types().iter().map(SampleType::name).collect();
        Failure::Usage(format!("no sample type `{name}`; there are {}", names.join(", ")))
    })
}

fn decode(path: &Path, pprof_compat: bool) -> Result<Profile, Failure> {
    let options = DecodeOptions::default().with_pprof_compat(pprof_compat);
    Profile::decode_with(&read(path)?, &options).map_err(|problem| Failure::input(path, problem))
}

fn head(table: Table, rows: usize) -> Table {
    if rows == 0 { table } else { table.head(rows) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn usage(problem: gomem_pprof::UsageError) -> Failure {
    Failure::Usage(problem.to_string())
}

const SHORT_DIFF: [&str; 5] = ["base", "current", "delta", "delta_fraction", "status"];
const SHORT_GROWTH: [&str; 8] =
    ["function", "line", "first", "last", "change", "slope_per_hour", "sampled_objects", "confidence"];
