//! One thing to do, with its evidence.

use gomem_escape::{Cause, Confidence};
use gomem_gogc::{Gogc, Interval};
use gomem_metrics::{Diagnosis, Rule, Trend};
use gomem_table::{Column, ColumnSpec, Kind, Schema, StringPoolBuilder, Table, TableError, Unit, Values};
use rustc_hash::FxHashMap;

use crate::{
    bundle::Bundle,
    diagnosed,
    growth::Growth,
    mismatch,
    pacing::{Pacing, Saving},
    site::{Place, Site, certainty},
    waiting,
};

/// One thing to do, with its evidence.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// One line that says it.
    pub title: String,
    /// What was seen.
    pub summary: String,
    /// What to do.
    pub action: String,
    /// Where; `None` for what concerns the whole program.
    pub place: Option<Place>,
    /// The share it has: of bytes allocated, for a leak of bytes in use.
    pub bytes_fraction: Option<f64>,
    /// Bytes: allocated, for a leak in use.
    pub bytes: Option<i64>,
    /// The share of objects allocated.
    pub objects_fraction: Option<f64>,
    /// The compiler's reason.
    pub cause: Option<Cause>,
    /// The compiler's line.
    pub compiler_message: Option<String>,
    /// What fixing it saves.
    pub saving: Option<Saving>,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What else could explain it, or would make it surer.
    pub confounders: Vec<String>,
    /// The rules that say it, of the metrics and GC traces.
    pub rules: Vec<Rule>,
    /// Metrics to enable, which would make it surer.
    pub missing: Vec<&'static str>,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum FindingKind {
    /// Live memory grows without end.
    Leak,
    /// A pool that allocates at every Put.
    PoolMisuse,
    /// A line that allocates much.
    AllocationSite,
    /// What another GOGC would do.
    Gogc,
    /// An input that is not there, and what it would tell.
    MissingInput,
    /// What a rule sees in the metrics, or in the GC trace.
    Runtime,
    /// Inputs that are not of one program, or not of one build.
    Mismatch,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Worth fixing.
    Warning,
    /// Ends in an outage.
    Critical,
}

/// A number that speaks for a finding.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// What was measured.
    pub quantity: &'static str,
    /// The number.
    pub value: f64,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// Its unit.
    pub unit: Unit,
    /// Where it comes from.
    pub source: &'static str,
}

impl Finding {
    pub(crate) fn new(kind: FindingKind, severity: Severity, title: String) -> Self {
        Self {
            kind,
            severity,
            title,
            summary: String::new(),
            action: String::new(),
            place: None,
            bytes_fraction: None,
            bytes: None,
            objects_fraction: None,
            cause: None,
            compiler_message: None,
            saving: None,
            confidence: "high",
            evidence: Vec::new(),
            confounders: Vec::new(),
            rules: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// What decides the order among findings of one severity: the share of bytes, where there is one. What is wrong with
    /// the inputs comes before what they say, and a leak without a place before any share.
    fn weight(&self) -> f64 {
        match self.kind {
            FindingKind::Mismatch => 3.0,
            FindingKind::Leak => self.bytes_fraction.unwrap_or(2.0),
            FindingKind::Gogc => -1.0,
            FindingKind::MissingInput => -2.0,
            _ => self.bytes_fraction.unwrap_or(0.0),
        }
    }

    fn is_about_log(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.source == "escape log")
    }

    /// One row a finding: [`FINDINGS_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn table_of(findings: &[Self]) -> Result<Table, TableError> {
        let all = || findings.iter();
        let interval = |of: fn(&Saving) -> f64| move |finding: &Self| finding.saving.as_ref().map(of);
        let (mut texts, mut offsets) = (StringPoolBuilder::new(), vec![0]);
        let (mut quantities, mut values, mut units, mut sources) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for finding in findings {
            for evidence in &finding.evidence {
                quantities.push(texts.intern(evidence.quantity));
                values.push(evidence.value);
                units.push(texts.intern(evidence.unit.symbol()));
                sources.push(texts.intern(evidence.source));
            }
            offsets.push(quantities.len());
        }
        let pool = texts.finish();
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        let evidence = vec![
            text("quantity", quantities),
            Column::float64("value", Unit::None, values),
            text("unit", units),
            text("source", sources),
        ];
        let place = |of: fn(&Place) -> &str| all().map(move |finding| finding.place.as_ref().map(of));
        let fraction = |name, of: &dyn Fn(&Self) -> Option<f64>| {
            Column::optional_float64(name, Unit::Fraction, all().map(of).collect::<Vec<_>>())
        };
        Table::new(
            FINDINGS_SCHEMA.name,
            vec![
                Column::int64("rank", Unit::Count, (1..=findings.len() as i64).collect()),
                Column::category("kind", all().map(|finding| finding.kind as u32).collect(), FindingKind::NAMES),
                Column::category("severity", all().map(|finding| finding.severity as u32).collect(), Severity::NAMES),
                Column::strings("title", all().map(|finding| &finding.title)),
                Column::strings("summary", all().map(|finding| &finding.summary)),
                Column::strings("action", all().map(|finding| &finding.action)),
                Column::optional_strings("function", place(|place| &place.function)),
                Column::optional_strings("file", place(|place| &place.file)),
                Column::optional_int64(
                    "line",
                    Unit::None,
                    all().map(|finding| finding.place.as_ref().map(|place| place.line)),
                ),
                Column::optional_int64("bytes", Unit::Bytes, all().map(|finding| finding.bytes)),
                fraction("bytes_fraction", &|finding| finding.bytes_fraction),
                fraction("objects_fraction", &|finding| finding.objects_fraction),
                Column::optional_strings("cause", all().map(|finding| finding.cause.map(Cause::name))),
                Column::optional_strings("compiler_message", all().map(|finding| finding.compiler_message.as_ref())),
                fraction("gc_cycles_saved_fraction", &interval(|saving| saving.gc_cycles.value)),
                fraction("gc_cycles_saved_fraction_low", &interval(|saving| saving.gc_cycles.low)),
                fraction("gc_cycles_saved_fraction_high", &interval(|saving| saving.gc_cycles.high)),
                fraction("gc_cpu_saved_fraction", &interval(|saving| saving.gc_cpu.value)),
                fraction("gc_cpu_saved_fraction_low", &interval(|saving| saving.gc_cpu.low)),
                fraction("gc_cpu_saved_fraction_high", &interval(|saving| saving.gc_cpu.high)),
                Column::strings("confidence", all().map(|finding| finding.confidence)),
                Column::list("evidence", Unit::None, offsets, Values::Struct(evidence)),
                Column::strings("confounders", all().map(|finding| finding.confounders.join("; "))),
            ],
        )
    }
}

