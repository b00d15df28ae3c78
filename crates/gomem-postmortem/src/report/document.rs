//! A report, read back from its JSON.

use gomem_finding::{Confidence, Severity};
use gomem_metrics::Verdict;
use serde::{Deserialize, Serialize};

use crate::report::json::SCHEMA_VERSION;

/// A report, read back from its JSON: what [`Report::to_json`](crate::Report::to_json) writes, field by field.
///
/// A version of gomem may add fields, kinds and rules. Fields that are not known here are passed over, and kinds and rules
/// are text: `kind.parse::<FindingKind>()` tells the known ones.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: x escapes to heap\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let json = gomem_postmortem::Report::from_bundle(&bundle).to_json();
/// let report = gomem_postmortem::ReportDocument::parse(&json)?;
/// assert_eq!(report.bundle, "incident");
/// for finding in &report.findings {
///     println!("{}. {}: {}", finding.rank, finding.severity, finding.title);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportDocument {
    /// The version of the JSON.
    pub schema_version: u32,
    /// The version of gomem that wrote it.
    pub gomem_version: String,
    /// The bundle's name.
    pub bundle: String,
    /// The run in numbers.
    pub overview: OverviewDocument,
    /// What to do, what costs most first.
    pub findings: Vec<FindingDocument>,
    /// What each place allocates, and why, by falling bytes.
    pub sites: Vec<SiteDocument>,
    /// What each line of the user's own allocates, by falling bytes.
    pub lines: Vec<LineDocument>,
    /// What each rule says.
    pub rules: Vec<RuleDocument>,
    /// Where the memory is at the last moment.
    pub waterfall: Vec<PartDocument>,
    /// What other settings of `GOGC` would do.
    pub gogc: Vec<PredictionDocument>,
    /// The functions that findings are about, line by line, where sources were given.
    #[serde(default)]
    pub sources: Vec<SourceDocument>,
    /// What the benchmarks come to.
    #[serde(default)]
    pub benchmarks: Vec<BenchmarkDocument>,
    /// At which lines the benchmarks allocate for each operation.
    #[serde(default)]
    pub benchmark_lines: Vec<BenchmarkLineDocument>,
    /// How many files were used.
    pub files: u64,
    /// Files that were used with a reservation.
    pub remarks: Vec<RemarkDocument>,
    /// Files that were not used.
    pub unused_files: Vec<UnusedFileDocument>,
}

/// Why JSON is no report.
///
/// ```
/// use gomem_postmortem::ReportDocument;
///
/// assert!(ReportDocument::parse("{}").is_err());
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is no JSON, or a field of it is missing or of another type; the message says where.
    #[error("not a report of gomem: {0}")]
    Json(#[from] serde_json::Error),
    /// A field may have another meaning there.
    #[error(
        "the report has schema version {found}, and this gomem reads version {SCHEMA_VERSION}: use the gomem that wrote it"
    )]
    Version {
        /// The version it has.
        found: u32,
    },
}

impl ReportDocument {
    /// Reads a report.
    ///
    /// # Errors
    /// When it is no report, or one of another schema version.
    pub fn parse(json: &str) -> Result<Self, DocumentError> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Head {
            schema_version: u32,
        }
        let head: Head = serde_json::from_str(json)?;
        if head.schema_version != SCHEMA_VERSION {
            return Err(DocumentError::Version { found: head.schema_version });
        }
        Ok(serde_json::from_str(json)?)
    }
}

/// Declares a row of a report's table: its fields are the columns that `docs/reference/tables.md` explains.
macro_rules! document {
    ($doc:literal $name:ident { $($field:ident: $type:ty,)+ }) => {
        #[doc = $doc]
        #[doc = ""]
        #[doc = "Its fields are the columns of the table of the same name."]
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub struct $name {
            $(pub $field: $type,)+
        }
    };
}

document!("The run in numbers." OverviewDocument {
    go_version: Option<String>,
    program: Option<String>,
    build_id: Option<String>,
    start: Option<String>,
    end: Option<String>,
    seconds: Option<f64>,
    gc_cycles: Option<f64>,
    gc_seconds: Option<f64>,
    gc_source: Option<String>,
    gogc_percent: Option<i64>,
    gogc_is_off: Option<bool>,
    alloc_bytes: Option<f64>,
    mallocs: Option<f64>,
    gc_cpu_fraction: Option<f64>,
    malloc_cpu_fraction: Option<f64>,
    peak_resident_bytes: Option<f64>,
    goroutines: Option<f64>,
});

document!("A finding." FindingDocument {
    rank: u64,
    severity: Severity,
    kind: String,
    place: Option<String>,
    bytes_fraction: Option<f64>,
    cause: Option<String>,
    gc_cycles_saved_fraction: Option<f64>,
    gc_cycles_saved_fraction_low: Option<f64>,
    gc_cycles_saved_fraction_high: Option<f64>,
    gc_cpu_saved_fraction: Option<f64>,
    gc_cpu_saved_fraction_low: Option<f64>,
    gc_cpu_saved_fraction_high: Option<f64>,
    saving_is_upper_bound: Option<bool>,
    confidence: Confidence,
    title: String,
    action: String,
    summary: String,
    bytes: Option<i64>,
    objects_fraction: Option<f64>,
    compiler_message: Option<String>,
    evidence: Vec<EvidenceDocument>,
    confounders: Vec<String>,
    rules: Vec<String>,
    missing: Vec<String>,
    function: Option<String>,
    file: Option<String>,
    line: Option<i64>,
});

