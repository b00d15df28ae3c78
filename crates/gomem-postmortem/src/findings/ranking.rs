//! All findings, what costs most first.

use gomem_finding::{Confidence, Severity};
use gomem_gogc::{Gogc, Interval};
use gomem_metrics::{Diagnosis, GoState, Judgement, Quantity, Rule};
use gomem_table::{Unit, percent};

use crate::{
    attribution::Site,
    bundle::{Bundle, HeapProfile},
    findings::{
        allocation::{charged::allocations, start::Start},
        consistency::settle,
        cost::Cost,
        finding::{Finding, FindingKind, Kept},
        gc::{
            ended_runs::grew_until_ended, execution_trace, few_cycles::few_cycles, fixed_goal::fixed_goal, judgements,
            live_swings, mark_cost, no_gc_since::no_gc_since,
        },
        goroutine::{
            bursts,
            ended::ended_goroutines,
            goroutines::{self, GoroutineCount},
            stuck_lock::stuck_lock,
        },
        growth::GrowingSite,
        leak::{
            between::Between,
            kept_together::KeptTogether,
            leak::{leak, leaking},
            let_go::LetGo,
        },
        live_heap::LiveHeap,
        mismatch,
        moment::{few_readings::few_readings, heap_dump, snapshot::snapshot, stale_profile::stale_profile},
        paste::{benchmarks_alone::benchmarks_alone, crashes, log_alone::log_alone, printed},
        sentence::sentence,
    },
    pacing::{NoPacing, Pacing},
};