/// All findings, what costs most first.
pub(crate) fn find(
    bundle: &Bundle,
    sites: &[Site],
    growth: &[Growth],
    live_heap: Option<&Trend>,
    pacing: Result<&Pacing, &str>,
    diagnosis: Option<&Diagnosis>,
) -> Vec<Finding> {
    // A site may grow while others shrink; what GC marks live decides whether memory leaks.
    let contradicted = live_heap.is_some_and(|trend| !rises(trend));
    let growing = growth.iter().filter(|_| !contradicted).take(3);
    let mut findings: Vec<Finding> = growing.map(|growth| leak(growth, live_heap)).collect();
    findings.extend(allocation_sites(sites, pacing.ok()));
    let mismatches = mismatch::find(bundle);
    if mismatches.iter().any(Finding::is_about_log) {
        findings.iter_mut().filter(|finding| finding.compiler_message.is_some()).for_each(doubt);
    }
    findings.extend(mismatches);
    if let Ok(pacing) = pacing {
        findings.extend(gogc(pacing, !growth.is_empty()));
    }
    let fired: Vec<_> = diagnosis.map(|diagnosis| diagnosis.fired().collect()).unwrap_or_default();
    diagnosed::tell(&fired, &mut findings);
    waiting::explain(bundle, &mut findings);
    findings.extend(missing(bundle, pacing.err()));
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| b.weight().total_cmp(&a.weight())));
    findings
}

/// What the compiler says of a line is about another one, perhaps.
fn doubt(finding: &mut Finding) {
    finding.confidence = "low";
    finding.confounders.push("the compiler's log does not match the profile's binary".to_owned());
}

fn rises(trend: &Trend) -> bool {
    trend.tau >= 0.6 && trend.slope > 0.0
}

