//! The whole answer.

use std::sync::Arc;

use gomem_finding::Severity;
use gomem_gogc::{GcModel, Interval, Prediction};
use gomem_metrics::{Component, Diagnosis, GcTrace, GoState, Judgement, Waterfall};
use gomem_table::{Column, ColumnSpec, Kind, Schema, Table, TableError, Unit};
use serde_json::json;

use crate::{
    attribution::{Site, attribute},
    bundle::{Bundle, Contents, HeapProfile, Remark, Unread},
    findings::{
        Aside, Finding, FindingKind, Unjudged, asides, diagnose, find, growing_sites, is_leaking, live_heap, unjudged,
    },
    pacing::{Pacing, Saving, prediction_columns, saving},
    report::overview::Overview,
};

/// The whole answer: what allocates, why, what it costs, what to change.
#[derive(Debug, Clone)]
pub struct Report {
    name: String,
    overview: Overview,
    findings: Vec<Finding>,
    sites: Vec<Site>,
    model: Option<GcModel>,
    today: Option<Prediction>,
    what_if: Vec<Prediction>,
    together: Option<(usize, f64, Saving)>,
    state: GoState,
    waterfall: Waterfall,
    gctrace: Option<Arc<GcTrace>>,
    latest_heap: Option<HeapProfile>,
    diagnosis: Option<Diagnosis>,
    asides: Vec<Aside>,
    unjudged: Vec<Unjudged>,
    contents: Vec<(String, Contents)>,
    unread: Vec<Unread>,
    remarks: Vec<Remark>,
}

impl Report {
    /// Joins all that a bundle holds.
    #[must_use]
    pub fn from_bundle(bundle: &Bundle) -> Self {
        let state: GoState = bundle.metrics().state();
        let pacing = Pacing::of(bundle, &state);
        let sites = bundle.latest_heap().map(|heap| attribute(&heap.profile, bundle.escapes())).unwrap_or_default();
        let live = live_heap(&state);
        let diagnosis = diagnose(bundle, &state);
        let growing = growing_sites(bundle, &state, diagnosis.as_ref().is_some_and(is_leaking));
        let findings = find(
            bundle,
            &sites,
            &growing,
            live.as_ref().map(|live| &live.1),
            pacing.as_ref().map_err(String::as_str),
            diagnosis.as_ref(),
        );
        let pacing = pacing.ok();
        Self {
            name: bundle.name().to_owned(),
            overview: Overview::of(bundle, &state, pacing.as_ref()),
            together: pacing.as_ref().and_then(|pacing| together(&findings, pacing)),
            findings,
            sites,
            model: pacing.as_ref().map(|pacing| pacing.model.clone()),
            today: pacing.as_ref().map(|pacing| pacing.base.clone()),
            what_if: pacing.map(|pacing| pacing.what_if).unwrap_or_default(),
            waterfall: state.waterfall(),
            state,
            gctrace: bundle.gctrace.clone(),
            latest_heap: bundle.latest_heap().cloned(),
            asides: diagnosis.as_ref().map(asides).unwrap_or_default(),
            unjudged: diagnosis.as_ref().map(unjudged).unwrap_or_default(),
            diagnosis,
            contents: bundle.contents().to_vec(),
            unread: bundle.unread().to_vec(),
            remarks: bundle.remarks().to_vec(),
        }
    }

    /// The bundle's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The run in numbers.
    #[must_use]
    pub fn overview(&self) -> &Overview {
        &self.overview
    }

    /// What to do, what costs most first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The allocation sites of the latest heap profile, by falling bytes.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// What the model says of the setting that the run had; `None` where no model could be fitted.
    #[must_use]
    pub fn today(&self) -> Option<&Prediction> {
        self.today.as_ref()
    }

    /// What other settings of GOGC would do.
    #[must_use]
    pub fn what_if(&self) -> &[Prediction] {
        &self.what_if
    }

