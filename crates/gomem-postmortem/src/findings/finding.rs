//! One thing to do, with its evidence.

use gomem_escape::Cause;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::Rule;
use gomem_table::{Column, ColumnSpec, Kind, Schema, StringPoolBuilder, Table, TableError, Unit, Values};

use crate::{attribution::Place, pacing::Saving};

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
    /// The share of all bytes allocated that the usual fix saves.
    pub avoidable_bytes_fraction: Option<f64>,
    /// The share of objects allocated.
    pub objects_fraction: Option<f64>,
    /// The compiler's reason.
    pub cause: Option<Cause>,
    /// The compiler's line.
    pub compiler_message: Option<String>,
    /// What fixing it saves.
    pub saving: Option<Saving>,
    /// How sure it is.
    pub confidence: Confidence,
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
    /// A line that allocates much itself.
    AllocationSite,
    /// A call in which much is allocated.
    Call,
    /// A goroutine that allocates much, without a line of the program on its stack.
    Background,
    /// What another GOGC would do.
    Gogc,
    /// An input that is not there, and what it would tell.
    MissingInput,
    /// What a rule sees in the metrics, or in the GC trace.
    Runtime,
    /// Inputs that are not of one program, or not of one build.
    Mismatch,
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
            avoidable_bytes_fraction: None,
            objects_fraction: None,
            cause: None,
            compiler_message: None,
            saving: None,
            confidence: Confidence::High,
            evidence: Vec::new(),
            confounders: Vec::new(),
            rules: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// What decides the order among findings of one severity: the share of bytes, where there is one. What is wrong with
    /// the inputs comes before what they say, and a leak without a place before any share.
    pub(crate) fn weight(&self) -> f64 {
        match self.kind {
            FindingKind::Mismatch => 3.0,
            FindingKind::Leak => self.bytes_fraction.unwrap_or(2.0),
            FindingKind::Gogc => -1.0,
            FindingKind::MissingInput => -2.0,
            _ => self.bytes_fraction.unwrap_or(0.0),
        }
    }

    pub(crate) fn is_about_log(&self) -> bool {
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
                Column::strings("confidence", all().map(|finding| finding.confidence.name())),
                Column::list("evidence", Unit::None, offsets, Values::Struct(evidence)),
                Column::strings("confounders", all().map(|finding| finding.confounders.join("; "))),
            ],
        )
    }
}

impl FindingKind {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &[
        "leak",
        "pool_misuse",
        "allocation_site",
        "call",
        "background",
        "gogc",
        "missing_input",
        "runtime",
        "mismatch",
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

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