fn leak(growth: &Growth, live_heap: Option<&Trend>) -> Finding {
    let site = &growth.site;
    let rising = live_heap.is_some_and(rises);
    let severity = if rising && site.inuse_fraction >= 0.1 { Severity::Critical } else { Severity::Warning };
    let title = format!(
        "Leak: {} keeps {} ({:.0} % of the live heap), {} more each hour",
        site.place.short(),
        Unit::Bytes.humanize(site.inuse_bytes as f64),
        site.inuse_fraction * 100.0,
        Unit::Bytes.humanize(growth.bytes_per_hour)
    );
    let mut finding = Finding::new(FindingKind::Leak, severity, title);
    let steps: Vec<String> = growth.inuse_bytes.iter().map(|point| Unit::Bytes.humanize(point.1)).collect();
    let span = growth.inuse_bytes.last().map_or(0.0, |point| point.0);
    finding.summary = format!(
        "{} is in use in more memory in each of {} heap profiles over {}: {}.",
        site.place.short_function(),
        steps.len(),
        Unit::Seconds.humanize(span),
        steps.join(" → ")
    );
    if let Some(trend) = live_heap.filter(|_| rising) {
        let rate = Unit::BytesPerHour.humanize(trend.slope * 3600.0);
        finding.summary += &format!(" The metrics agree: what GC marks live rises by {rate}.");
    }
    let stored = growth.decision().and_then(|decision| {
        decision.steps.iter().find(|step| step.why.starts_with("assign") || &*step.why == "key of map put")
    });
    finding.action = match stored {
        Some(step) => format!(
            "The compiler says where it is kept: `{}`. Bound it: delete entries when they are done, or evict by age or size.",
            step.from
        ),
        None => "Find what keeps it: compare the heap profiles by inuse_space, and bound the container that holds it."
            .into(),
    };
    finding.confidence = if rising && growth.significance >= 5.0 {
        "high"
    } else if rising || growth.significance >= 5.0 {
        "medium"
    } else {
        "low"
    };
    finding.bytes = Some(site.inuse_bytes);
    finding.bytes_fraction = Some(site.inuse_fraction);
    finding.cause = site.cause();
    finding.compiler_message = site.decision().map(gomem_escape::HeapDecision::message);
    finding.place = Some(site.place.clone());
    finding.evidence = vec![
        Evidence::new("inuse_space growth", growth.grown_bytes(), Unit::Bytes, "heap profiles"),
        Evidence::new("inuse_space slope", growth.bytes_per_hour, Unit::BytesPerHour, "heap profiles"),
        Evidence::new("sampled objects", growth.sampled_objects, Unit::Count, "heap profiles"),
        Evidence::new("growth in standard deviations", growth.significance, Unit::None, "heap profiles"),
    ];
    if let Some(trend) = live_heap {
        finding.evidence.push(Evidence::new("live heap slope", trend.slope * 3600.0, Unit::BytesPerHour, "metrics"));
        finding.evidence.push(Evidence::new("live heap rank correlation", trend.tau, Unit::None, "metrics"));
    } else {
        finding.confounders.push("no metrics: a cache that still fills looks the same".into());
    }
    finding.confounders.push("a bounded cache that has not reached its bound grows the same way".into());
    finding
}

/// One finding for each line of the user's own code that much is charged to.
fn allocation_sites(sites: &[Site], pacing: Option<&Pacing>) -> Vec<Finding> {
    let mut charged: Vec<(&Place, Vec<&Site>)> = Vec::new();
    let mut known: FxHashMap<&Place, usize> = FxHashMap::default();
    for site in sites {
        let next = charged.len();
        let group = *known.entry(&site.charged_to).or_insert(next);
        if group == next {
            charged.push((&site.charged_to, Vec::new()));
        }
        charged[group].1.push(site);
    }
    let mut findings: Vec<Finding> = charged
        .into_iter()
        .map(|(place, group)| allocation_site(place, &group, pacing))
        .filter(|finding| {
            finding.bytes_fraction.unwrap_or(0.0) >= SMALLEST_SHARE || finding.kind == FindingKind::PoolMisuse
        })
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.bytes));
    findings.truncate(MOST_FINDINGS);
    findings
}