/// All findings, what costs most first.
pub(crate) fn find(
    (bundle, state): (&Bundle, &GoState),
    sites: &[Site],
    growing: &[GrowingSite],
    live_heap: Option<&LiveHeap>,
    pacing: Result<&Pacing, &NoPacing>,
    diagnosis: Option<&Diagnosis>,
) -> Vec<Finding> {
    let is_leaking = diagnosis.is_some_and(judgements::is_leaking);
    let leaks: Vec<&GrowingSite> = leaking(growing, live_heap, diagnosis).collect();
    let goroutines = GoroutineCount::find(bundle, diagnosis);
    let joined = (sites, bundle.escapes());
    let together = KeptTogether::group(&leaks, joined, &goroutines);
    let of_leak = |kept: &KeptTogether<'_>| leak(kept, &leaks, joined, live_heap, is_leaking, &goroutines);
    let mut findings: Vec<Finding> = together.iter().map(of_leak).collect();
    if let Some(seconds) = seconds_since_start(state).filter(|&seconds| seconds < YOUNG_SECONDS) {
        findings.iter_mut().for_each(|finding| doubt_start(finding, seconds));
    }
    let told = (live_heap, diagnosis);
    let let_go = leaks.is_empty().then(|| LetGo::find(bundle, state, is_leaking)).flatten();
    if let Some(let_go) = &let_go {
        let grew = (&*let_go.growing, &*let_go.sites);
        findings.extend(grown(grew, bundle, told, &goroutines, |finding, kept| let_go.tell(finding, kept)));
    }
    let between = findings.is_empty().then(|| Between::find(bundle, state, sites)).flatten();
    if let Some(between) = &between {
        let grew = (&*between.growing, &*between.sites);
        findings.extend(grown(grew, bundle, told, &goroutines, |finding, kept| between.tell(finding, kept)));
    }
    let of_growth = findings.len();
    let held = goroutines.leaked().filter(|goroutines| leaks.iter().any(|site| goroutines.hold(site).is_some()));
    let of_goroutines = held.and_then(|_| findings.iter().map(|finding| finding.severity).max());
    let period = bundle.latest_heap().and_then(sampling_period);
    let gc_cycles = bundle.gctrace().map(|trace| trace.lines().len() as f64);
    findings.extend(allocations(
        joined,
        period,
        gc_cycles,
        pacing.ok(),
        Cost::new(state, diagnosis),
        Start::find(bundle, state).as_ref(),
    ));
    for site in &leaks {
        findings[of_growth..].iter_mut().for_each(|finding| leave_to_leak(finding, site, MOSTLY_STAYS));
    }
    for site in let_go.iter().flat_map(|let_go| &let_go.growing) {
        findings[of_growth..].iter_mut().for_each(|finding| leave_to_leak(finding, site, LET_GO_LATE));
    }
    for site in between.iter().flat_map(|between| &between.growing).filter(|_| of_growth > 0) {
        findings[of_growth..].iter_mut().for_each(|finding| leave_to_leak(finding, site, GREW_BETWEEN));
    }
    let mismatches = mismatch::find(bundle);
    if mismatches.iter().any(Finding::is_about_log) {
        findings.iter_mut().filter(|finding| finding.compiler_message.is_some()).for_each(doubt);
    }
    findings.extend(mismatches);
    findings.extend(crashes::find(bundle));
    heap_dump::find(bundle, &mut findings);
    findings.extend(execution_trace::find(bundle));
    findings.extend(printed::find(bundle, state));
    findings.extend(snapshot(state));
    findings.extend(no_gc_since(state));
    findings.extend(stale_profile(bundle, state));
    findings.extend(ended_goroutines(bundle, state));
    if let Ok(pacing) = pacing {
        findings.extend(gogc(pacing, !leaks.is_empty()));
    }
    let fired: Vec<_> = diagnosis.map(|diagnosis| diagnosis.fired().collect()).unwrap_or_default();
    judgements::tell(&fired, &mut findings);
    judgements::compare_profiles(bundle, &mut findings);
    mark_cost::explain(bundle.gctrace(), sites, pacing.ok(), &mut findings);
    if fired.iter().any(|told| starts_most_cycles(told)) {
        findings.iter_mut().for_each(leave_to_caller);
    }
    goroutines::explain(bundle, diagnosis, sites, &mut findings);
    findings.extend(stuck_lock(bundle.goroutines(), &findings));
    findings.extend(fixed_goal(bundle.gctrace(), state));
    bursts::tell(state, &mut findings);
    live_swings::tell(bundle, live_heap, &mut findings);
    findings.extend(grew_until_ended(bundle.gctrace(), &findings));
    execution_trace::place_forced_gc(bundle, &mut findings);
    if let Some(severity) = of_goroutines {
        // What holds the bytes that leak matters as much as they do, and is looked at first.
        let of_rule = |finding: &&mut Finding| finding.rules.contains(&Rule::GoroutineLeak);
        findings.iter_mut().filter(of_rule).for_each(|finding| finding.severity = finding.severity.max(severity));
    }
    if findings.is_empty() {
        findings.extend(goroutines::few(bundle));
    }
    if findings.iter().all(|finding| finding.kind != FindingKind::Leak) {
        findings.extend(few_readings(state, diagnosis));
    }
    findings.extend(log_alone(bundle));
    findings.extend(benchmarks_alone(bundle));
    if findings.iter().all(|finding| finding.kind == FindingKind::Gogc) {
        findings.extend(few_cycles(bundle));
    }
    if findings.iter().all(|finding| finding.kind == FindingKind::Gogc) {
        findings.extend(judgements::idle(&fired));
    }
    settle(&mut findings, diagnosis);
    findings.extend(missing(bundle, pacing.err()));
    findings.extend(pacing.err().and_then(unpredicted));
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| b.weight().total_cmp(&a.weight())));
    (1..).zip(&mut findings).for_each(|(rank, finding)| finding.rank = rank);
    findings
}

/// For how long the one program of the metrics had run at the last scrape.
fn seconds_since_start(state: &GoState) -> Option<f64> {
    let start = state.values(Quantity::StartTimeSeconds).iter().rev().find_map(|start| *start)?;
    let is_one = state.targets().windows(2).all(|pair| pair[0] == pair[1]);
    Some(*state.times_ms().last()? as f64 / 1e3 - start).filter(|_| is_one)
}