    /// What fixing all sites with at least a warning saves: how many they are, their share of all bytes, and the saving.
    #[must_use]
    pub fn together(&self) -> Option<(usize, f64, Saving)> {
        self.together
    }

    /// What allocating this share of all bytes less would save; `None` without a model.
    #[must_use]
    pub fn saving(&self, fraction: f64) -> Option<Saving> {
        saving(self.model.as_ref()?, self.today.as_ref()?, fraction)
    }

    /// What the rules say of the metrics and GC traces; `None` when there are none.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.diagnosis.as_ref()
    }

    /// Rules that fired without being worth a finding.
    #[must_use]
    pub fn asides(&self) -> &[Aside] {
        &self.asides
    }

    /// The rules that could not judge, and what would let them.
    #[must_use]
    pub fn unjudged(&self) -> &[Unjudged] {
        &self.unjudged
    }

    /// What the metrics tell of the program, scrape by scrape.
    #[must_use]
    pub fn state(&self) -> &GoState {
        &self.state
    }

    /// The GC trace.
    #[must_use]
    pub fn gctrace(&self) -> Option<&GcTrace> {
        self.gctrace.as_deref()
    }

    /// The heap profile that the sites are of.
    #[must_use]
    pub fn latest_heap(&self) -> Option<&HeapProfile> {
        self.latest_heap.as_ref()
    }

    /// Where the memory is, at every moment that the metrics tell of.
    #[must_use]
    pub fn waterfall(&self) -> &Waterfall {
        &self.waterfall
    }

    /// The last moment's memory by its parts; `None` without metrics.
    #[must_use]
    pub fn memory_now(&self) -> Option<(i64, Vec<(Component, f64)>)> {
        let now = self.waterfall.at(None);
        let time_ms = now.parts().first()?.time_ms;
        Some((time_ms, now.parts().iter().map(|part| (part.component, part.bytes)).collect()))
    }

    /// What each file was recognised as.
    #[must_use]
    pub fn contents(&self) -> &[(String, Contents)] {
        &self.contents
    }

    /// Files that were used, with a reservation.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Files of the bundle that were not used.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// How many files of the bundle were used.
    #[must_use]
    pub fn files(&self) -> usize {
        self.contents.iter().map(|(name, _)| name).collect::<foldhash::HashSet<_>>().len()
    }

    /// The most severe finding's severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info)
    }

    /// The report as JSON, for machines.
    #[must_use]
    pub fn to_json(&self) -> String {
        let interval = |interval: Option<Interval>| interval.map(|found| json!([found.value, found.low, found.high]));
        let report = json!({
            "schema_version": SCHEMA_VERSION,
            "gomem_version": env!("CARGO_PKG_VERSION"),
            "bundle": self.name,
            "overview": {
                "go_version": self.overview.go_version,
                "seconds": self.overview.seconds,
                "gc_cycles": self.overview.gc_cycles,
                "gc_seconds": self.overview.gc_seconds,
                "alloc_bytes": self.overview.alloc_bytes,
                "mallocs": self.overview.mallocs,
                "gc_cpu_fraction": self.overview.gc_cpu_fraction,
                "malloc_cpu_fraction": self.overview.malloc_cpu_fraction,
                "peak_resident_bytes": self.overview.peak_resident_bytes,
                "goroutines": self.overview.goroutines,
            },
            "findings": self.findings.iter().zip(1..).map(|(finding, rank)| json!({
                "rank": rank,
                "kind": finding.kind.name(),
                "severity": finding.severity.name(),
                "title": finding.title,
                "summary": finding.summary,
                "action": finding.action,
                "function": finding.place.as_ref().map(|place| &*place.function),
                "file": finding.place.as_ref().map(|place| &*place.file),
                "line": finding.place.as_ref().map(|place| place.line),
                "bytes": finding.bytes,
                "bytes_fraction": finding.bytes_fraction,
                "objects_fraction": finding.objects_fraction,
                "cause": finding.cause.map(gomem_escape::Cause::name),
                "compiler_message": finding.compiler_message,
                "gc_cycles_saved_fraction": interval(finding.saving.map(|saving| saving.gc_cycles)),
                "gc_cpu_saved_fraction": interval(finding.saving.map(|saving| saving.gc_cpu)),
                "confidence": finding.confidence.name(),
                "evidence": finding.evidence.iter().map(|evidence| json!({
                    "quantity": evidence.quantity,
                    "value": evidence.value,
                    "threshold": evidence.threshold,
                    "unit": evidence.unit.symbol(),
                    "source": evidence.source,
                })).collect::<Vec<_>>(),
                "confounders": finding.confounders,
                "rules": finding.rules.iter().map(|rule| rule.name()).collect::<Vec<_>>(),
                "enable": finding.missing,
            })).collect::<Vec<_>>(),
            "rules": self.judgements().iter().map(|told| json!({
                "rule": told.rule.name(),
                "verdict": told.verdict.name(),
                "severity": told.severity.name(),
                "confidence": told.confidence.name(),
                "summary": told.summary,
                "enable": told.missing,
            })).collect::<Vec<_>>(),
            "waterfall": self.memory_now().map(|(time_ms, parts)| json!({
                "time_ms": time_ms,
                "parts": parts.iter().map(|(component, bytes)| json!({
                    "component": component.name(),
                    "bytes": bytes,
                })).collect::<Vec<_>>(),
            })),
            "gogc": self.what_if.iter().map(|found| json!({
                "gogc": gogc_percent(found),
                "memory_limit_bytes": found.setting.memory_limit_bytes,
                "gc_cycles": interval(found.gc_cycles),
                "peak_heap_bytes": interval(found.peak_heap_bytes),
                "gc_cpu_fraction": interval(found.gc_cpu_fraction),
                "refusal": found.refusal.map(|refusal| refusal.to_string()),
            })).collect::<Vec<_>>(),
            "files": self.files(),
            "remarks": self.remarks.iter().map(|remark| json!({"name": remark.name, "text": remark.text})).collect::<Vec<_>>(),
            "unread": self.unread.iter().map(|unread| json!({"name": unread.name, "reason": unread.reason})).collect::<Vec<_>>(),
        });
        format!("{report:#}\n")
    }

    /// [`findings`](Self::findings) as a table.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn findings_table(&self) -> Result<Table, TableError> {
        Finding::table_of(&self.findings)
    }

    /// [`sites`](Self::sites) as a table: [`SITES_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn sites_table(&self) -> Result<Table, TableError> {
        sites_table(&self.sites, self.model.as_ref())
    }

    /// [`what_if`](Self::what_if) as a table.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn gogc_table(&self) -> Result<Table, TableError> {
        gogc_table(&self.what_if)
    }

    /// What each rule says, fired or not: what the metrics and GC traces of the bundle are judged by.
    #[must_use]
    pub fn judgements(&self) -> &[Judgement] {
        self.diagnosis.as_ref().map_or(&[], Diagnosis::judgements)
    }
}

