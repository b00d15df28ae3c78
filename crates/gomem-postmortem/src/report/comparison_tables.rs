//! A comparison as tables.

use gomem_gogc::Interval;
use gomem_table::{Cell, Definition, Row, ToTable, Unit, named};

use crate::{
    attribution::Place,
    report::{comparison::Comparison, json::rows},
};

/// A quantity of both runs.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-3.pb.gz", "gctrace.log"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Comparison};
///
/// let comparison = Comparison::new(&bundle("before"), &bundle("after"));
/// let quantities = comparison.quantities();
/// let cpu = quantities.iter().find(|quantity| quantity.quantity == "gc_cpu_fraction").ok_or("it is compared")?;
/// let (before, predicted, after) = (cpu.before.ok_or("traced")?, cpu.predicted.ok_or("modelled")?, cpu.after.ok_or("traced")?);
/// assert!(before > 0.006, "0.7 % before");
/// assert!(predicted.low < after && after < predicted.high, "{predicted:?} beside {after}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedQuantity {
    /// Its name, with its unit.
    pub quantity: &'static str,
    /// In the run before.
    pub before: Option<f64>,
    /// What it was predicted to be after, from the run before and the list of fixed lines.
    pub predicted: Option<Interval>,
    /// In the run after.
    pub after: Option<f64>,
}

/// A line whose allocation is not what it was.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Comparison, LineChange};
///
/// let comparison = Comparison::new(&bundle("before"), &bundle("after"));
/// let lines = comparison.lines();
/// // What got worse would stand first. Nothing did.
/// assert_eq!((lines[0].change, &*lines[0].place.short()), (LineChange::LeakFixed, "store/sessions.go:43"));
/// assert_eq!((lines[1].change, &*lines[1].place.short()), (LineChange::Fixed, "api/handler.go:58"));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ComparedLine {
    /// What became of it.
    pub change: LineChange,
    /// The line, as it is in the run that has it.
    pub place: Place,
    /// The function that it calls; `None` for what it allocates itself, and for leaks.
    pub callee: Option<String>,
    /// Of all bytes allocated in the run that has it; `None` for leaks.
    pub bytes_fraction: Option<f64>,
    /// The share of that which the other run has too; `None` for leaks.
    pub left_fraction: Option<f64>,
    /// Bytes in use at the end of the run before; only of leaks.
    pub inuse_bytes_before: Option<i64>,
    /// Bytes in use at the end of the run after; only of leaks.
    pub inuse_bytes_after: Option<i64>,
}

/// What became of a line.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let comparison = gomem_postmortem::Comparison::new(&bundle, &bundle);
/// use gomem_postmortem::LineChange;
///
/// assert!(comparison.lines().iter().all(|line| line.change != LineChange::NewLeak));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineChange {
    /// It leaks, and did not before.
    NewLeak,
    /// It allocates what it did not before.
    New,
    /// It no longer leaks.
    LeakFixed,
    /// It no longer allocates what it did.
    Fixed,
}

named!(LineChange { NewLeak "new_leak", New "new", LeakFixed "leak_fixed", Fixed "fixed" });

impl Comparison {
    /// What was measured before and after, and predicted in between.
    #[must_use]
    pub fn quantities(&self) -> Vec<ComparedQuantity> {
        let of = |quantity, before, predicted, after| ComparedQuantity { quantity, before, predicted, after };
        let exact = |value: f64| Interval { value, low: value, high: value };
        let (before, after) = (&self.before, &self.after);
        vec![
            of("gc_cycles", before.gc_cycles, self.predicted_gc_cycles, after.gc_cycles),
            of("gc_seconds", before.gc_seconds, None, after.gc_seconds),
            of("gc_cpu_fraction", before.gc_cpu_fraction, self.predicted_gc_cpu_fraction(), after.gc_cpu_fraction),
            of("alloc_bytes", before.alloc_bytes, self.predicted_alloc_bytes().map(exact), after.alloc_bytes),
            of("live_bytes", self.live_bytes.map(|live| live.0), None, self.live_bytes.map(|live| live.1)),
            of("peak_resident_bytes", before.peak_resident_bytes, None, after.peak_resident_bytes),
            of("work", Some(1.0), None, self.work),
        ]
    }

