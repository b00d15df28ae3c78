//! `gomem attribute`: a profile and the log of its build.

use std::{cmp::Reverse, io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use gomem_escape::EscapeLog;
use gomem_postmortem::{
    AttributeOptions, BuildMatch, RecordingOptions, Site, StdRelease, attribute, join_trace, line_costs,
    predict_savings,
};
use gomem_pprof::Profile;
use gomem_table::{Table, ToTable, Unit};

use crate::{
    failure::Failure,
    read::{Reach, Source, read_binary, read_escape_logs, read_execution_trace, read_gc_model, read_profile},
    show::{Output, TableOptions},
};

/// Where a heap profile allocates, with the compiler's reason for each place.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem attribute heap.pb.gz escape.log
  gomem attribute heap.pb.gz escape.log --gctrace stderr.log -s inuse_space --limit 10
  gomem attribute heap.pb.gz escape.log --trace trace.out --by line
  gomem attribute heap.pb.gz json/ --format csv > sites.csv")]
pub(crate) struct Attribute {
    /// A heap profile; `-` is standard input.
    profile: PathBuf,
    /// Logs of the same build: its text, the folder of -gcflags=-json=0,DIR, or both.
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// A log with GODEBUG=gctrace=1 lines, a scrape, or a bundle of both: with it, what each site would save.
    #[arg(long, value_name = "RECORDING")]
    gctrace: Option<PathBuf>,
    /// An execution trace of the same build: with it, how long goroutines helped the garbage collector at each site.
    #[arg(long, value_name = "TRACE")]
    trace: Option<PathBuf>,
    /// A CPU profile of the same run: it proves what the log does not say.
    #[arg(long, value_name = "PROFILE")]
    cpu: Option<PathBuf>,
    /// The program: it proves what every line calls, and says whose modules are yours. Without it, the file that the
    /// profile names is taken when it is still there and has the same build id.
    #[arg(long, value_name = "PROGRAM")]
    binary: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
    /// The release of Go that built it, `go1.26.8`, for what its compiler decided in the standard library. Without it, the
    /// program or the profile says it, or all its functions of the standard library fit one release.
    #[arg(long, value_name = "RELEASE")]
    go_version: Option<String>,
    /// Compile the standard library of this Go installation for its log, instead of what comes along: some minutes.
    #[arg(long, value_name = "GOROOT")]
    std_from: Option<PathBuf>,
    /// Whose code is yours, as in `example.com/app/...`; may be repeated. Without it, the log and the names say it.
    #[arg(long, value_name = "PATTERN")]
    own: Vec<String>,
    /// What a row is.
    #[arg(long, value_enum, default_value_t, conflicts_with = "sample_type")]
    by: Rows,
    /// What sites are ranked by.
    #[arg(short, long, value_enum, default_value_t)]
    sample_type: By,
    #[command(flatten)]
    table: TableOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
#[value(rename_all = "snake_case")]
enum By {
    /// Bytes allocated over the program's life.
    #[default]
    AllocSpace,
    /// Objects allocated over the program's life.
    AllocObjects,
    /// Bytes in use when the profile was taken.
    InuseSpace,
    /// Objects in use when the profile was taken.
    InuseObjects,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Rows {
    /// What one place allocates for one reason.
    #[default]
    Site,
    /// What a line of your own allocates, itself or by one function that it calls, with what to do.
    Line,
}

impl Attribute {
    pub(crate) fn answer(&self, out: &mut Output<'_>) -> Result<(), Failure> {
        let path = &self.profile;
        let profile = read_profile(path)?;
        if profile.sample_type_index("alloc_space").is_none() {
            return Err(Failure::input(path, "not a heap profile: it has no alloc_space"));
        }
        let log = match self.logs.as_slice() {
            [] if self.std_from.is_none() => None,
            logs => Some(read_escape_logs(&Source::all(logs), self.std_from.as_deref())?),
        };
        let cpu = self.cpu.as_deref().map(read_profile).transpose()?;
        let binary = match &self.binary {
            Some(path) => Some(read_binary(path)?),
            None => self.reach.binary_of(&profile),
        };
        let options = AttributeOptions::default()
            .with_cpu(cpu.as_ref())
            .with_binary(binary.as_ref())
            .with_go_version(self.go_version.as_deref())
            .with_own(&self.own);
        profile.check_sums().map_err(|err| Failure::input(path, err))?;
        let sites = self.sites(&profile, log.as_ref(), &options)?;
        let (table, all) = self.first_rows(&sites);
        self.table.write_first(&table, all, &self.short_columns(), self.by.title(), out)?;
        if self.table.format.is_for_people() {
            let notes = self.notes(&profile, log.as_ref(), &options, &sites);
            notes.iter().try_for_each(|note| writeln!(out, "note: {note}"))?;
        }
        Ok(())
    }

    /// All sites, as they are ranked, with what recordings of the same program know of them.
    fn sites(
        &self,
        profile: &Profile,
        log: Option<&EscapeLog>,
        options: &AttributeOptions<'_>,
    ) -> Result<Vec<Site>, Failure> {
        let mut sites = attribute(profile, log, options);
        sites.sort_by_key(|site| Reverse(self.sample_type.value(site)));
        if let Some(path) = &self.gctrace {
            predict_savings(&mut sites, &read_gc_model(path, &RecordingOptions::default())?);
        }
        if let Some(path) = &self.trace {
            join_trace(&mut sites, &read_execution_trace(path)?);
        }
        Ok(sites)
    }

    /// There can be a million, and a row of a table takes more than a site does: only those that are shown are made. With
    /// them comes how many there are.
    fn first_rows(&self, sites: &[Site]) -> (Table, usize) {
        match self.by {
            Rows::Site => (sites[..self.table.count(sites.len())].to_table(), sites.len()),
            Rows::Line => {
                let costs = line_costs(sites);
                (costs[..self.table.count(costs.len())].to_table(), costs.len())
            }
        }
    }

    /// The columns that people look at.
    fn short_columns(&self) -> Vec<&'static str> {
        let [bytes, share] = self.sample_type.columns();
        let mut columns = match self.by {
            Rows::Site => vec!["own_place", "short_function", bytes, share, "reason", "compiler_message"],
            Rows::Line => vec!["place", "callee", bytes, share, "reason", "advice"],
        };
        if self.gctrace.is_some() && self.by == Rows::Site {
            columns.push("gc_cycles_saved_fraction");
        }
        if self.trace.is_some() {
            columns.splice(4..4, ["assist_seconds", "assist_max_seconds", "trigger_count", "assist_task"]);
        }
        columns
    }

    /// What the answer rests on, and what would make it better.
    fn notes(
        &self,
        profile: &Profile,
        log: Option<&EscapeLog>,
        options: &AttributeOptions<'_>,
        sites: &[Site],
    ) -> Vec<String> {
        let mut notes = Vec::new();
        if self.own.is_empty() && log.is_none() && options.binary.is_none() {
            notes.push("whose code is yours is guessed by names; --own or --binary say it".to_owned());
        }
        let found = log.map(|log| BuildMatch::new(profile, log)).filter(BuildMatch::is_of_other_build);
        if let Some(found) = found {
            notes.push(format!(
                "the log is of another build than the profile: of {} functions in both, {} begin at another line. It is \
                 not used for these, and nothing is concluded from what it does not say",
                found.placed,
                found.placed - found.agree
            ));
        }
        notes.extend(StdRelease::find(profile, log, options).map(|release| release.note()));
        if self.trace.is_some() && sites.iter().all(|site| site.assists.is_none()) {
            notes.push(
                "the trace's lines are not the profile's: it is of another program, or of another build".to_owned(),
            );
        }
        if log.is_none() {
            notes.push("no log: add the output of go build -gcflags=all=-m=2".to_owned());
            return notes;
        }
        let sum = |is: fn(&Site) -> bool| {
            let sites = sites.iter().filter(|site| site.reason.is_none() && is(site));
            let (count, bytes) = sites.fold((0, 0_i64), |sum, site| (sum.0 + 1, sum.1.saturating_add(site.bytes)));
            (count > 0).then(|| format!("{count} sites with {}", Unit::Bytes.humanize(bytes as f64)))
        };
        if let Some(sites) = sum(Site::is_not_logged) {
            notes.push(format!("{sites} are in packages without a log: build with -gcflags=all=-m=2"));
        }
        if let Some(sites) = sum(|site| !site.is_not_logged()) {
            notes.push(format!("{sites} are not explained"));
        }
        notes
    }
}

impl Rows {
    /// What they are.
    fn title(self) -> &'static str {
        match self {
            Self::Site => "what is allocated, and why",
            Self::Line => "what lines allocate, and what to do",
        }
    }
}

impl By {
    fn value(self, site: &Site) -> i64 {
        match self {
            Self::AllocSpace => site.bytes,
            Self::AllocObjects => site.objects,
            Self::InuseSpace => site.inuse_bytes,
            Self::InuseObjects => site.inuse_objects,
        }
    }

    /// The columns of the table that show it best.
    fn columns(self) -> [&'static str; 2] {
        match self {
            Self::AllocSpace => ["bytes", "bytes_fraction"],
            Self::AllocObjects => ["objects", "bytes_fraction"],
            Self::InuseSpace | Self::InuseObjects => ["inuse_bytes", "inuse_fraction"],
        }
    }
}
