//! The whole answer.

use std::sync::Arc;

use gomem_bench::BenchmarkMedian;
use gomem_finding::Severity;
use gomem_gogc::{GcModel, Prediction};
use gomem_heap::Heap;
use gomem_metrics::{Component, Diagnosis, GcTrace, GoState, Judgement, Verdict, Waterfall, WaterfallPart};
use gomem_table::{Row, ToTable, View};
use gomem_trace::Trace;

use crate::{
    attribution::{Site, assumptions, join_trace, latest_sites, predict_savings},
    benchmark::BenchmarkLine,
    bundle::{Bundle, Contents, HeapProfile, Remark, UnusedFile},
    findings::{
        Aside, Finding, FindingKind, LineCost, LiveHeap, asides, diagnose, find, growing_sites, is_leaking, line_costs,
    },
    pacing::{Pacing, Saving, saving},
    report::{
        benchmark_results::BenchmarkResults,
        overview::Overview,
        source_view::{SourceLimits, SourceView},
    },
};

/// The whole answer: what allocates, why, what it costs, what to change.
#[derive(Debug, Clone)]
pub struct Report {
    name: String,
    overview: Overview,
    findings: Vec<Finding>,
    sites: Vec<Site>,
    model: Option<GcModel>,
    gogc_today: Option<Prediction>,
    gogc: Vec<Prediction>,
    together: Option<(usize, f64, Saving)>,
    state: GoState,
    waterfall: Waterfall,
    gctrace: Option<Arc<GcTrace>>,
    execution_trace: Option<Arc<Trace>>,
    latest_heap: Option<HeapProfile>,
    heap_dump: Option<Arc<Heap>>,
    benchmarks: BenchmarkResults,
    diagnosis: Option<Diagnosis>,
    asides: Vec<Aside>,
    sources: Option<SourceView>,
    contents: Vec<(String, Contents)>,
    unused_files: Vec<UnusedFile>,
    remarks: Vec<Remark>,
}

/// How a report is made.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// use gomem_postmortem::{Report, ReportOptions, SourceLimits};
///
/// let options = ReportOptions::default().with_source_limits(SourceLimits::default());
/// assert_eq!(Report::from_bundle_with(&bundle, options).name(), "incident");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReportOptions {
    /// How much of the bundle's sources it holds.
    pub source_limits: SourceLimits,
}

impl ReportOptions {
    /// Says how much of the bundle's sources it holds.
    #[must_use]
    pub const fn with_source_limits(mut self, source_limits: SourceLimits) -> Self {
        self.source_limits = source_limits;
        self
    }
}