/// What a program builds up at its start grows like a leak until it is done.
fn doubt_start(finding: &mut Finding, seconds: f64) {
    finding.summary += &format!(
        " The program had run for {} only: what it builds up at its start, or for one piece of work, grows the same way.",
        Unit::Seconds.humanize(seconds)
    );
    finding.confounders.push("what a program builds up at its start grows the same way until it is done".to_owned());
}

/// What grew in profiles that do not tell a leak for sure, which `tell` says; `sites` are those of the last of these.
fn grown(
    (growing, sites): (&[GrowingSite], &[Site]),
    bundle: &Bundle,
    (live_heap, diagnosis): (Option<&LiveHeap>, Option<&Diagnosis>),
    goroutines: &GoroutineCount,
    tell: impl Fn(&mut Finding, &KeptTogether<'_>),
) -> Vec<Finding> {
    let growing: Vec<&GrowingSite> = leaking(growing, live_heap, diagnosis).collect();
    let joined = (sites, bundle.escapes());
    let together = KeptTogether::group(&growing, joined, goroutines);
    let of_group = |kept: &KeptTogether<'_>| {
        let mut finding = leak(kept, &growing, joined, live_heap, false, goroutines);
        tell(&mut finding, kept);
        finding
    };
    together.iter().filter(|kept| !kept.is_bounded()).map(of_group).collect()
}

/// What is kept cannot be reused: the finding of the leak says what to do about such a line.
fn leave_to_leak(finding: &mut Finding, leak: &GrowingSite, action: &str) {
    let is_there = finding.place.as_ref() == Some(&leak.place);
    let is_kept = leak.growth.kept_fraction().is_none_or(|kept| kept >= 0.5);
    if matches!(finding.kind, FindingKind::AllocationSite | FindingKind::Call) && is_there && is_kept {
        finding.kept = Some(Kept::ByLeak);
        action.clone_into(&mut finding.action);
    }
}

/// Whether the rule found that nearly all GC cycles begin for another reason than allocation.
fn starts_most_cycles(told: &Judgement) -> bool {
    let share = told.evidence.iter().find(|evidence| evidence.quantity == "forced_fraction");
    match told.rule {
        Rule::ForcedGc => share.is_none_or(|share| share.value >= NEARLY_ALL),
        Rule::PeriodicGcOnly => true,
        _ => false,
    }
}

/// Cycles that do not begin because of allocation are not fewer with less of it: what asks for them comes first.
fn leave_to_caller(finding: &mut Finding) {
    let is_of_bytes = matches!(finding.kind, FindingKind::AllocationSite | FindingKind::Call | FindingKind::PoolMisuse);
    if !is_of_bytes || finding.kept.is_some() {
        return;
    }
    finding.saving = None;
    finding.severity = Severity::Info;
    finding.summary += " GC does not run because of allocation here: with less of it there are as many cycles.";
}

const MOSTLY_STAYS: &str = "bound what keeps it, as the leak's finding says: most of what the line makes stays";
const LET_GO_LATE: &str = "it is no garbage at once: most of what the line made stayed until the last heap profile, as the finding about its growth says";

const GREW_BETWEEN: &str =
    "most of what the line makes stayed between the heap profiles, as the finding about its growth says";

/// A judgement: services load what they need in less.
const YOUNG_SECONDS: f64 = 60.0;

/// Of the GC cycles.
const NEARLY_ALL: f64 = 0.9;

/// Of how many bytes the profiler picks one object.
fn sampling_period(heap: &HeapProfile) -> Option<i64> {
    heap.profile.period_type().filter(|kind| kind.name() == "space").map(|_| heap.profile.period())
}

/// What the compiler says of a line is about another one, perhaps.
fn doubt(finding: &mut Finding) {
    finding.confidence = Confidence::Low;
    finding.confounders.push("the compiler's log does not match the profile's binary".to_owned());
}

