//! What is allocated for a line of the user's own code, as a finding.

use gomem_escape::Confidence;
use gomem_table::Unit;
use rustc_hash::FxHashMap;

use crate::{
    finding::{Evidence, Finding, FindingKind, Severity},
    pacing::Pacing,
    pool::{PoolMisuse, oversized},
    site::{Place, Site, certainty},
};

/// One finding for each line of the user's own code that much is charged to.
pub(crate) fn allocation_sites(sites: &[Site], pacing: Option<&Pacing>) -> Vec<Finding> {
    let mut charged: Vec<(&Place, Vec<&Site>)> = Vec::new();
    let mut known: FxHashMap<&Place, usize> = FxHashMap::default();
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
        .map(|(place, group)| allocation_site(place, &group, pacing))
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
    let inside: Vec<String> = group
        .iter()
        .filter(|site| {
            &site.place != place && site.inlined_into.as_ref() != Some(place) && site.bytes_fraction >= 0.002
        })
        .take(3)
        .map(|site| format!("{} {:.1} %", site.place.short_function(), site.bytes_fraction * 100.0))
        .collect();
    if !inside.is_empty() {
        finding.summary += &format!(" Of that inside what it calls: {}.", inside.join(", "));
    }
    match decision {
        Some(decision) => {
            finding.summary += &format!(" The compiler: `{}`.", decision.message());
            finding.action.clone_from(&decision.advice);
            finding.cause = Some(decision.cause);
            finding.compiler_message = Some(decision.message());
            finding.confidence = if decision.cause_confidence == Confidence::Confident { "high" } else { "medium" };
        }
        None => {
            let explanation = group.iter().find_map(|site| site.explanation).unwrap_or_default();
            finding.summary += &format!(" {}{}.", explanation[..1].to_uppercase(), &explanation[1..]);
            let advice = reason.and_then(crate::Reason::advice);
            finding.action = advice.unwrap_or("reuse what the line makes, or give it the capacity it will need").into();
            finding.confidence = "low";
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
    finding.place = Some(place.clone());
    finding.evidence = vec![
        Evidence::new("alloc_space", bytes as f64, Unit::Bytes, "heap profile"),
        Evidence::new("alloc_space share", fraction, Unit::Fraction, "heap profile"),
        Evidence::new("alloc_objects share", objects, Unit::Fraction, "heap profile"),
    ];
    if own.and_then(|site| certainty(site)).is_none() {
        finding.confounders.push("the compiler's log has no decision for the line itself".into());
    }
    finding
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