impl Report {
    /// Its tables.
    pub const TABLES: &'static [View<Self>] = &[
        View::new(Finding::schema, |report| report.findings.to_table()),
        View::new(Site::schema, |report| report.sites.to_table()),
        View::new(LineCost::schema, |report| line_costs(&report.sites).to_table()),
        View::new(Prediction::schema, |report| report.gogc.to_table()),
        View::new(Judgement::schema, |report| report.rules().to_table()),
        View::new(WaterfallPart::schema, |report| report.waterfall.to_table()),
        View::new(BenchmarkMedian::schema, |report| report.benchmarks().to_table()),
        View::new(BenchmarkLine::schema, |report| report.benchmark_lines().to_table()),
    ];

    /// Joins all that a bundle holds.
    ///
    /// ```
    /// # let log = b"# p\n./a.go:1:2: x escapes to heap\n".to_vec();
    /// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
    /// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
    /// let report = gomem_postmortem::Report::from_bundle(&bundle);
    /// assert_eq!(report.findings()[0].kind.name(), "printed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_bundle(bundle: &Bundle) -> Self {
        Self::from_bundle_with(bundle, ReportOptions::default())
    }

    /// The same, with options.
    #[must_use]
    pub fn from_bundle_with(bundle: &Bundle, options: ReportOptions) -> Self {
        let state: GoState = bundle.metrics().state();
        let pacing = Pacing::fit(bundle, &state);
        let (mut sites, std) = latest_sites(bundle);
        if let Ok(pacing) = &pacing {
            predict_savings(&mut sites, &pacing.model);
        }
        if let Some(trace) = bundle.execution_trace() {
            join_trace(&mut sites, trace);
        }
        let live = LiveHeap::from_state(&state);
        let diagnosis = diagnose(bundle, &state);
        let growing = growing_sites(bundle, &state, &sites, diagnosis.as_ref().is_some_and(is_leaking));
        let findings = find((bundle, &state), &sites, &growing, live.as_ref(), pacing.as_ref(), diagnosis.as_ref());
        let overview = Overview::new(bundle, &state, pacing.as_ref());
        let is_told = |aside: &Aside| findings.iter().any(|finding| finding.rules.contains(&aside.rule));
        let mut asides = diagnosis.as_ref().map(asides).unwrap_or_default();
        asides.retain(|aside| !is_told(aside));
        let pacing = pacing.ok();
        let sources = SourceView::new(bundle, &findings, options.source_limits);
        let benchmarks = BenchmarkResults::new(bundle);
        let about_sources: Vec<Remark> = sources.iter().filter_map(SourceView::remark).collect();
        Self {
            name: bundle.name().to_owned(),
            overview,
            together: pacing.as_ref().and_then(|pacing| together(&findings, pacing)),
            findings,
            sites,
            model: pacing.as_ref().map(|pacing| pacing.model.clone()),
            gogc_today: pacing.as_ref().map(|pacing| pacing.base.clone()),
            gogc: pacing.map(|pacing| pacing.gogc).unwrap_or_default(),
            waterfall: state.waterfall(),
            state,
            gctrace: bundle.gctrace.clone(),
            execution_trace: bundle.execution_trace.clone(),
            latest_heap: bundle.latest_heap().cloned(),
            heap_dump: bundle.heap_dump.clone(),
            asides,
            diagnosis,
            contents: bundle.contents().to_vec(),
            unused_files: bundle.unused_files().to_vec(),
            remarks: [bundle.remarks(), &assumptions(bundle, std), &about_sources, &benchmarks.remarks].concat(),
            benchmarks,
            sources,
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
    pub fn gogc_today(&self) -> Option<&Prediction> {
        self.gogc_today.as_ref()
    }

    /// What other settings of GOGC would do.
    #[must_use]
    pub fn gogc(&self) -> &[Prediction] {
        &self.gogc
    }

    /// What fixing all lines saves that allocate themselves and have at least a warning: how many findings they are, their share
    /// of all bytes, and the saving. `None` for fewer than two.
    #[must_use]
    pub fn together(&self) -> Option<(usize, f64, Saving)> {
        self.together
    }

    /// What allocating this share of all bytes less would save; `None` without a model.
    #[must_use]
    pub fn saving(&self, fraction: f64) -> Option<Saving> {
        saving(self.model.as_ref()?, self.gogc_today.as_ref()?, fraction)
    }

    /// What the rules say of the metrics and GC traces; `None` when there are none.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.diagnosis.as_ref()
    }

    /// What each rule says of the metrics and GC traces, fired or not.
    #[must_use]
    pub fn rules(&self) -> &[Judgement] {
        self.diagnosis.as_ref().map_or(&[], Diagnosis::judgements)
    }

    /// Rules that fired without being worth a finding.
    #[must_use]
    pub fn asides(&self) -> &[Aside] {
        &self.asides
    }

    /// What the rules say that could not judge: what there is too little of, and what would let them.
    pub fn unjudged(&self) -> impl Iterator<Item = &Judgement> {
        let is_open =
            |judgement: &&Judgement| matches!(judgement.verdict, Verdict::Insufficient | Verdict::NotEvaluable);
        self.rules().iter().filter(is_open)
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

    /// The execution trace.
    #[must_use]
    pub fn execution_trace(&self) -> Option<&Trace> {
        self.execution_trace.as_deref()
    }

    /// The heap profile that the sites are of.
    #[must_use]
    pub fn latest_heap(&self) -> Option<&HeapProfile> {
        self.latest_heap.as_ref()
    }

    /// The heap dump or the core: who keeps what.
    #[must_use]
    pub fn heap_dump(&self) -> Option<&Heap> {
        self.heap_dump.as_deref()
    }

    /// What the benchmarks come to, unit by unit, in the order of the outputs.
    #[must_use]
    pub fn benchmarks(&self) -> &[BenchmarkMedian] {
        &self.benchmarks.medians
    }

    /// At which lines the benchmarks allocate for each operation, by the latest heap profile. Those whose lines are not known are
    /// among the [`remarks`](Self::remarks).
    #[must_use]
    pub fn benchmark_lines(&self) -> &[BenchmarkLine] {
        &self.benchmarks.lines
    }

    /// Where the memory is, at every moment that the metrics tell of.
    #[must_use]
    pub fn waterfall(&self) -> &Waterfall {
        &self.waterfall
    }

    /// The last moment's memory by its parts, of the first program if there are several; `None` without metrics.
    #[must_use]
    pub fn memory_now(&self) -> Option<(i64, Vec<(Component, f64)>)> {
        let now = self.waterfall.at(None);
        let first = now.parts().first()?;
        let of_one = now.parts().iter().filter(|part| part.target == first.target);
        Some((first.time_ms, of_one.map(|part| (part.component, part.bytes)).collect()))
    }

    /// The sources of what the findings are about; `None` where the bundle has none.
    #[must_use]
    pub fn sources(&self) -> Option<&SourceView> {
        self.sources.as_ref()
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
    pub fn unused_files(&self) -> &[UnusedFile] {
        &self.unused_files
    }

    /// How many files of the bundle were used.
    #[must_use]
    pub fn files(&self) -> usize {
        self.contents.iter().map(|(name, _)| name).collect::<foldhash::HashSet<_>>().len()
    }

    /// The most severe finding's severity; `None` without a finding.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// What fixing all lines saves that allocate themselves and have at least a warning.
fn together(findings: &[Finding], pacing: &Pacing) -> Option<(usize, f64, Saving)> {
    let fixable = |finding: &&Finding| {
        let site = matches!(finding.kind, FindingKind::AllocationSite | FindingKind::PoolMisuse);
        site && finding.severity >= Severity::Warning
    };
    let fixable: Vec<&Finding> = findings.iter().filter(fixable).collect();
    let sum = |of: fn(&Finding) -> Option<f64>| fixable.iter().filter_map(|one| of(one)).sum::<f64>().min(1.0);
    let saving = pacing.saving(sum(|finding| finding.avoidable_bytes_fraction)).filter(|_| fixable.len() > 1)?;
    Some((fixable.len(), sum(|finding| finding.bytes_fraction), saving))
}
