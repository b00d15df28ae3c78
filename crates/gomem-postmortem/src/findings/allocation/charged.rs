//! What lines of the user's own code allocate, themselves and by what they call, as findings.

use gomem_escape::{Cause, EscapeLog, HeapDecision};
use gomem_finding::{Confidence, Severity};
use gomem_symbol::shortened;
use gomem_table::Unit;

use crate::{
    attribution::{Account, Bytes, Explanation, Lifespan, Reason, Site, accounts},
    findings::{
        allocation::{
            background::background_finding,
            called::call_finding,
            calls_together::{CallsTogether, leave_to_all},
            kept::{add_staying, keep, warn_of_oversized},
            pool::PoolMisuse,
            start::{Start, tell_larger},
        },
        amount::{allocated, coverage, headline, measure, severity},
        breakdown::{reasons, share},
        cost::Cost,
        finding::{Finding, FindingKind},
        keeping::keeper::keeper,
        sentence::sentence,
    },
    pacing::{Pacing, Saving},
};

/// A finding for each line that allocates much itself, one for each call in which much is allocated, and one for each
/// goroutine that allocates much without a line of the user's own. The sampler picks one object of each `period` bytes, on
/// average; the run had so many GC cycles.
pub(crate) fn allocations(
    (sites, log): (&[Site], Option<&EscapeLog>),
    period: Option<i64>,
    gc_cycles: Option<f64>,
    pacing: Option<&Pacing>,
    cost: Cost,
    start: Option<&Start>,
) -> Vec<Finding> {
    let (lines, entries) = accounts(sites);
    let together = CallsTogether::all(&lines, pacing, start);
    let mut findings: Vec<Finding> = Vec::new();
    for account in &lines {
        let is_start = |callee, bytes| start.is_some_and(|start| start.has_all(account.place, callee, bytes));
        let of_time = |finding, is_start| if is_start { at_start(finding) } else { finding };
        let own_is_start = is_start(None, &account.own);
        let own = own_finding(account, (sites, log), gc_cycles, pacing, cost, own_is_start);
        let of_size = |finding: &mut Finding, callee, bytes| {
            let larger = start.and_then(|start| start.became_larger(std::iter::once((account.place, callee, bytes))));
            if let Some(sizes) = larger.filter(|_| finding.kept.is_none()) {
                tell_larger(finding, sizes);
            }
        };
        findings.extend(own.map(|mut finding| {
            of_size(&mut finding, None, &account.own);
            of_time(finding, own_is_start)
        }));
        let calls = account.calls.iter().filter(|call| is_worth(&call.inside));
        findings.extend(calls.map(|call| {
            let mut finding = call_finding(account.place, call, (&lines, &entries), (sites, log), pacing, cost);
            if together.iter().any(|several| several.has(account.place, call)) {
                leave_to_all(&mut finding);
            } else {
                of_size(&mut finding, Some(call.callee), &call.inside);
            }
            of_time(finding, is_start(Some(call.callee), &call.inside))
        }));
    }
    // Of stacks without names another finding tells.
    let named = entries.iter().filter(|entry| is_worth(&entry.inside) && !entry.place.is_unknown());
    findings.extend(named.map(|entry| background_finding(entry, &lines)));
    findings.extend(together.into_iter().map(|calls| calls.finding));
    if let Some(period) = period {
        findings.iter_mut().for_each(|finding| doubt_few_samples(finding, period));
    }
    if let Some(words) = cost.words() {
        for finding in findings.iter_mut().filter(|finding| is_cost_only(finding)) {
            finding.severity = Severity::Info;
            finding.summary += &format!(" {words}");
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.bytes));
    findings.truncate(MOST_FINDINGS);
    ask_once_for_log(&mut findings);
    findings
}

