//! One thing to do, with its evidence.

use gomem_escape::Cause;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::Rule;
use gomem_table::{Definition, Row, Unit, named};

use crate::{attribution::Place, pacing::Saving};

/// One thing to do, with its evidence.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let report = gomem_postmortem::Report::from_bundle(&bundle);
/// use gomem_postmortem::FindingKind;
///
/// let finding = &report.findings()[0];
/// assert_eq!((finding.rank, finding.kind), (1, FindingKind::Printed));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    /// Its place among all: 1 is first.
    pub rank: usize,
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
    /// Why fixing it saves no GC cycles, when it is about bytes that stay.
    pub(crate) kept: Option<Kept>,
    /// The share of all bytes in use, when it is about bytes that stay.
    pub(crate) inuse_fraction: Option<f64>,
}

/// Why bytes are no garbage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Most of them are in use.
    InUse,
    /// They leak, which is a finding of its own.
    ByLeak,
}

/// What a finding is about.
///
/// ```
/// assert_eq!(gomem_postmortem::FindingKind::Leak.name(), "leak");
/// ```
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
    /// How the program died.
    Crash,
    /// Who keeps the most of the heap, by a heap dump.
    RetainedBy,
    /// Small slices and strings that keep large buffers alive.
    Window,
    /// A map that was much larger once.
    EmptiedMap,
    /// Goroutines that keep much.
    BlockedGoroutines,
    /// Dead objects that wait for their finalizer.
    FinalizerQueue,
    /// Tasks whose time goes into helping the garbage collector, by an execution trace.
    AssistLatency,
    /// Stops of the world that only measuring asked for.
    StwByMeasuring,
    /// What a tool printed, as it was pasted.
    Printed,
}

impl Finding {
    pub(crate) fn new(kind: FindingKind, severity: Severity, title: String) -> Self {
        Self {
            rank: 0,
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
            kept: None,
            inuse_fraction: None,
        }
    }

    /// What decides the order among findings of one severity: the share of bytes, where there is one. What is wrong with
    /// the inputs comes before what they say, then what kills the service, and a leak without a place, before any share.
    pub(crate) fn weight(&self) -> f64 {
        let kills = [
            Rule::GcOff,
            Rule::ContainerOomRisk,
            Rule::LimiterActive,
            Rule::MemlimitThrash,
            Rule::RestartLoop,
            Rule::HeapProfileBlind,
        ];
        match self.kind {
            FindingKind::Crash => 4.0,
            FindingKind::Runtime if self.rules.iter().any(|rule| kills.contains(rule)) => 2.5,
            FindingKind::Mismatch => 3.0,
            FindingKind::Leak => self.bytes_fraction.unwrap_or(2.0),
            // What was given is looked at before what nobody asked for.
            FindingKind::Printed => 1.0,
            FindingKind::Gogc => -1.0,
            FindingKind::MissingInput => -2.0,
            // What takes most of the memory is looked at before what is made and thrown away, and what can be changed first.
            _ => {
                let share = self.bytes_fraction.unwrap_or(0.0).max(self.inuse_fraction.unwrap_or(0.0));
                if self.action.is_empty() { NOTHING_TO_DO * share } else { share }
            }
        }
    }

    pub(crate) fn is_about_log(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.source == "escape log")
    }
}

named!(FindingKind {
    Leak "leak",
    PoolMisuse "pool_misuse",
    AllocationSite "allocation_site",
    Call "call",
    Background "background",
    Gogc "gogc",
    MissingInput "missing_input",
    Runtime "runtime",
    Mismatch "mismatch",
    Crash "crash",
    RetainedBy "retained_by",
    Window "window",
    EmptiedMap "emptied_map",
    BlockedGoroutines "blocked_goroutines",
    FinalizerQueue "finalizer_queue",
    AssistLatency "assist_latency",
    StwByMeasuring "stw_by_measuring",
    Printed "printed",
});

impl Row for Finding {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("findings", "what costs most first")
            .about("what to do, with its evidence")
            .int64("rank", Unit::Count, "1 is first", |finding: &&'a Self| finding.rank as i64)
            .category("severity", Severity::NAMES, "how much it matters", |finding| finding.severity as u32)
            .category("kind", FindingKind::NAMES, "what it is about", |finding| finding.kind as u32)
            .optional_string("place", WHOLE, "where, in short: `store/sessions.go:43`", |finding| {
                finding.place.as_ref().map(Place::short)
            })
            .optional_float64(
                "bytes_fraction",
                Unit::Fraction,
                NO_BYTES,
                "share of all bytes allocated, for a leak of those in use",
                |finding| finding.bytes_fraction,
            )
            .optional_category("cause", Cause::NAMES, NOT_LOGGED, "the compiler's reason", |finding| {
                finding.cause.map(|cause| cause as u32)
            })
            .embed(Saving::columns(NO_MODEL), |finding| finding.saving)
            .optional_bool(
                "saving_is_upper_bound",
                NO_MODEL,
                "whether it is what a fix saves at most, since not all of the bytes need be avoidable",
                |finding| finding.saving.map(|saving| saving.is_upper_bound),
            )
            .category("confidence", Confidence::NAMES, "how sure it is", |finding| finding.confidence as u32)
            .text("title", "one line that says it", |finding: &&'a Self| &finding.title)
            .text("action", "what to do", |finding: &&'a Self| &finding.action)
            .text("summary", "what was seen", |finding: &&'a Self| &finding.summary)
            .optional_int64("bytes", Unit::Bytes, NO_BYTES, "bytes allocated, for a leak in use", |finding| {
                finding.bytes
            })
            .optional_float64(
                "objects_fraction",
                Unit::Fraction,
                "not about objects",
                "share of all objects allocated",
                |finding| finding.objects_fraction,
            )
            .optional_text("compiler_message", NOT_LOGGED, "the compiler's line", |finding: &&'a Self| {
                finding.compiler_message.as_deref()
            })
            .list("evidence", "the numbers behind it", Evidence::definition(), |finding: &&'a Self| &finding.evidence)
            .texts("confounders", "what else could explain it", |finding: &&'a Self| &finding.confounders)
            .texts("rules", "the rules that say it, of the metrics and GC traces", |finding: &&'a Self| {
                finding.rules.iter().map(|rule| rule.name())
            })
            .texts("missing", "metrics to enable, which would make it surer", |finding: &&'a Self| &finding.missing)
            .optional_text("function", WHOLE, "where: the function", |finding: &&'a Self| {
                finding.place.as_ref().map(Place::function)
            })
            .optional_text("file", WHOLE, "where: the file", |finding: &&'a Self| {
                finding.place.as_ref().map(Place::file)
            })
            .optional_int64("line", Unit::None, WHOLE, "where: the line", |finding| {
                finding.place.as_ref().map(|place| place.line)
            })
    }
}

gomem_table::serialize_rows!(Finding);

const WHOLE: &str = "it concerns the whole program";
const NO_BYTES: &str = "not about bytes";
const NOT_LOGGED: &str = "the compiler's log has none";
const NO_MODEL: &str = "no model: there was no usable GC trace, or it is not about allocation";
/// Of its share: what a finding weighs that asks for nothing.
const NOTHING_TO_DO: f64 = 0.1;
