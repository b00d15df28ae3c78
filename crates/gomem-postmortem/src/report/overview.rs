//! The run in numbers.

use gomem_gogc::Gogc;
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Profile, TopOptions};
use gomem_table::{Definition, Row, Unit};

use crate::{
    bundle::{Bundle, Contents},
    pacing::{GcWindow, GcWindows, NoPacing, Pacing, exported_gogc},
};

/// The run in numbers: what a reader wants to know before any finding.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-3.pb.gz", "gctrace.log"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Report};
///
/// let report = Report::from_bundle(&bundle("before"));
/// let overview = report.overview();
/// assert_eq!((overview.gc_cycles, overview.gc_seconds.map(f64::round)), (Some(300.0), Some(180.0)));
/// assert!(overview.gc_cpu_fraction.is_some_and(|fraction| fraction < 0.01), "{overview:?}");
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Overview {
    /// The Go version.
    pub go_version: Option<String>,
    /// How long the bundle covers.
    pub seconds: Option<f64>,
    /// GC cycles in [`gc_seconds`](Self::gc_seconds).
    pub gc_cycles: Option<f64>,
    /// How long GC cycles were counted: a GC trace may cover more than the metrics.
    pub gc_seconds: Option<f64>,
    /// What counted them: [`Contents::Metrics`] or [`Contents::GcTrace`].
    pub gc_source: Option<Contents>,
    /// `GOGC` at the end.
    pub gogc: Option<Gogc>,
    /// Bytes allocated in that time.
    pub alloc_bytes: Option<f64>,
    /// Objects allocated in that time.
    pub mallocs: Option<f64>,
    /// The share of available CPU that GC took, without marking on idle processors.
    pub gc_cpu_fraction: Option<f64>,
    /// The share of the process's CPU time spent allocating, by the CPU profile.
    pub malloc_cpu_fraction: Option<f64>,
    /// The largest resident size.
    pub peak_resident_bytes: Option<f64>,
    /// The first moment that metrics or profiles are of.
    pub start_ms: Option<i64>,
    /// The last one.
    pub end_ms: Option<i64>,
    /// The program: the import path of its main package, by its file or by `go_build_info`.
    pub program: Option<String>,
    /// The build id of the program's file, as the heap profile says it.
    pub build_id: Option<String>,
    /// Goroutines at the end.
    pub goroutines: Option<f64>,
}

impl Overview {
    pub(crate) fn new(bundle: &Bundle, state: &GoState, pacing: Result<&Pacing, &NoPacing>) -> Self {
        let windows = GcWindows::new(bundle, state, pacing);
        let mut overview = Self::from_window(bundle, state, windows.best());
        overview.gc_cpu_fraction = overview.gc_cpu_fraction.or(windows.any_cpu_fraction());
        overview
    }

    /// With what `window` says of the GC.
    pub(crate) fn from_window(bundle: &Bundle, state: &GoState, window: Option<GcWindow>) -> Self {
        let rows = state.longest_segment();
        // One reading is of no time.
        let increase = |quantity| state.increase(quantity, rows.clone().filter(|rows| rows.len() > 1)?);
        let times = rows.clone().and_then(|rows| state.times_ms().get(rows));
        let peak = state.values(Quantity::ResidentBytes).iter().flatten().copied().reduce(f64::max);
        let info = bundle.metrics().named("go_info").next();
        let metrics_seconds = times.and_then(|times| Some((times.last()? - times.first()?) as f64 / 1e3));
        let moments = || {
            let profiles = bundle.heaps().iter().filter_map(|heap| heap.profile.time_nanos());
            state
                .times_ms()
                .iter()
                .copied()
                .filter(|&ms| ms != 0)
                .chain(profiles.map(|nanos| nanos.div_euclid(1_000_000)))
        };
        Self {
            start_ms: moments().min(),
            end_ms: moments().max(),
            program: program(bundle),
            build_id: build_id(bundle),
            go_version: info.and_then(|series| series.label("version")).map(str::to_owned),
            seconds: metrics_seconds.filter(|&seconds| seconds > 0.0).or(window.map(|window| window.seconds)),
            gc_cycles: window.map(|window| window.cycles),
            gc_seconds: window.map(|window| window.seconds),
            gc_source: window.map(|window| window.source),
            gogc: exported_gogc(state),
            alloc_bytes: increase(Quantity::AllocTotalBytes),
            mallocs: increase(Quantity::MallocsTotal),
            gc_cpu_fraction: window.and_then(|window| window.cpu_fraction),
            malloc_cpu_fraction: bundle.cpu.as_ref().and_then(|cpu| cpu_share(cpu, "runtime.mallocgc")),
            peak_resident_bytes: peak,
            goroutines: state.last(Quantity::Goroutines),
        }
    }
}

