//! What the rules say of the bundle's metrics and GC traces.

use foldhash::HashMap;
use gomem_finding::{Confidence, Severity};
use gomem_metrics::{DiagnoseOptions, Diagnosis, GoState, Judgement, Rule, Verdict};
use gomem_pprof::SiteGrowth;
use gomem_table::percent;

use crate::{
    attribution::{Place, Site},
    bundle::Bundle,
    findings::{
        finding::{Finding, FindingKind},
        gc::traced_gc::traced_gc,
        sentence::sentence,
    },
};

/// A rule that fired without being worth a finding.
///
/// ```
/// # let bytes = gomem_testkit::inflated("testdata/incidents/step_up.prom.gz");
/// use gomem_metrics::Rule;
/// use gomem_postmortem::{Artifact, Bundle, Report};
///
/// let scrapes = Artifact { name: "scrapes.prom".into(), bytes, modified_ms: None };
/// let report = Report::from_bundle(&Bundle::from_artifacts("incident", vec![scrapes]));
/// // Nothing is wrong with a step. Who looks at the charts wants to know of it.
/// assert_eq!(report.asides()[0].rule, Rule::StepChange);
/// assert!(report.asides()[0].summary.contains("from 33.9 MiB to 77.0 MiB"), "{}", report.asides()[0].summary);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aside {
    /// The rule.
    pub rule: Rule,
    /// What it saw, as a sentence.
    pub summary: String,
}

/// Asks all rules; `None` when there are neither metrics nor GC traces, nor an execution trace.
pub(crate) fn diagnose(bundle: &Bundle, state: &GoState) -> Option<Diagnosis> {
    let is_one_program = state.targets().windows(2).all(|pair| pair[0] == pair[1]);
    let state = match bundle.gctrace() {
        // What a node says of a container is no state of the program.
        Some(trace) if !state.has_program() => GoState::from_trace(trace, 0),
        Some(trace) if is_one_program => state.clone().with_trace(trace),
        _ => state.clone(),
    };
    let diagnosis = (state.rows() > 0).then(|| Diagnosis::from_state(&state, DiagnoseOptions::default()));
    match (diagnosis, bundle.execution_trace().map(traced_gc)) {
        (Some(diagnosis), Some(traced)) => Some(diagnosis.with_trace(&traced)),
        (None, Some(traced)) => Some(Diagnosis::from_trace(&traced)),
        (diagnosis, None) => diagnosis,
    }
}

/// What the rules say of the growth of the live heap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum HeapGrowth {
    Leaks,
    /// There is none, or it ends.
    None,
    /// So many times as much is allocated a second in the end: more work keeps more, and so does a leak that is worked on.
    WithLoad(f64),
    /// It grew, and more slowly of late: a leak is not told from what fills up then.
    Slows,
    NotKnown,
}

impl HeapGrowth {
    pub(crate) fn new(diagnosis: &Diagnosis) -> Self {
        let mut told = diagnosis.judgements().iter().filter(|told| told.rule == Rule::LiveHeapLeak).peekable();
        let Some(first) = told.peek().copied() else { return Self::NotKnown };
        if told.any(|told| told.verdict == Verdict::Fired) {
            return Self::Leaks;
        }
        let of = |quantity| first.evidence.iter().find(|evidence| evidence.quantity == quantity);
        match (first.verdict, of("alloc_rate_ratio"), of("latest_growth_fraction")) {
            (Verdict::Clear, ..) => Self::None,
            (Verdict::Insufficient, Some(load), _) => Self::WithLoad(load.value),
            (Verdict::Insufficient, None, Some(_)) => Self::Slows,
            _ => Self::NotKnown,
        }
    }
}

/// Whether the rules say that the live heap leaks.
pub(crate) fn is_leaking(diagnosis: &Diagnosis) -> bool {
    HeapGrowth::new(diagnosis) == HeapGrowth::Leaks
}

/// Whether the rules say that the number of goroutines does not grow.
pub(crate) fn goroutines_are_level(diagnosis: &Diagnosis) -> bool {
    let mut told = diagnosis.judgements().iter().filter(|told| told.rule == Rule::GoroutineLeak).peekable();
    told.peek().is_some() && told.all(|told| told.verdict == Verdict::Clear)
}

/// Whether the rules say so of all the time between two moments: a last minute says nothing of the hours before it.
pub(crate) fn goroutines_were_level(diagnosis: &Diagnosis, (begin_ms, end_ms): (i64, i64)) -> bool {
    let mut told = diagnosis.judgements().iter().filter(|told| told.rule == Rule::GoroutineLeak);
    // A profile is taken just before the first scrape, or after the last.
    let beside = end_ms.saturating_sub(begin_ms) / BESIDE;
    goroutines_are_level(diagnosis)
        && told.all(|told| told.start_ms <= begin_ms + beside && told.end_ms >= end_ms.saturating_sub(beside))
}