/// What all of them lack is said in full by the first alone. The others still say what to do: they cost as much as before.
fn ask_once_for_log(findings: &mut [Finding]) {
    let lacking = findings.iter_mut().filter(|finding| finding.action == TAKE_LOG);
    for finding in lacking.skip(1) {
        TAKE_SAME_LOG.clone_into(&mut finding.action);
        for asked in [Explanation::NoLog, Explanation::NotLogged] {
            finding.summary = finding.summary.replace(&format!(" {}", sentence(asked.words())), "");
        }
    }
}

/// What a line allocated only when the program started costs no more GC cycles.
fn at_start(mut finding: Finding) -> Finding {
    finding.severity = Severity::Info;
    finding.saving = None;
    finding.avoidable_bytes_fraction = None;
    finding.summary +=
        " All of it was allocated before the first heap profile, and none since: it is work of the start.";
    let is_own_kept = finding.kept.is_some() && finding.kind != FindingKind::Call;
    if !is_own_kept && !finding.action.is_empty() {
        finding.action = format!("Only the start would gain. {}", sentence(&finding.action));
    }
    finding
}

/// Whether it is a warning only since allocating takes time.
fn is_cost_only(finding: &Finding) -> bool {
    finding.severity == Severity::Warning && finding.kind != FindingKind::PoolMisuse
}

fn is_worth(bytes: &Bytes<'_>) -> bool {
    bytes.bytes_fraction >= SMALLEST_SHARE
}

/// What a line allocates itself.
fn own_finding(
    account: &Account<'_>,
    (sites, log): (&[Site], Option<&EscapeLog>),
    gc_cycles: Option<f64>,
    pacing: Option<&Pacing>,
    cost: Cost,
    is_start: bool,
) -> Option<Finding> {
    let (place, own) = (account.place, &account.own);
    let largest = own.sites.iter().copied().find(|site| site.reason.is_some());
    let boxed = own.sites.iter().find_map(|site| site.decision.as_deref().filter(|decision| decision.is_pool_misuse()));
    let misuse = PoolMisuse::find(&own.sites, boxed, gc_cycles);
    if own.sites.is_empty() || !(is_worth(own) || misuse.is_some()) {
        return None;
    }
    let named: Vec<&Site> = named(own).collect();
    let kind = if misuse.is_some() { FindingKind::PoolMisuse } else { FindingKind::AllocationSite };
    let is_kept = misuse.is_none() && own.is_mostly_kept();
    let what = match misuse {
        Some(misuse) => misuse.what().to_owned(),
        None if is_kept && is_start => "allocated once, and kept".to_owned(),
        None if is_kept => "allocated and kept".to_owned(),
        None => reasons(own),
    };
    let mut finding = Finding::new(kind, severity(own, misuse.is_some()), headline(place, own, &what));
    finding.summary = allocated(place, own, "");
    if misuse.is_some() || is_kept {
        finding.summary += &format!(" Why it is allocated: {}.", reasons(own));
    }
    let decision = boxed.or_else(|| named.first().and_then(|site| site.decision.as_deref()));
    match decision {
        Some(decision) => tell_decision(&mut finding, decision, &named, boxed.is_some()),
        None => {
            let explained = named.first().copied().or(largest).or(own.sites.first().copied());
            let explanation = explained.and_then(Site::explained).unwrap_or_default();
            finding.summary += &format!(" {}", sentence(&explanation));
        }
    }
    finding.confidence = confidence(&named);
    finding.action = action(&named, boxed);
    if let Some(misuse) = misuse {
        finding.summary += &misuse.seen().map_or(String::new(), |seen| format!(" {seen}"));
        if let Some(advice) = misuse.advice() {
            advice.clone_into(&mut finding.action);
        }
    }
    if is_kept {
        keep(&mut finding, own, (sites, log), cost);
    } else {
        warn_of_oversized(&mut finding, own);
    }
    // What is made at the start is not made again.
    if misuse.is_none() && !is_start {
        advise_pool(&mut finding, &named);
    }
    if !is_kept {
        let holder = named.iter().find(|site| is_passed_to_holder(site)).filter(|_| misuse.is_none());
        tell_saving(&mut finding, &named, holder.copied(), (sites, log), pacing);
    }
    if finding.action.is_empty() && coverage(own) < 0.5 && own.sites.iter().any(|site| site.is_not_logged()) {
        finding.action = TAKE_LOG.into();
    }
    if finding.action.is_empty() {
        // A warning says what to do.
        finding.severity = Severity::Info;
    }
    if !is_kept {
        add_staying(&mut finding, own, sites, log);
    }
    // Where the largest reason has less than half of the bytes, the title has no cause.
    if own.by_reason().first().is_none_or(|part| part.bytes.saturating_mul(2) < own.bytes) && misuse.is_none() {
        finding.cause = None;
        finding.compiler_message = None;
    }
    measure(&mut finding, place, own);
    if decision.is_none() {
        finding.confounders.push("the compiler's log has no decision about these bytes".into());
    }
    Some(finding)
}

