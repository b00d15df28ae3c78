//! How much is allocated, in words and numbers of a finding.

use gomem_finding::{Evidence, Severity};
use gomem_table::Unit;

use crate::{
    attribution::{AssistCost, Bytes, Place},
    findings::{breakdown::share, finding::Finding},
};

pub(crate) fn headline(place: &Place, bytes: &Bytes<'_>, what: &str) -> String {
    format!(
        "{}: {} of bytes, {} of objects: {what}",
        place.short(),
        share(bytes.bytes_fraction),
        share(bytes.objects_fraction)
    )
}

pub(crate) fn allocated(place: &Place, bytes: &Bytes<'_>, by: &str) -> String {
    format!(
        "{} allocates {}{}{by}.",
        place.short_function(),
        Unit::Bytes.humanize(bytes.bytes as f64),
        in_objects(bytes)
    )
}

pub(crate) fn in_objects(bytes: &Bytes<'_>) -> String {
    let each = bytes.mean_object_bytes().map(|mean| format!(", {} each on average", Unit::Bytes.humanize(mean)));
    format!(" in {} objects{}", grouped(bytes.objects), each.unwrap_or_default())
}

pub(crate) fn measure(finding: &mut Finding, place: &Place, bytes: &Bytes<'_>) {
    finding.bytes = Some(bytes.bytes);
    finding.bytes_fraction = Some(bytes.bytes_fraction);
    finding.objects_fraction = Some(bytes.objects_fraction);
    finding.place = Some(place.clone());
    finding.evidence = vec![
        Evidence::new("alloc_space", bytes.bytes as f64, Unit::Bytes).with_source("heap profile"),
        Evidence::new("alloc_space share", bytes.bytes_fraction, Unit::Fraction).with_source("heap profile"),
        Evidence::new("alloc_objects share", bytes.objects_fraction, Unit::Fraction).with_source("heap profile"),
    ];
    if let Some(cost) = bytes.assists() {
        tell_assists(finding, &cost);
    }
}

/// What goroutines lost there, by the execution trace.
fn tell_assists(finding: &mut Finding, cost: &AssistCost) {
    let shown = |seconds: f64| Unit::Seconds.humanize(seconds);
    if cost.seconds > 0.0 {
        let task = cost.task().map_or_else(String::new, |task| format!(", most in task {task}"));
        finding.summary += &format!(
            " In {} of execution trace its goroutines stood still for {} helping the GC, {} at worst{task}.",
            shown(cost.trace_seconds),
            shown(cost.seconds),
            shown(cost.max_seconds)
        );
        finding.evidence.push(Evidence::new("assist_seconds", cost.seconds, Unit::Seconds).with_source(TRACE));
        finding.evidence.push(Evidence::new("assist_max_seconds", cost.max_seconds, Unit::Seconds).with_source(TRACE));
    }
    if cost.trigger_count > 0 {
        finding.summary += &format!(" It began {} of the trace's {} GC cycles.", cost.trigger_count, cost.trace_cycles);
        let count = Evidence::new("trigger_count", cost.trigger_count as f64, Unit::Count);
        finding.evidence.push(count.with_source(TRACE));
    }
}

pub(crate) fn severity(bytes: &Bytes<'_>, is_misuse: bool) -> Severity {
    if bytes.bytes_fraction >= LARGE_SHARE || (is_misuse && bytes.bytes_fraction >= SMALLEST_MISUSE) {
        Severity::Warning
    } else {
        Severity::Info
    }
}

/// The share of bytes whose reason is known.
pub(crate) fn coverage(bytes: &Bytes<'_>) -> f64 {
    let known: i64 = bytes.sites.iter().filter(|site| site.reason.is_some()).map(|site| site.bytes).sum();
    if bytes.bytes > 0 { known as f64 / bytes.bytes as f64 } else { 0.0 }
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

const TRACE: &str = "execution trace";
const LARGE_SHARE: f64 = 0.05;
const SMALLEST_MISUSE: f64 = 0.001;
