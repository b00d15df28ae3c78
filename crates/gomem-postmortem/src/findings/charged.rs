//! What is allocated for a line of the user's own code, as a finding.

use foldhash::HashMap;
use gomem_escape::Confidence;
use gomem_finding::{Evidence, Severity};
use gomem_symbol::Origin;
use gomem_table::Unit;

use crate::{
    attribution::{Place, Reason, Site, certainty},
    findings::{
        finding::{Finding, FindingKind},
        pool::{PoolMisuse, oversized},
    },
    pacing::Pacing,
};

/// One finding for each line of the user's own code that much is charged to. The sampler picks one object of each `period`
/// bytes, on average.
pub(crate) fn allocation_sites(sites: &[Site], period: Option<i64>, pacing: Option<&Pacing>) -> Vec<Finding> {
    let mut charged: Vec<(&Place, Vec<&Site>)> = Vec::new();
    let mut known: HashMap<&Place, usize> = HashMap::default();
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
        .map(|(place, group)| {
            let mut finding = allocation_site(place, &group, pacing);
            if let Some(period) = period {
                doubt_few_samples(&mut finding, period);
            }
            finding
        })
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
    let library = group.iter().find_map(|site| Some((site.library()?, site.reached_from.as_ref()?)));
    let gc_cycles = pacing.and_then(|pacing| pacing.base.gc_cycles).map(|cycles| cycles.value);
    let misuse = PoolMisuse::of(group, decision, gc_cycles);
    let kind = if misuse.is_some() { FindingKind::PoolMisuse } else { FindingKind::AllocationSite };
    let severity =
        if fraction >= 0.05 || (misuse.is_some() && fraction >= 0.001) { Severity::Warning } else { Severity::Info };
    let why = match (misuse, decision) {
        (Some(misuse), _) => misuse.what().to_owned(),
        (None, Some(decision)) => decision.cause.name().replace('_', " "),
        (None, None) => reason.map_or("no escape reported".to_owned(), |reason| reason.name().replace('_', " ")),
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
    let inside = inside(place, group);
    if !inside.is_empty() {
        finding.summary += &format!(" Of that inside what it calls: {}.", inside.join(", "));
    }
    match decision {
        Some(decision) => {
            finding.summary += &format!(" The compiler: `{}`.", decision.message());
            finding.action.clone_from(&decision.advice);
            finding.cause = Some(decision.cause);
            finding.compiler_message = Some(decision.message());
            finding.confidence = if decision.cause_confidence == Confidence::Confident {
                gomem_finding::Confidence::High
            } else {
                gomem_finding::Confidence::Medium
            };
        }
        None => {
            let explanation = group.iter().find_map(|site| site.explanation).unwrap_or_default();
            if library.is_none() || reason != Some(Reason::Library) {
                finding.summary += &format!(" {}{}.", explanation[..1].to_uppercase(), &explanation[1..]);
            }
            let advice = reason.and_then(Reason::advice);
            finding.action = advice.unwrap_or("reuse what the line makes, or give it the capacity it will need").into();
            finding.confidence = gomem_finding::Confidence::Low;
        }
    }
    if let Some(misuse) = misuse {
        finding.summary += &misuse.seen().map_or(String::new(), |seen| format!(" {seen}"));
        if let Some(advice) = misuse.advice() {
            advice.clone_into(&mut finding.action);
        }
    }
    if let Some(advice) = oversized(group) {
        finding.action += &advice;
    }
    if misuse.is_none() && group.iter().any(|site| site.is_pool_candidate()) {
        finding.action.truncate(finding.action.trim_end_matches('.').len());
        finding.action += ". Its objects are many, of one size and short-lived: a sync.Pool of pointers would pay";
    }
    finding.bytes = Some(bytes);
    finding.bytes_fraction = Some(fraction);
    finding.objects_fraction = Some(objects);
    let avoidable = sum(Site::avoidable_bytes_fraction);
    finding.avoidable_bytes_fraction = Some(avoidable);
    finding.saving = pacing.and_then(|pacing| pacing.saving(avoidable));
    if let Some((origin, first)) = library {
        leave_to_library(&mut finding, origin, first);
    }
    finding.place = Some(place.clone());
    finding.evidence = vec![
        Evidence::new("alloc_space", bytes as f64, Unit::Bytes).with_source("heap profile"),
        Evidence::new("alloc_space share", fraction, Unit::Fraction).with_source("heap profile"),
        Evidence::new("alloc_objects share", objects, Unit::Fraction).with_source("heap profile"),
    ];
    if own.and_then(|site| certainty(site)).is_none() {
        finding.confounders.push("the compiler's log has no decision for the line itself".into());
    }
    finding
}

/// The functions below the line that allocate most of it, with their share of all bytes.
fn inside(place: &Place, group: &[&Site]) -> Vec<String> {
    let mut shares: Vec<(String, f64)> = Vec::new();
    for site in group.iter().filter(|site| &site.place != place && site.inlined_into.as_ref() != Some(place)) {
        let name = site.place.short_function();
        match shares.iter_mut().find(|(known, _)| *known == name) {
            Some((_, share)) => *share += site.bytes_fraction,
            None => shares.push((name, site.bytes_fraction)),
        }
    }
    shares.retain(|(_, share)| *share >= 0.002);
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    shares.iter().take(3).map(|(name, share)| format!("{name} {:.1} %", share * 100.0)).collect()
}

/// There is no line of the user's own to change.
fn leave_to_library(finding: &mut Finding, origin: Origin, first: &Place) {
    let whose = match origin {
        Origin::Runtime => "the runtime's",
        Origin::Std => "the standard library's",
        _ => "a library's",
    };
    let first = first.short_function();
    finding.severity = Severity::Info;
    finding.saving = None;
    finding.summary += &format!(" It is {whose} own, reached from {first}: no line of the program is on the stack.");
    finding.action = match origin {
        Origin::Runtime => "nothing to change at the line: the runtime makes it for itself".into(),
        _ => format!("nothing to change at the line: look at what starts {first}, and with which options"),
    };
}

/// What the sampler hardly saw may be much less, or more.
fn doubt_few_samples(finding: &mut Finding, period: i64) {
    let samples = finding.bytes.unwrap_or(0) as f64 / period.max(1) as f64;
    if samples < FEWEST_SAMPLES {
        finding.severity = Severity::Info;
        finding.confidence = gomem_finding::Confidence::Low;
        finding.summary += &format!(
            " That is only a few samples, about {:.0}: the profiler takes one each {}.",
            samples.max(1.0),
            Unit::Bytes.humanize(period as f64)
        );
    }
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

const SMALLEST_SHARE: f64 = 0.01;
const MOST_FINDINGS: usize = 12;
/// So many have a standard deviation of a quarter.
const FEWEST_SAMPLES: f64 = 16.0;
