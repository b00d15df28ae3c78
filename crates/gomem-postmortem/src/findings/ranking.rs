//! All findings, what costs most first.

use gomem_finding::{Confidence, Severity};
use gomem_metrics::{Diagnosis, GcRun, GoState, Judgement, Rule};

use crate::{
    attribution::Site,
    bundle::{Bundle, HeapProfile},
    findings::{
        allocation::{charged::allocations, start::Start},
        consistency::settle,
        cost::Cost,
        finding::{Finding, FindingKind},
        gc::{
            ended_runs::grew_until_ended,
            execution_trace,
            few_cycles::few_cycles,
            fixed_goal::fixed_goal,
            high_gogc::high_gogc,
            judgements, live_swings, mark_cost,
            no_gc_since::no_gc_since,
            other_gogc::{doubled_gogc, unpredicted},
        },
        goroutine::{
            bursts, crowd_stacks,
            ended::ended_goroutines,
            goroutines::{self, GoroutineCount},
            stuck_finalizer,
            stuck_lock::stuck_lock,
        },
        growth::{GrowingSite, profiled_rate},
        leak::{
            all_growth::{AllGrowth, doubt_start, young_seconds},
            all_kept::all_kept,
            for_good::for_good,
        },
        live_heap::LiveHeap,
        mismatch,
        missing_input::missing_input,
        moment::{
            few_readings::{few_amounts, few_counts, few_readings, many_goroutines},
            heap_dump,
            nameless::nameless,
            snapshot::snapshot,
            stale_profile::stale_profile,
            two_scrapes::two_scrapes,
        },
        paste::{
            benchmark_outputs::benchmark_outputs, benchmarks_alone::benchmarks_alone, crashes, log_alone::log_alone,
            printed,
        },
    },
    pacing::{GcWindows, NoPacing, Pacing, traced_gc_cpu},
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
    let goroutines = GoroutineCount::find(bundle, diagnosis);
    let (growth, mut findings) =
        AllGrowth::find((bundle, state), (sites, growing), (live_heap, diagnosis), &goroutines);
    findings.extend(for_good(bundle, state, sites, &findings));
    let of_growth = findings.len();
    let of_goroutines = goroutines.leaked().filter(|goroutines| growth.is_held_by(goroutines));
    let of_goroutines = of_goroutines.and_then(|_| findings.iter().map(|finding| finding.severity).max());
    findings.extend(allocations(
        (sites, bundle.escapes()),
        bundle.latest_heap().and_then(sampling_period),
        bundle.gctrace().map(|trace| trace.lines().len() as f64),
        pacing.ok(),
        Cost::new(state, diagnosis, (traced_gc_cpus(bundle, pacing), profiled_rate(bundle))),
        Start::find(bundle, state).as_ref(),
    ));
    findings[of_growth..].iter_mut().for_each(|finding| growth.claim(finding));
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
    findings.extend(nameless(bundle));
    findings.extend(ended_goroutines(bundle, state));
    let is_leaking = growth.is_leak() || diagnosis.is_some_and(judgements::is_leaking);
    let gc_cpu = GcWindows::new(bundle, state, pacing).any_cpu_fraction();
    let high = high_gogc((bundle, state), gc_cpu, is_leaking);
    findings.extend(high.or_else(|| doubled_gogc(pacing.ok()?, is_leaking)));
    let fired: Vec<_> = diagnosis.map(|diagnosis| diagnosis.fired().collect()).unwrap_or_default();
    judgements::tell(&fired, &mut findings);
    judgements::compare_profiles(bundle, sites, young_seconds(state).is_some(), &mut findings);
    let of_no_line = |finding: &&mut Finding| finding.rules.contains(&Rule::LiveHeapLeak) && finding.place.is_none();
    doubt_start(state, findings.iter_mut().filter(of_no_line));
    mark_cost::explain(bundle.gctrace(), sites, pacing.ok(), &mut findings);
    if fired.iter().any(|told| starts_most_cycles(told)) {
        findings.iter_mut().for_each(leave_to_caller);
    }
    goroutines::explain(bundle, diagnosis, sites, &mut findings);
    crowd_stacks::tell(bundle, &mut findings);
    findings.extend(stuck_lock(bundle.goroutines(), &findings));
    stuck_finalizer::tell(bundle, &mut findings);
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
        let of_few = few_readings(state, diagnosis).or_else(|| few_amounts(state, diagnosis));
        findings.extend(of_few.or_else(|| all_kept(state, diagnosis, (sites, bundle.escapes()))));
        let grown = two_scrapes(bundle, state);
        let is_told = grown.as_ref().is_some_and(|grown| grown.is_of_goroutines);
        let many = || many_goroutines(state, diagnosis).filter(|_| !is_told);
        findings.extend(few_counts(state, diagnosis).or_else(many));
        findings.extend(grown.map(|grown| grown.finding));
    }
    findings.extend(log_alone(bundle));
    findings.extend(benchmark_outputs(bundle));
    findings.extend(benchmarks_alone(bundle));
    if findings.iter().all(|finding| finding.kind == FindingKind::Gogc) {
        findings.extend(few_cycles(bundle));
    }
    if findings.iter().all(|finding| finding.kind == FindingKind::Gogc) {
        findings.extend(judgements::idle(&fired));
    }
    settle(&mut findings, diagnosis);
    findings.extend(missing_input(bundle, pacing.err()));
    findings.extend(pacing.err().and_then(unpredicted));
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| b.weight().total_cmp(&a.weight())));
    (1..).zip(&mut findings).for_each(|(rank, finding)| finding.rank = rank);
    findings
}

/// The CPUs that GC took by the trace.
fn traced_gc_cpus(bundle: &Bundle, pacing: Result<&Pacing, &NoPacing>) -> Option<f64> {
    let procs = GcRun::longest(bundle.gctrace()?)?.lines.last()?.procs;
    Some(traced_gc_cpu(pacing)? * f64::from(procs))
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