fn allocation_site(place: &Place, group: &[&Site], pacing: Option<&Pacing>) -> Finding {
    let sum = |of: fn(&Site) -> f64| group.iter().map(|site| of(site)).sum::<f64>();
    let (fraction, objects) = (sum(|site| site.bytes_fraction), sum(|site| site.objects_fraction));
    let bytes: i64 = group.iter().map(|site| site.bytes).sum();
    let count: i64 = group.iter().map(|site| site.objects).sum();
    // The line's own allocation explains it before what a library allocates for it.
    let own = group.iter().find(|site| &site.place == place || site.inlined_into.as_ref() == Some(place));
    let decision = own.and_then(|site| site.decision()).or_else(|| group.iter().find_map(|site| site.decision()));
    let reason = group.iter().find_map(|site| site.reason);
    let is_misuse = decision.is_some_and(gomem_escape::HeapDecision::is_pool_misuse);
    let kind = if is_misuse { FindingKind::PoolMisuse } else { FindingKind::AllocationSite };
    let severity =
        if fraction >= 0.05 || (is_misuse && fraction >= 0.001) { Severity::Warning } else { Severity::Info };
    let why = match decision {
        _ if is_misuse => "sync.Pool.Put boxes a value".to_owned(),
        Some(decision) => decision.cause.name().replace('_', " "),
        None => reason.map_or("no escape reported".to_owned(), |reason| reason.name().replace('_', " ")),
    };
    let title =
        format!("{}: {:.1} % of bytes, {:.1} % of objects: {why}", place.short(), fraction * 100.0, objects * 100.0);
    let mut finding = Finding::new(kind, severity, title);
    finding.summary = format!(
        "{} allocates {} in {} objects{}.",
        place.short_function(),
        Unit::Bytes.humanize(bytes as f64),
        grouped(count),
        if count > 0 {
            format!(", {} each on average", Unit::Bytes.humanize(bytes as f64 / count as f64))
        } else {
            String::new()
        }
    );
    let inside: Vec<String> = group
        .iter()
        .filter(|site| {
            &site.place != place && site.inlined_into.as_ref() != Some(place) && site.bytes_fraction >= 0.002
        })
        .take(3)
        .map(|site| format!("{} {:.1} %", site.place.short_function(), site.bytes_fraction * 100.0))
        .collect();
    if !inside.is_empty() {
        finding.summary += &format!(" Of that inside what it calls: {}.", inside.join(", "));
    }
    match decision {
        Some(decision) => {
            finding.summary += &format!(" The compiler: `{}`.", decision.message());
            finding.action.clone_from(&decision.advice);
            finding.cause = Some(decision.cause);
            finding.compiler_message = Some(decision.message());
            finding.confidence = if decision.cause_confidence == Confidence::Confident { "high" } else { "medium" };
        }
        None => {
            let explanation = group.iter().find_map(|site| site.explanation).unwrap_or_default();
            finding.summary += &format!(" {}{}.", explanation[..1].to_uppercase(), &explanation[1..]);
            let advice = reason.and_then(crate::Reason::advice);
            finding.action = advice.unwrap_or("reuse what the line makes, or give it the capacity it will need").into();
            finding.confidence = "low";
        }
    }
    if group.iter().any(|site| site.is_pool_candidate()) {
        finding.action.truncate(finding.action.trim_end_matches('.').len());
        finding.action += ". Its objects are many, of one size and short-lived: a sync.Pool of pointers would pay";
    }
    finding.bytes = Some(bytes);
    finding.bytes_fraction = Some(fraction);
    finding.objects_fraction = Some(objects);
    finding.saving = pacing.and_then(|pacing| pacing.saving(fraction));
    finding.place = Some(place.clone());
    finding.evidence = vec![
        Evidence::new("alloc_space", bytes as f64, Unit::Bytes, "heap profile"),
        Evidence::new("alloc_space share", fraction, Unit::Fraction, "heap profile"),
        Evidence::new("alloc_objects share", objects, Unit::Fraction, "heap profile"),
    ];
    if own.and_then(|site| certainty(site)).is_none() {
        finding.confounders.push("the compiler's log has no decision for the line itself".into());
    }
    finding
}

/// What doubling GOGC would do, beside what it does today.
fn gogc(pacing: &Pacing, leaking: bool) -> Option<Finding> {
    let percent = match pacing.model.base().gogc {
        Gogc::Percent(percent) => percent,
        Gogc::Off => return None,
    };
    let doubled = pacing.what_if.iter().find(|found| found.setting.gogc == Gogc::Percent(percent.saturating_mul(2)))?;
    let (cycles, peak) = (doubled.gc_cycles?, doubled.peak_heap_bytes?);
    let (base_cycles, base_peak) = (pacing.base.gc_cycles?, pacing.base.peak_heap_bytes?);
    let range = |interval: Interval| format!("{:.0} ({:.0}–{:.0})", interval.value, interval.low, interval.high);
    let title = format!(
        "GOGC={}: {} GC cycles instead of {:.0}, peak heap {} instead of {}",
        percent.saturating_mul(2),
        range(cycles),
        base_cycles.value,
        Unit::Bytes.humanize(peak.value),
        Unit::Bytes.humanize(base_peak.value)
    );
    let mut finding = Finding::new(FindingKind::Gogc, Severity::Info, title);
    finding.summary = format!(
        "The run was recorded with GOGC={percent}; GC took {:.1} % of the available CPU. The table shows other settings, \
         replayed through the runtime's pacing formulas over the recorded allocation.",
        pacing.model.observed_gc_cpu_fraction().unwrap_or(0.0) * 100.0
    );
    finding.action = if leaking {
        "Fix the leak first: a larger GOGC multiplies what a growing live heap needs.".into()
    } else {
        "Allocate less first; then raise GOGC as far as memory allows, with GOMEMLIMIT as the bound.".into()
    };
    let quality = pacing.model.quality();
    finding.confidence = if quality.is_shaky() { "low" } else { "medium" };
    finding.confounders.clone_from(&quality.remarks);
    Some(finding)
}