/// What fixing all sites with at least a warning saves.
fn together(findings: &[Finding], pacing: &Pacing) -> Option<(usize, f64, Saving)> {
    let fixable = |finding: &&Finding| {
        let site = matches!(finding.kind, FindingKind::AllocationSite | FindingKind::PoolMisuse);
        site && finding.severity >= Severity::Warning
    };
    let fixable: Vec<&Finding> = findings.iter().filter(fixable).collect();
    let sum = |of: fn(&Finding) -> Option<f64>| fixable.iter().filter_map(|one| of(one)).sum::<f64>().min(1.0);
    let saving = pacing.saving(sum(|finding| finding.avoidable_bytes_fraction)).filter(|_| !fixable.is_empty())?;
    Some((fixable.len(), sum(|finding| finding.bytes_fraction), saving))
}

/// `GOGC` of a prediction; `None` when it is off.
fn gogc_percent(prediction: &Prediction) -> Option<u32> {
    match prediction.setting.gogc {
        gomem_gogc::Gogc::Percent(percent) => Some(percent),
        gomem_gogc::Gogc::Off => None,
    }
}

fn gogc_table(predictions: &[Prediction]) -> Result<Table, TableError> {
    let all = || predictions.iter();
    let mut columns = prediction_columns(&predictions.iter().collect::<Vec<_>>());
    columns[0] = Column::optional_int64("gogc", Unit::Percent, all().map(|found| gogc_percent(found).map(i64::from)));
    Table::new("gogc", columns)
}