/// The rules that fired, as findings. What another finding tells already becomes a part of that one.
pub(crate) fn tell(fired: &[&Judgement], findings: &mut Vec<Finding>) {
    for told in fired.iter().filter(|told| is_worth_finding(told)) {
        let same = findings.iter_mut().find(|finding| match told.rule {
            Rule::LiveHeapLeak => finding.kind == FindingKind::Leak && finding.place.is_some(),
            Rule::LowGogc | Rule::MinHeapChurn => finding.kind == FindingKind::Gogc,
            // What the limit makes GC do is no second thing to look for.
            Rule::GcCpuHigh => finding.rules.contains(&Rule::MemlimitThrash),
            _ => false,
        });
        match same {
            Some(finding) => {
                if finding.kind != FindingKind::Leak {
                    finding.summary += &format!(" {}", sentence(&told.summary));
                }
                if finding.kind == FindingKind::Gogc {
                    finding.action.clone_from(&told.action);
                }
                finding.support(told);
            }
            None => findings.push(Finding::from_judgement(told)),
        }
    }
}

/// What to do about a live heap that grows where the profiles are there already, and no line grows in each of them. In a `young` program
/// that is no warning: what it builds up at its start grows so.
pub(crate) fn compare_profiles(bundle: &Bundle, sites: &[Site], is_young: bool, findings: &mut [Finding]) {
    let heaps = bundle.heaps();
    let most = heaps.iter().max_by_key(|heap| heap.inuse_bytes());
    let (Some(first), Some(most)) = (heaps.first(), most) else { return };
    let is_it = |finding: &&mut Finding| finding.rules.contains(&Rule::LiveHeapLeak) && finding.place.is_none();
    for finding in findings.iter_mut().filter(is_it).filter(|_| first.name != most.name) {
        finding.action = format!(
            "No line surely grows in each of the bundle's {} heap profiles: what grows is of many lines, or was let go before the last one. Compare the first \
             and the fullest: gomem diff {} {}. Where they lag behind the metrics, take them with /debug/pprof/heap?gc=1.",
            heaps.len(),
            first.name,
            most.name
        );
        if let Some((place, share)) = line_of_most(sites) {
            finding.summary += &format!(
                " Of what the latest heap profile has in use, {} is of {}, in {}: what keeps that comes first.",
                percent(share, 0),
                place.short(),
                place.short_function()
            );
        }
        if is_young && heaps.len() >= SiteGrowth::ENOUGH_PROFILES {
            finding.severity = Severity::Info;
            finding.confidence = Confidence::Low;
        }
    }
}

/// The line of the program that has most of what is in use, and its share.
fn line_of_most(sites: &[Site]) -> Option<(&Place, f64)> {
    let mut lines: HashMap<&Place, f64> = HashMap::default();
    for site in sites.iter().filter(|site| site.reached_from.is_none()) {
        *lines.entry(&site.charged_to).or_default() += site.inuse_fraction;
    }
    lines.into_iter().find(|(_, share)| *share > MOST)
}

/// What costs something; and where the memory is, if most of it is nothing that the other findings are about.
fn is_worth_finding(told: &Judgement) -> bool {
    let has = |quantity: &str| told.evidence.iter().any(|evidence| evidence.quantity == quantity);
    told.severity >= Severity::Warning
        || (told.rule == Rule::HeapProfileBlind && has("outside_bytes"))
        || (told.rule == Rule::ContainerOomRisk && has("growth_of_pages_bytes"))
}

/// That the program is idle, which is worth a finding where there is no other: no news is not told from nothing seen.
pub(crate) fn idle(fired: &[&Judgement]) -> Option<Finding> {
    fired.iter().find(|told| told.rule == Rule::PeriodicGcOnly).map(|told| Finding::from_judgement(told))
}

/// Rules that fired without being worth a finding.
pub(crate) fn asides(diagnosis: &Diagnosis) -> Vec<Aside> {
    let fired = diagnosis.judgements().iter();
    fired
        .filter(|told| told.verdict == Verdict::Fired && !is_worth_finding(told) && !told.rule.is_rule_of_thumb())
        .map(|told| Aside { rule: told.rule, summary: sentence(&told.summary) })
        .collect()
}

impl Finding {
    fn from_judgement(told: &Judgement) -> Self {
        let kind = match told.rule {
            Rule::LiveHeapLeak | Rule::GoroutineLeak | Rule::OffheapGrowth | Rule::FinalizerBacklog => {
                FindingKind::Leak
            }
            _ => FindingKind::Runtime,
        };
        let title = match told.rule {
            // What is good to know is no danger.
            Rule::ContainerOomRisk if told.severity == Severity::Info => {
                "What grows in the container is not what the program holds"
            }
            rule => rule.finds().trim_end_matches('.'),
        };
        let title = title.to_owned();
        let mut finding = Self::new(kind, Severity::Info, title);
        finding.summary = sentence(&told.summary);
        finding.action = told.action.clone();
        finding.confidence = Confidence::Low;
        finding.support(told);
        finding
    }

    /// A rule says the same: its numbers speak for the finding too.
    fn support(&mut self, told: &Judgement) {
        self.severity = self.severity.max(told.severity);
        // Of the place of a leak a rule knows nothing.
        let is_place = self.kind == FindingKind::Leak && self.place.is_some();
        if !is_place {
            self.confidence = self.confidence.max(told.confidence);
        }
        let evidence = told.evidence.iter().cloned();
        self.evidence.extend(evidence.map(|evidence| evidence.with_source(told.rule.name())));
        self.confounders.extend(told.confounders.iter().copied().map(str::to_owned));
        self.missing.extend(&told.missing);
        self.rules.push(told.rule);
    }
}

/// Of what is in use.
const MOST: f64 = 0.5;
/// A part of the time between two profiles.
const BESIDE: i64 = 10;