impl Row for Overview {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let number = |table: Definition<'a, &'a Self>, name, unit, doc, get: fn(&Self) -> Option<f64>| {
            table.optional_float64(name, unit, UNKNOWN, doc, move |overview| get(overview))
        };
        let table = Definition::new("overview", "one row").about("the run in numbers").optional_text(
            "go_version",
            UNKNOWN,
            "the Go version",
            |overview: &&'a Self| overview.go_version.as_deref(),
        );
        let table = table
            .optional_text("program", UNKNOWN, "the import path of its main package", |overview| {
                overview.program.as_deref()
            })
            .optional_text("build_id", UNKNOWN, "of the program's file, by the heap profile", |overview| {
                overview.build_id.as_deref()
            })
            .optional_timestamp("start", UNKNOWN, "the first moment of metrics and heap profiles", |overview| {
                overview.start_ms
            })
            .optional_timestamp("end", UNKNOWN, "the last one", |overview| overview.end_ms);
        let table = number(table, "seconds", Unit::Seconds, "how long the bundle covers", |overview| overview.seconds);
        let table = number(table, "gc_cycles", Unit::Count, "GC cycles in gc_seconds", |overview| overview.gc_cycles);
        let counted = "how long GC cycles were counted: a GC trace may cover more than the metrics";
        let table = number(table, "gc_seconds", Unit::Seconds, counted, |overview| overview.gc_seconds).optional_text(
            "gc_source",
            UNKNOWN,
            "what counted them",
            |overview: &&'a Self| overview.gc_source.map(Contents::name),
        );
        let off = "off (`gogc_is_off`), or the bundle does not tell";
        let table = table
            .optional_int64("gogc_percent", Unit::Percent, off, "GOGC at the end", |overview| match overview.gogc? {
                Gogc::Percent(percent) => Some(i64::from(percent)),
                Gogc::Off => None,
            })
            .optional_bool("gogc_is_off", UNKNOWN, "whether GOGC was off at the end", |overview| {
                Some(overview.gogc? == Gogc::Off)
            });
        let table = number(table, "alloc_bytes", Unit::Bytes, "bytes allocated", |overview| overview.alloc_bytes);
        let table = number(table, "mallocs", Unit::Count, "objects allocated", |overview| overview.mallocs);
        let cpu = "share of the available CPU that GC took, without marking on idle processors";
        let table = number(table, "gc_cpu_fraction", Unit::Fraction, cpu, |overview| overview.gc_cpu_fraction);
        let malloc = "share of the process's CPU time spent allocating, by the CPU profile";
        let table =
            number(table, "malloc_cpu_fraction", Unit::Fraction, malloc, |overview| overview.malloc_cpu_fraction);
        let peak = "the largest resident size";
        let table = number(table, "peak_resident_bytes", Unit::Bytes, peak, |overview| overview.peak_resident_bytes);
        number(table, "goroutines", Unit::Count, "goroutines at the end", |overview| overview.goroutines)
    }
}

gomem_table::serialize_rows!(Overview);

/// The program's name for itself.
fn program(bundle: &Bundle) -> Option<String> {
    let told = |path: &str| Some(path.to_owned()).filter(|path| !path.is_empty());
    let by_file = bundle.binary().and_then(|binary| told(&binary.build_info().path));
    by_file.or_else(|| told(bundle.metrics().named("go_build_info").next()?.label("path")?))
}

/// What the latest heap profile says of the program's file.
fn build_id(bundle: &Bundle) -> Option<String> {
    let heap = bundle.latest_heap()?;
    heap.profile.mappings().map(|mapping| mapping.build_id().to_owned()).find(|id| !id.is_empty())
}

/// The share of a CPU profile that runs in a function or below it.
fn cpu_share(cpu: &Profile, function: &str) -> Option<f64> {
    let top = cpu.top(&TopOptions::new(cpu.sample_type_index("cpu")?));
    let row = top.rows().iter().find(|row| row.key.function.as_deref() == Some(function))?;
    top.fraction(row.cum)
}

const UNKNOWN: &str = "the bundle does not tell";