fn missing(bundle: &Bundle, no_model: Option<&str>) -> Option<Finding> {
    let mut wanted: Vec<String> = Vec::new();
    if bundle.escapes().is_none() {
        wanted.push("the compiler's log (go build -gcflags=-m=2 ./... 2> escape.log): why each site allocates".into());
    }
    if bundle.heaps().is_empty() {
        wanted.push("a heap profile (/debug/pprof/heap): what allocates".into());
    } else if bundle.heaps().len() < 3 {
        wanted.push("three heap profiles over time: what leaks".into());
    }
    if bundle.metrics().series().is_empty() {
        wanted.push("scrapes of /metrics, each in a file named <unix ms>.prom: live heap over time".into());
    }
    wanted.extend(no_model.map(|reason| format!("what a fix or another GOGC saves ({reason})")));
    if wanted.is_empty() {
        return None;
    }
    let mut finding = Finding::new(
        FindingKind::MissingInput,
        Severity::Info,
        format!("{} more inputs would tell more", wanted.len()),
    );
    finding.summary = "Not in the bundle.".into();
    finding.action = format!("Add {}.", wanted.join("; "));
    Some(finding)
}

fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digit != '-' {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

impl Evidence {
    pub(crate) fn new(quantity: &'static str, value: f64, unit: Unit, source: &'static str) -> Self {
        Self { quantity, value, threshold: None, unit, source }
    }
}

impl FindingKind {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] =
        &["leak", "pool_misuse", "allocation_site", "gogc", "missing_input", "runtime", "mismatch"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl Severity {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["info", "warning", "critical"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

const SMALLEST_SHARE: f64 = 0.01;
const MOST_FINDINGS: usize = 12;

/// The table of [`Finding::table_of`].
pub const FINDINGS_SCHEMA: Schema = Schema {
    name: "findings",
    order: "what costs most first",
    columns: &[
        ColumnSpec { name: "rank", kind: Kind::Int64, unit: Unit::Count, null: None, doc: "1 is first" },
        spec("kind", Kind::Category, None, "what it is about"),
        spec("severity", Kind::Category, None, "how much it matters"),
        spec("title", Kind::Text, None, "one line that says it"),
        spec("summary", Kind::Text, None, "what was seen"),
        spec("action", Kind::Text, None, "what to do"),
        spec("function", Kind::Text, Some("it concerns the whole program"), "where: the function"),
        spec("file", Kind::Text, Some("it concerns the whole program"), "where: the file"),
        spec("line", Kind::Int64, Some("it concerns the whole program"), "where: the line"),
        ColumnSpec {
            name: "bytes",
            kind: Kind::Int64,
            unit: Unit::Bytes,
            null: Some("not about bytes"),
            doc: "bytes allocated, for a leak in use",
        },
        share("bytes_fraction", "not about bytes", "share of all bytes allocated, for a leak of those in use"),
        share("objects_fraction", "not about objects", "share of all objects allocated"),
        spec("cause", Kind::Text, Some("the compiler's log has none"), "the compiler's reason"),
        spec("compiler_message", Kind::Text, Some("the compiler's log has none"), "the compiler's line"),
        share("gc_cycles_saved_fraction", NO_MODEL, "share of GC cycles that fixing it saves"),
        share("gc_cycles_saved_fraction_low", NO_MODEL, "lower end, 90 %"),
        share("gc_cycles_saved_fraction_high", NO_MODEL, "upper end, 90 %"),
        share("gc_cpu_saved_fraction", NO_MODEL, "share of available CPU that fixing it saves in GC"),
        share("gc_cpu_saved_fraction_low", NO_MODEL, "lower end, 90 %"),
        share("gc_cpu_saved_fraction_high", NO_MODEL, "upper end, 90 %"),
        spec("confidence", Kind::Text, None, "high, medium or low"),
        spec("evidence", Kind::List, None, "the numbers behind it"),
        spec("confounders", Kind::Text, None, "what else could explain it"),
    ],
};

const NO_MODEL: &str = "no model: there was no usable GC trace, or it is not about allocation";

const fn spec(name: &'static str, kind: Kind, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null, doc }
}

const fn share(name: &'static str, null: &'static str, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::Float64, unit: Unit::Fraction, null: Some(null), doc }
}