/// What doubling GOGC would do, beside what it does today.
fn gogc(pacing: &Pacing, leaking: bool) -> Option<Finding> {
    let today = match pacing.model.base().gogc {
        Gogc::Percent(percent) => percent,
        Gogc::Off => return None,
    };
    let doubled = pacing.gogc.iter().find(|found| found.setting.gogc == Gogc::Percent(today.saturating_mul(2)))?;
    let (cycles, peak) = (doubled.gc_cycles?, doubled.peak_heap_bytes?);
    let (base_cycles, base_peak) = (pacing.base.gc_cycles?, pacing.base.peak_heap_bytes?);
    let quality = pacing.model.quality();
    let range = |interval: Interval| format!("{:.0} ({:.0}–{:.0})", interval.value, interval.low, interval.high);
    let title = format!(
        "GOGC={}: {} GC cycles instead of {:.0}, peak heap {} instead of {}",
        today.saturating_mul(2),
        range(cycles),
        base_cycles.value,
        Unit::Bytes.humanize(peak.value),
        Unit::Bytes.humanize(base_peak.value)
    );
    let mut finding = Finding::new(FindingKind::Gogc, Severity::Info, title);
    let cost = pacing.model.observed_gc_cpu_fraction().map_or_else(
        || "what GC took of the CPU is not known".to_owned(),
        |cpu| format!("GC took {} of the available CPU", percent(cpu, 1)),
    );
    finding.summary = format!(
        "The run was recorded with GOGC={today}: {} GC cycles in the GC trace, of which the replay makes {:.0}; {cost}. The table shows other settings, replayed through the runtime's pacing formulas over \
         the recorded allocation.",
        quality.cycles, base_cycles.value,
    );
    finding.action = if leaking {
        "Fix the leak first: a larger GOGC multiplies what a growing live heap needs.".into()
    } else {
        "Allocate less first; then raise GOGC as far as memory allows, with GOMEMLIMIT as the bound.".into()
    };
    finding.confidence = if quality.is_shaky() { Confidence::Low } else { Confidence::Medium };
    finding.confounders.clone_from(&quality.remarks);
    Some(finding)
}

fn missing(bundle: &Bundle, no_model: Option<&NoPacing>) -> Option<Finding> {
    let mut wanted: Vec<String> = Vec::new();
    if bundle.escapes().is_none() {
        wanted.push(LOG_WANTED.into());
    }
    if bundle.heaps().is_empty() {
        wanted.push("a heap profile (/debug/pprof/heap): what allocates".into());
    } else if bundle.heaps().len() < 3 {
        wanted.push("three heap profiles over time: what leaks".into());
    }
    if bundle.metrics().series().is_empty() {
        wanted.push("scrapes of /metrics, each in a file named <unix ms>.prom: live heap over time".into());
    }
    let no_trace = no_model.filter(|none| none.is_missing);
    wanted.extend(no_trace.map(|none| format!("what a fix or another GOGC saves ({})", none.why)));
    if wanted.is_empty() {
        return None;
    }
    let mut finding = Finding::new(
        FindingKind::MissingInput,
        Severity::Info,
        match wanted.len() {
            1 => "One more input would tell more".to_owned(),
            several => format!("{several} more inputs would tell more"),
        },
    );
    finding.summary = "Not in the bundle.".into();
    finding.action = format!("Add {}.", wanted.join("; "));
    Some(finding)
}

/// That the trace is there, and predicts nothing.
fn unpredicted(none: &NoPacing) -> Option<Finding> {
    let mut finding =
        Finding::new(FindingKind::Gogc, Severity::Info, "What a fix or another GOGC saves is not predicted".to_owned());
    finding.summary = sentence(&none.why);
    finding.action =
        "Measure it: record a run with the change, and compare both (gomem compare BEFORE AFTER).".to_owned();
    (!none.is_missing).then_some(finding)
}

const LOG_WANTED: &str = "the compiler's log (go build -gcflags=all=-m=2 ./... 2> escape.log, or, of your own packages \
                          alone, -gcflags=-m=2): why each site allocates";