    /// The lines that changed: what got worse first.
    #[must_use]
    pub fn lines(&self) -> Vec<ComparedLine> {
        let leak = |change| {
            move |leak: &super::leak_fix::LeakFix| ComparedLine {
                change,
                place: leak.place.clone(),
                callee: None,
                bytes_fraction: None,
                left_fraction: None,
                inuse_bytes_before: Some(leak.inuse_bytes_before),
                inuse_bytes_after: Some(leak.inuse_bytes_after),
            }
        };
        let site = |change| {
            move |site: &super::site_fix::SiteFix| ComparedLine {
                change,
                place: site.place.clone(),
                callee: site.callee.as_deref().map(str::to_owned),
                bytes_fraction: Some(site.bytes_fraction),
                left_fraction: Some(site.left_fraction),
                inuse_bytes_before: None,
                inuse_bytes_after: None,
            }
        };
        let new_leaks = self.new_leaks.iter().flatten().map(leak(LineChange::NewLeak));
        let new = self.new_sites.iter().flatten().map(site(LineChange::New));
        let fixed = self.site_fixes.iter().map(site(LineChange::Fixed));
        new_leaks.chain(new).chain(self.leak_fixes.iter().map(leak(LineChange::LeakFixed))).chain(fixed).collect()
    }

    /// The comparison as JSON: its tables, row by row.
    #[must_use]
    pub fn to_json(&self) -> String {
        let none = || "[]".to_owned();
        let fields = [
            ("schema_version", COMPARISON_VERSION.to_string()),
            ("gomem_version", Cell::Text(env!("CARGO_PKG_VERSION")).to_json()),
            ("quantities", rows(&self.quantities().to_table())),
            ("lines", rows(&self.lines().to_table())),
            ("benchmarks", self.benchmarks.as_ref().map_or_else(none, |benchmarks| rows(&benchmarks.to_table()))),
            ("benchmark_lines", rows(&self.benchmark_lines.to_table())),
        ];
        let fields = fields.map(|(name, json)| format!("  \"{name}\": {json}"));
        format!("{{\n{}\n}}\n", fields.join(",\n"))
    }
}

impl Row for ComparedQuantity {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("comparison", "as a person reads them")
            .about("what two runs of the same work measured, and what was predicted in between")
            .text("quantity", "its name, with its unit", |row: &&'a Self| row.quantity)
            .optional_float64("before", Unit::None, UNKNOWN, "in the run before", |row| row.before)
            .optional_float64("predicted", Unit::None, NOT_PREDICTED, "what it was predicted to be after", |row| {
                row.predicted.map(|predicted| predicted.value)
            })
            .optional_float64("predicted_low", Unit::None, NOT_PREDICTED, "the lower end, at 90 %", |row| {
                row.predicted.map(|predicted| predicted.low)
            })
            .optional_float64("predicted_high", Unit::None, NOT_PREDICTED, "the upper end, at 90 %", |row| {
                row.predicted.map(|predicted| predicted.high)
            })
            .optional_float64("after", Unit::None, UNKNOWN, "in the run after", |row| row.after)
    }
}

impl Row for ComparedLine {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("comparison_lines", "what got worse first, then by falling share")
            .about("the lines whose allocation is not what it was, beyond what the sampling explains")
            .category("change", LineChange::NAMES, "what became of it", |row: &&'a Self| row.change as u32)
            .string("place", "where, in short: `store/sessions.go:43`", |row: &&'a Self| row.place.short())
            .optional_text(
                "callee",
                "what it allocates itself, or a leak",
                "the function that it calls",
                |row: &&'a Self| row.callee.as_deref(),
            )
            .optional_float64("bytes_fraction", Unit::Fraction, LEAK, "of all bytes of the run that has it", |row| {
                row.bytes_fraction
            })
            .optional_float64(
                "left_fraction",
                Unit::Fraction,
                LEAK,
                "the share of it that the other run has too",
                |row| row.left_fraction,
            )
            .optional_int64("inuse_bytes_before", Unit::Bytes, NO_LEAK, "in use at the end of the run before", |row| {
                row.inuse_bytes_before
            })
            .optional_int64("inuse_bytes_after", Unit::Bytes, NO_LEAK, "in use at the end of the run after", |row| {
                row.inuse_bytes_after
            })
            .text("function", "the function", |row: &&'a Self| row.place.function())
            .text("file", "its file", |row: &&'a Self| row.place.file())
            .int64("line", Unit::None, "the line", |row| row.place.line)
    }
}

/// The version of the JSON: it counts up when a field goes or changes its meaning, not when one is added.
const COMPARISON_VERSION: u32 = 1;
const UNKNOWN: &str = "the bundle does not tell";
const NOT_PREDICTED: &str = "it is not predicted";
const LEAK: &str = "a leak";
const NO_LEAK: &str = "not about a leak";