/// What the compiler decided about the bytes; of a value that is boxed for a pool, that is the cause.
fn tell_decision(finding: &mut Finding, decision: &HeapDecision, named: &[&Site], is_boxed: bool) {
    let others = named.iter().filter(|site| site.decision.is_some()).count().saturating_sub(1);
    let others = if others > 0 { format!(", and {others} more") } else { String::new() };
    finding.summary += &format!(" The compiler: `{}`{others}.", shortened(&decision.message()));
    finding.cause = match named.first().and_then(|site| site.reason).filter(|_| !is_boxed) {
        Some(Reason::Compiler(cause)) => Some(cause),
        _ => Some(decision.cause),
    };
    finding.compiler_message = Some(decision.message());
}

/// What a fix saves: what stays is no garbage, and what is not named has no advice. What a holder keeps for a while may not be
/// avoidable.
fn tell_saving(
    finding: &mut Finding,
    named: &[&Site],
    holder: Option<&Site>,
    (sites, log): (&[Site], Option<&EscapeLog>),
    pacing: Option<&Pacing>,
) {
    let avoidable: f64 = named.iter().map(|site| site.avoidable_bytes_fraction() * garbage_fraction(site)).sum();
    finding.avoidable_bytes_fraction = Some(avoidable).filter(|fraction| *fraction > 0.0);
    finding.saving = pacing.filter(|_| avoidable > 0.0).and_then(|pacing| pacing.saving(avoidable));
    if let Some(site) = holder {
        finding.action = held_advice(site);
        if keeper(&[site], sites, log).is_some_and(|keeper| keeper.is_slice()) {
            finding.action += CUT_SLICE;
        }
        finding.saving = finding.saving.map(Saving::at_most);
    }
}

/// That a pool would pay, and what an execution trace says for it or against it.
fn advise_pool(finding: &mut Finding, named: &[&Site]) {
    if let Some(site) = named.iter().find(|site| site.is_pool_candidate()) {
        finding.action.truncate(finding.action.trim_end_matches('.').len());
        finding.action += ". Its objects are many, of one size and short-lived: a sync.Pool of pointers would pay";
        let proof = site.lifespan.as_deref().filter(|lifespan| lifespan.dies_young() == Some(true));
        finding.summary += &proof.map_or_else(String::new, lived);
    } else if let Some(lifespan) =
        named.iter().filter(|site| site.is_pool_withdrawn()).find_map(|site| site.lifespan.as_deref())
    {
        finding.summary +=
            &format!("{} So a sync.Pool would save little: most are still in use when the GC runs.", lived(lifespan));
    }
}

fn lived(lifespan: &Lifespan) -> String {
    format!(
        " Of {} objects of {} in the execution trace, {} were dead at the first GC.",
        lifespan.objects,
        lifespan.type_name,
        share(lifespan.dead_at_first_gc_fraction)
    )
}

/// Whether what is made goes to where it is kept for a while: it cannot be reused before it is let go.
fn is_passed_to_holder(site: &Site) -> bool {
    let is_passed_on = matches!(
        site.cause(),
        Some(Cause::LeakingCallee | Cause::StoredInHeap | Cause::ContainerElement | Cause::ChannelSend)
    );
    is_passed_on && (site.is_held() || site.held_before.is_some())
}