/// Sites as a table: [`SITES_SCHEMA`]. What each would save is replayed through `model`.
///
/// # Errors
/// Never in practice: the columns are built to fit.
pub fn sites_table(sites: &[Site], model: Option<&GcModel>) -> Result<Table, TableError> {
    let base = model.map(|model| model.predict(model.base()));
    let savings: Vec<Option<Saving>> = sites
        .iter()
        .map(|site| {
            // A thousandth of the allocation is within every interval.
            let model = model.filter(|_| site.bytes_fraction >= 0.001)?;
            saving(model, base.as_ref()?, site.avoidable_bytes_fraction())
        })
        .collect();
    let all = || sites.iter();
    let saved = |of: fn(&Saving) -> f64| savings.iter().map(move |saving| saving.as_ref().map(of));
    let fraction = |name, of: fn(&Site) -> f64| Column::float64(name, Unit::Fraction, all().map(of).collect());
    Table::new(
        SITES_SCHEMA.name,
        vec![
            Column::strings("function", all().map(|site| &site.place.function)),
            Column::strings(
                "package",
                all().map(|site| gomem_symbol::Symbol::decode(&site.place.function).package().to_owned()),
            ),
            Column::strings("file", all().map(|site| &site.place.file)),
            Column::int64("line", Unit::None, all().map(|site| site.place.line).collect()),
            Column::int64("bytes", Unit::Bytes, all().map(|site| site.bytes).collect()),
            Column::int64("objects", Unit::Count, all().map(|site| site.objects).collect()),
            fraction("bytes_fraction", |site| site.bytes_fraction),
            Column::optional_float64("mean_object_bytes", Unit::Bytes, all().map(Site::mean_object_bytes)),
            Column::int64("inuse_bytes", Unit::Bytes, all().map(|site| site.inuse_bytes).collect()),
            fraction("inuse_fraction", |site| site.inuse_fraction),
            Column::optional_strings("cause", all().map(|site| site.cause().map(gomem_escape::Cause::name))),
            Column::optional_strings(
                "certainty",
                all().map(|site| site.certainty().map(gomem_escape::Certainty::name)),
            ),
            Column::optional_strings("compiler_message", all().map(Site::compiler_message)),
            Column::optional_strings("explanation", all().map(|site| site.explanation)),
            Column::optional_strings(
                "inlined_into",
                all().map(|site| site.inlined_into.as_ref().map(|place| place.function.clone())),
            ),
            Column::strings(
                "charged_to",
                all().map(|site| format!("{}:{}", site.charged_to.file, site.charged_to.line)),
            ),
            Column::optional_strings("advice", all().map(Site::advice)),
            Column::bool("pool_candidate", all().map(Site::is_pool_candidate).collect()),
            Column::optional_float64(
                "gc_cycles_saved_fraction",
                Unit::Fraction,
                saved(|saving| saving.gc_cycles.value),
            ),
            Column::optional_float64(
                "gc_cycles_saved_fraction_low",
                Unit::Fraction,
                saved(|saving| saving.gc_cycles.low),
            ),
            Column::optional_float64(
                "gc_cycles_saved_fraction_high",
                Unit::Fraction,
                saved(|saving| saving.gc_cycles.high),
            ),
            Column::optional_float64("gc_cpu_saved_fraction", Unit::Fraction, saved(|saving| saving.gc_cpu.value)),
            Column::optional_float64("gc_cpu_saved_fraction_low", Unit::Fraction, saved(|saving| saving.gc_cpu.low)),
            Column::optional_float64("gc_cpu_saved_fraction_high", Unit::Fraction, saved(|saving| saving.gc_cpu.high)),
            Column::optional_strings("reason", all().map(|site| site.reason.map(crate::Reason::name))),
            Column::optional_strings(
                "reason_confidence",
                all().map(|site| site.reason_confidence.map(gomem_finding::Confidence::name)),
            ),
        ],
    )
}