document!("A number behind a finding." EvidenceDocument {
    quantity: String,
    source: String,
    threshold: Option<f64>,
    unit: String,
    value: Option<f64>,
});

document!("What a place allocates, and why." SiteDocument {
    place: String,
    short_function: String,
    own_place: String,
    bytes_fraction: f64,
    reason: Option<String>,
    reason_confidence: Option<Confidence>,
    cause: Option<String>,
    certainty: Option<String>,
    bytes: i64,
    objects: i64,
    mean_object_bytes: Option<f64>,
    inuse_bytes: i64,
    inuse_fraction: f64,
    gc_cycles_saved_fraction: Option<f64>,
    gc_cycles_saved_fraction_low: Option<f64>,
    gc_cycles_saved_fraction_high: Option<f64>,
    gc_cpu_saved_fraction: Option<f64>,
    gc_cpu_saved_fraction_low: Option<f64>,
    gc_cpu_saved_fraction_high: Option<f64>,
    assist_seconds: Option<f64>,
    assist_max_seconds: Option<f64>,
    trigger_count: Option<i64>,
    assist_task: Option<String>,
    pool_candidate: bool,
    compiler_message: Option<String>,
    explanation: Option<String>,
    advice: Option<String>,
    charged_to: String,
    inlined_into: Option<String>,
    function: String,
    package: String,
    file: String,
    line: i64,
});

document!("What a line of the user's own allocates, itself or by a call." LineDocument {
    place: String,
    callee: Option<String>,
    bytes_fraction: f64,
    reason: Option<String>,
    reason_fraction: f64,
    bytes: i64,
    objects: i64,
    inuse_bytes: i64,
    assist_seconds: Option<f64>,
    assist_max_seconds: Option<f64>,
    trigger_count: Option<i64>,
    assist_task: Option<String>,
    advice: Option<String>,
    function: String,
    file: String,
    line: i64,
});

document!("What a rule says." RuleDocument {
    rule: String,
    verdict: Verdict,
    severity: Severity,
    confidence: Confidence,
    start: Option<String>,
    end: Option<String>,
    summary: String,
    action: String,
    evidence: Vec<RuleEvidenceDocument>,
    missing: Vec<String>,
    confounders: Vec<String>,
});

document!("A number behind what a rule says." RuleEvidenceDocument {
    quantity: String,
    threshold: Option<f64>,
    unit: String,
    value: Option<f64>,
});

document!("A part of the memory." PartDocument {
    target: String,
    time: String,
    component: String,
    bytes: f64,
    fraction: f64,
});

document!("What a setting of `GOGC` would do; `gogc` is none for off." PredictionDocument {
    gogc: Option<i64>,
    memory_limit_bytes: Option<i64>,
    gc_cycles: Option<f64>,
    gc_cycles_low: Option<f64>,
    gc_cycles_high: Option<f64>,
    peak_heap_bytes: Option<f64>,
    peak_heap_bytes_low: Option<f64>,
    peak_heap_bytes_high: Option<f64>,
    gc_cpu_fraction: Option<f64>,
    gc_cpu_fraction_low: Option<f64>,
    gc_cpu_fraction_high: Option<f64>,
    effective_gogc: Option<f64>,
    effective_gogc_low: Option<f64>,
    effective_gogc_high: Option<f64>,
    refusal: Option<String>,
    warning: Option<String>,
});

document!("A function that findings are about, line by line." SourceDocument {
    function: String,
    file: Option<String>,
    findings: Vec<u64>,
    sample_type: String,
    unit: String,
    flat: Option<i64>,
    cum: Option<i64>,
    lines: Vec<SourceLineDocument>,
    source: Option<String>,
    note: Option<String>,
});

document!("A line, and what it costs." SourceLineDocument {
    line: i64,
    text: Option<String>,
    flat: Option<i64>,
    cum: Option<i64>,
    bytes: Option<i64>,
    objects: Option<i64>,
    decisions: Vec<DecisionDocument>,
});

document!("What the compiler decided on a line." DecisionDocument {
    subject: String,
    message: String,
    cause: String,
    certainty: String,
    inlined_from: Vec<String>,
    advice: String,
    column: Option<i64>,
});

document!("What the runs of a benchmark come to, in one unit." BenchmarkDocument {
    benchmark: String,
    unit: String,
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
    runs: i64,
    package: String,
});

document!("What a benchmark allocates at a line for each operation." BenchmarkLineDocument {
    benchmark: String,
    place: String,
    callee: Option<String>,
    allocs: f64,
    bytes: f64,
    reason: Option<String>,
    compiler_message: Option<String>,
    package: String,
    function: String,
    file: String,
    line: i64,
    site_function: String,
    site_place: String,
});

document!("A file that was used with a reservation." RemarkDocument {
    name: String,
    text: String,
});

document!("A file that was not used." UnusedFileDocument {
    name: String,
    reason: String,
});
