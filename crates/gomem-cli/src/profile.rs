//! The commands on profiles: `top`, `tree`, `traces`, `tags`, `comments`, `flame`, `diff`, `growth`, `convert`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use gomem_postmortem::Series;
use gomem_pprof::{DecodeOptions, Filter, FlameHtml, Granularity, Merger, Profile, SampleType, TopOptions};
use gomem_table::Table;

use crate::{
    arguments::Format,
    call_tree::call_tree,
    convert::{Form, whole_flame},
    failure::Failure,
    files::{read, write_or_print},
    render::render,
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
    /// A profile in another form: pprof, Parquet, Arrow IPC, CSV, JSON, folded, speedscope, callgrind, HTML.
    #[command(after_help = "Examples:
  gomem convert heap.txt -o heap.pb.gz
  gomem convert heap-*.pb.gz -o heaps.parquet
  gomem convert heap.pb.gz -s alloc_space --to folded | flamegraph.pl > heap.svg

Tables of other commands have --format: gomem escape escape.log --format parquet > escapes.parquet")]
    Convert {
        #[command(flatten)]
        input: Input,
        /// For forms that hold one sample type; without it, what the profile itself proposes.
        #[arg(short, long, value_name = "NAME")]
        sample_type: Option<String>,
        /// Which form; without it, what the name of the output tells.
        #[arg(long, value_enum, value_name = "FORM", required_unless_present = "output")]
        to: Option<Form>,
        /// Where to write it; without it or as `-`, to standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
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
    /// Keep the labels whose keys match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    tagshow: String,
    /// Leave out the labels whose keys match.
    #[arg(long, value_name = "REGEXP", default_value = "", hide_default_value = true, help_heading = "Filters")]
    taghide: String,
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
    /// Refuse a profile with flaws, as `go tool pprof` does, rather than repair them.
    #[arg(long)]
    strict: bool,
    /// Continue stacks that the runtime cut off with what other stacks know.
    #[arg(long)]
    repair_truncated: bool,
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

pub(crate) fn answer(command: &ProfileCommand, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        ProfileCommand::Top { input, sums, rows, format } => {
            let profile = input.profile()?;
            let mut top = profile.top(&sums.options(&profile)?);
            if let Some(unit) = &sums.unit {
                top = top.in_unit(unit).map_err(usage)?;
            }
            let table = top.to_table()?;
            render(&head(table, *rows), *format, out)
        }
        ProfileCommand::Tree { input, sums, peek, rows, format } => {
            let profile = input.profile()?;
            let options = sums.options(&profile)?;
            if *format == Format::Text {
                let text = call_tree(&profile, &options, peek.as_deref(), *rows)?;
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
            render(&profile.tags_table(index)?, *format, out)
        }
        ProfileCommand::Comments { input } => {
            input.profile()?.comments().iter().try_for_each(|comment| Ok(writeln!(out, "{comment}")?))
        }
        ProfileCommand::Flame { input, base, sample_type, output } => {
            let profile = input.profile()?;
            let first = sample_type_index(&profile, sample_type.as_deref())?;
            let html = match base {
                Some(base) => {
                    let base = decode(base, DecodeOptions::default())?;
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
            let (base, current) = (decode(base, DecodeOptions::default())?, decode(current, DecodeOptions::default())?);
            let diff = current.diff(&base, *normalize).map_err(usage)?;
            let table = head(diff.top_table(&sums.options(diff.current())?)?, *rows);
            let is_key =
                |name: &str| !SHORT_DIFF.contains(&name) && !name.contains('_') && table.column(name).is_some();
            let keys = table.columns().iter().map(gomem_table::Column::name).take_while(|&name| name != "base");
            let shown: Vec<&str> = keys.filter(|name| is_key(name)).chain(SHORT_DIFF).collect();
            render(&if *format == Format::Text { table.select(&shown) } else { table }, *format, out)
        }
        ProfileCommand::Growth { profiles, sample_type, rows, format } => {
            let profiles =
                profiles.iter().map(|path| decode(path, DecodeOptions::default())).collect::<Result<Vec<_>, _>>()?;
            let series = Series::of(&profiles, sample_type).map_err(|problem| Failure::Usage(problem.to_string()))?;
            let table = head(series.to_table()?, *rows);
            render(&if *format == Format::Text { table.select(&SHORT_GROWTH) } else { table }, *format, out)
        }
        ProfileCommand::Convert { input, sample_type, to, output } => {
            let output = output.as_deref().unwrap_or(Path::new("-"));
            let form = to.map_or_else(|| Form::of_name(output), Ok)?;
            let profile = input.profile()?;
            let index = sample_type_index(&profile, sample_type.as_deref())?;
            if write_or_print(output, &form.write(&profile, index, &input.name())?, out)? {
                writeln!(out, "{}", output.display())?;
            }
            Ok(())
        }
    }
}

impl Input {
    /// The sum of the profiles, filtered.
    fn profile(&self) -> Result<Profile, Failure> {
        let profile = match self.profiles.as_slice() {
            [one] => decode(one, self.options())?,
            many => {
                let mut merger = Merger::new();
                for path in many {
                    merger.add(&decode(path, self.options())?).map_err(usage)?;
                }
                merger.finish().map_err(usage)?
            }
        };
        let profile = if self.repair_truncated { profile.repair_truncated_stacks() } else { profile };
        let filter = self.filter();
        if filter == Filter::default() { Ok(profile) } else { profile.filter(&filter).map_err(usage) }
    }

    fn options(&self) -> DecodeOptions {
        DecodeOptions::default().with_pprof_compat(self.pprof_compat).with_strict(self.strict)
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
            (&mut filter.tagshow, &self.tagshow),
            (&mut filter.taghide, &self.taghide),
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

fn sample_type_index(profile: &Profile, name: Option<&str>) -> Result<usize, Failure> {
    let Some(name) = name else { return Ok(profile.default_sample_type()) };
    profile.sample_type_index(name).ok_or_else(|| {
        let names: Vec<_> = profile.sample_types().iter().map(SampleType::name).collect();
        Failure::Usage(format!("no sample type `{name}`; there are {}", names.join(", ")))
    })
}

fn decode(path: &Path, options: DecodeOptions) -> Result<Profile, Failure> {
    Profile::decode_with(&read(path)?, &options).map_err(|problem| {
        let hint =
            if problem.is_limit() { "" } else { "; `curl -o heap.pb.gz http://HOST/debug/pprof/heap` takes one" };
        Failure::input(path, format!("{problem}{hint}"))
    })
}

fn head(table: Table, rows: usize) -> Table {
    if rows == 0 { table } else { table.head(rows) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub(crate) fn usage(problem: gomem_pprof::UsageError) -> Failure {
    Failure::Usage(problem.to_string())
}

const SHORT_DIFF: [&str; 5] = ["base", "current", "delta", "delta_fraction", "status"];
const SHORT_GROWTH: [&str; 8] =
    ["function", "line", "first", "last", "change", "slope_per_hour", "sampled_objects", "confidence"];