/// The version of the JSON: it counts up when a field goes or changes its meaning, not when one is added.
const SCHEMA_VERSION: u32 = 1;

/// The table of [`Report::sites_table`].
pub const SITES_SCHEMA: Schema = Schema {
    name: "sites",
    order: "by falling bytes, then by function, file and line",
    columns: &[
        text_spec("function", None, "the function that allocates"),
        text_spec("package", None, "its package"),
        text_spec("file", None, "its file"),
        number_spec("line", Kind::Int64, Unit::None, None, "its line"),
        number_spec("bytes", Kind::Int64, Unit::Bytes, None, "bytes allocated over the program's life"),
        number_spec("objects", Kind::Int64, Unit::Count, None, "objects allocated over the program's life"),
        number_spec("bytes_fraction", Kind::Float64, Unit::Fraction, None, "share of all bytes allocated"),
        number_spec("mean_object_bytes", Kind::Float64, Unit::Bytes, Some("no objects"), "bytes of one object"),
        number_spec("inuse_bytes", Kind::Int64, Unit::Bytes, None, "bytes in use when the profile was taken"),
        number_spec("inuse_fraction", Kind::Float64, Unit::Fraction, None, "share of all bytes in use"),
        text_spec("cause", Some("no decision of the compiler"), "the compiler's reason"),
        text_spec("certainty", Some("no decision of the compiler"), "whether the compiler's word means an allocation"),
        text_spec("compiler_message", Some("no decision of the compiler"), "the compiler's line"),
        text_spec("explanation", Some("the compiler explains it"), "why it allocates, for want of a decision"),
        text_spec("inlined_into", Some("not inlined"), "the function it was inlined into, the outermost"),
        text_spec("charged_to", None, "the nearest line of the user's own code"),
        text_spec("advice", Some("nothing to advise"), "what to do"),
        number_spec("pool_candidate", Kind::Bool, Unit::None, None, "whether a sync.Pool would pay"),
        saved_spec("gc_cycles_saved_fraction", "share of GC cycles saved without the site"),
        saved_spec("gc_cycles_saved_fraction_low", "lower end, 90 %"),
        saved_spec("gc_cycles_saved_fraction_high", "upper end, 90 %"),
        saved_spec("gc_cpu_saved_fraction", "share of available CPU saved without the site"),
        saved_spec("gc_cpu_saved_fraction_low", "lower end, 90 %"),
        saved_spec("gc_cpu_saved_fraction_high", "upper end, 90 %"),
        text_spec("reason", Some("nothing tells"), "why it allocates: the compiler's cause, or what no log reports"),
        text_spec("reason_confidence", Some("nothing tells"), "how sure the reason is"),
    ],
};

const fn text_spec(name: &'static str, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::Text, unit: Unit::None, null, doc }
}

const fn number_spec(
    name: &'static str,
    kind: Kind,
    unit: Unit,
    null: Option<&'static str>,
    doc: &'static str,
) -> ColumnSpec {
    ColumnSpec { name, kind, unit, null, doc }
}

const fn saved_spec(name: &'static str, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::Float64, unit: Unit::Fraction, null: Some("no model, or a share below 0.1 %"), doc }
}