fn held_advice(site: &Site) -> String {
    let in_use = |bytes: i64, fraction| {
        format!("{} of it, {} of the live heap,", Unit::Bytes.humanize(bytes as f64), share(fraction))
    };
    let seen = match &site.held_before {
        Some(held) => format!("In {} {} are in use", held.profile, in_use(held.inuse_bytes, held.inuse_fraction)),
        None => {
            let verb = if site.inuse_objects == 1 { "is" } else { "are" };
            format!("{} {verb} in use at a time", in_use(site.inuse_bytes, site.inuse_fraction))
        }
    };
    format!(
        "{seen}: something keeps each for a while. Keep fewer of them, or have what keeps them give them back for reuse when it \
         lets them go."
    )
}

/// The sites whose reasons the title names, as far as they are known: together they have half of the bytes, or none is named.
fn named<'a>(own: &Bytes<'a>) -> impl Iterator<Item = &'a Site> {
    let reasons: Vec<Reason> = own
        .by_reason()
        .into_iter()
        .filter(|part| part.bytes.saturating_mul(5) >= own.bytes)
        .filter_map(|part| part.key)
        .take(2)
        .collect();
    let is_enough = coverage(own) >= 0.5;
    own.sites
        .iter()
        .copied()
        .filter(move |site| is_enough && site.reason.is_some_and(|reason| reasons.contains(&reason)))
}

/// What to do about the named reasons, each with its own advice.
fn action(named: &[&Site], boxed: Option<&HeapDecision>) -> String {
    if let Some(boxed) = boxed {
        return boxed.advice.clone();
    }
    let mut advice: Vec<(Reason, String)> = Vec::new();
    for site in named {
        if let (Some(reason), Some(text)) = (site.reason, site.advice())
            && !advice.iter().any(|(known, _)| *known == reason)
            && !text.starts_with("nothing")
        {
            advice.push((reason, text));
        }
    }
    match advice.as_slice() {
        [(_, only)] => only.clone(),
        several => {
            let each = |(reason, text): &(Reason, String)| format!("{}: {text}", reason.words());
            several.iter().map(each).collect::<Vec<_>>().join("; ")
        }
    }
}

fn confidence(named: &[&Site]) -> Confidence {
    named.first().and_then(|site| site.reason_confidence).unwrap_or(Confidence::Low)
}

/// The share of a site's bytes that GC frees. What a short-lived object's site has in use is as of the last GC: a little
/// of it is no sign that anything is kept.
fn garbage_fraction(site: &Site) -> f64 {
    let kept = site.inuse_bytes as f64 / site.bytes.max(1) as f64;
    if kept < LITTLE_KEPT { 1.0 } else { 1.0 - kept.min(1.0) }
}

/// What the sampler hardly saw may be much less, or more.
fn doubt_few_samples(finding: &mut Finding, period: i64) {
    let samples = finding.bytes.unwrap_or(0) as f64 / period.max(1) as f64;
    if samples < FEWEST_SAMPLES {
        finding.severity = Severity::Info;
        finding.confidence = Confidence::Low;
        finding.summary += &format!(
            " That is only a few samples, about {:.0}: the profiler takes one each {}.",
            samples.max(1.0),
            Unit::Bytes.humanize(period as f64)
        );
    }
}

const CUT_SLICE: &str = " They are put into a slice: one that is cut (`s = s[:n]`, `append(s[:0], s[n:]...)`) still holds what lies behind its length, so clear(s[n:]) \
                         before the cut, or use slices.Delete.";
const TAKE_LOG: &str = "Take the compiler's log with `go build -gcflags=all=-m=2`: it says why the line allocates.";
const TAKE_SAME_LOG: &str = "The same log says why.";
const SMALLEST_SHARE: f64 = 0.01;
const LITTLE_KEPT: f64 = 0.1;
const MOST_FINDINGS: usize = 12;
/// So many have a standard deviation of a quarter.
const FEWEST_SAMPLES: f64 = 16.0;
