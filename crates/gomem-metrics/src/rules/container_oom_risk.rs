//! `container_oom_risk`: the memory of the container will not do.
//!
//! Against the container's limit, which the caller, cAdvisor or the cluster tells: the highest resident memory (or what Go
//! holds) is ≥ 90 % of it, which is critical unless it was in the past; or the live heap grows and would reach it within as
//! long again as was looked at; or there is no `GOMEMLIMIT` below it, and the heap may grow to `live · (1 + GOGC/100)` before
//! the next GC, which is more than it. A working set at the limit with a program of less than a half of it is the page cache,
//! or another program: that is good to know. So is a working set that grows (τ ≥ 0.8, ≥ 32 MiB and ≥ 15 %) while what the program
//! holds does not. Where only the node speaks, what the container's processes hold (`container_memory_rss`, else the working set)
//! stands for the program. Kills that the node counts come first.

use gomem_finding::{Confidence, Severity};
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit};

use super::{
    live_heap_leak,
    opinion::{Opinion, bytes, percent},
};
use crate::{
    analysis::{Envelope, Growth, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if let Some(kills) = window.last(Quantity::ContainerKillsTotal).filter(|kills| *kills >= 1.0) {
        return killed(window, kills);
    }
    let Some(limit) = window.container_limit_bytes else {
        return Opinion::not_evaluable(&["container_spec_memory_limit_bytes"]);
    };
    let Some(peak) = used(window) else {
        return Opinion::not_evaluable(&["process_resident_memory_bytes", "go_memstats_sys_bytes"]);
    };
    let lately = window.last_third();
    let levels: Vec<f64> = lately.live().iter().map(|point| point.1).collect();
    let outside = lately
        .median_of(|row| Some(window.value(Quantity::HeldBytes, row)? - window.value(Quantity::HeapInuseBytes, row)?));
    let before_gc = quantile(&levels, 0.9).zip(window.gogc_factor()).map(|(live, factor)| live * (1.0 + factor));
    let before_gc = before_gc.map(|heap| heap + outside.unwrap_or(0.0).max(0.0));
    let capped = window.memory_limit().is_some_and(|memory_limit| memory_limit <= limit);
    let evidence = |opinion: Opinion| {
        opinion
            .against("peak_to_limit_ratio", peak / limit, LEAST_PEAK, Unit::Ratio)
            .with("container_limit_bytes", limit, Unit::Bytes)
            .with("heap_before_gc_bytes", before_gc, Unit::Bytes)
    };
    if peak >= LEAST_PEAK * limit {
        let now = used(&lately).unwrap_or(peak);
        let evidence = |opinion| evidence(opinion).with("now_to_limit_ratio", now / limit, Unit::Ratio);
        if now < LEAST_PEAK * limit {
            let summary = format!(
                "{} of the container's {} was in use once, and {} is now",
                percent(peak / limit),
                bytes(limit),
                percent(now / limit)
            );
            return evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(WORKING_SET);
        }
        if let Some(outside) = outside_of_go(&lately).filter(|outside| *outside >= 0.5 * peak) {
            let summary = format!(
                "{} of the container's {} was in use, and {} of it is outside of Go",
                percent(peak / limit),
                bytes(limit),
                bytes(outside)
            );
            return evidence(Opinion::fired(Severity::Critical, summary, OUTSIDE)).confounder(WORKING_SET);
        }
        let summary = format!("{} of the container's {} was in use", percent(peak / limit), bytes(limit));
        let severity = if capped && peak < limit { Severity::Warning } else { Severity::Critical };
        return evidence(Opinion::fired(severity, summary, ACTION)).sure(Confidence::High).confounder(WORKING_SET);
    }
    if !capped && before_gc.is_some_and(|heap| heap > limit) {
        let summary = format!(
            "the heap may grow to {} before the next GC, and the container has {}: without GOMEMLIMIT the runtime does not know",
            bytes(before_gc.unwrap_or(0.0)),
            bytes(limit)
        );
        return evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(WORKING_SET);
    }
    if live_heap_leak::rising(window).is_some_and(|growth| peak + growth.late > limit) {
        let summary =
            "the live heap grows, and at this pace reaches the container's limit within as long again".to_owned();
        return evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(WORKING_SET);
    }
    if let Some(counted) = lately.median(Quantity::ContainerUsedBytes).filter(|counted| *counted >= LEAST_PEAK * limit)
    {
        let summary = format!(
            "{} of the container's {} counts as used, and the program is {} of it: the rest is page cache, which the kernel takes \
             back before it kills, or another program's",
            percent(counted / limit),
            bytes(limit),
            percent(used(&lately).unwrap_or(peak) / limit)
        );
        return evidence(Opinion::fired(Severity::Info, summary, CACHE))
            .with("working_set_bytes", counted, Unit::Bytes)
            .confounder(WORKING_SET);
    }
    if let Some(grown) = growth_of_pages(window) {
        let summary = format!(
            "what counts as used grows by {}, and what the program holds does not: pages of files, which the kernel takes back",
            bytes(grown)
        );
        return evidence(Opinion::fired(Severity::Info, summary, CACHE))
            .with("growth_of_pages_bytes", grown, Unit::Bytes)
            .confounder(WORKING_SET);
    }
    evidence(Opinion::clear("the container has memory to spare"))
}

/// The node counts since the container began: what came within the time looked at is worse than what was there before.
fn killed(window: &Window<'_>, kills: f64) -> Opinion {
    let is_new = window.increase(Quantity::ContainerKillsTotal).is_some_and(|more| more > 0.0);
    let limit =
        window.container_limit_bytes.map_or_else(String::new, |limit| format!(", at a limit of {}", bytes(limit)));
    let severity = if is_new { Severity::Critical } else { Severity::Warning };
    let summary = format!("the kernel killed {kills} times in the container for want of memory{limit}");
    Opinion::fired(severity, summary, KILLED)
        .sure(Confidence::High)
        .with("kills", kills, Unit::Count)
        .with("container_limit_bytes", window.container_limit_bytes, Unit::Bytes)
        .with("working_set_bytes", window.highest(Quantity::ContainerUsedBytes), Unit::Bytes)
}

/// By how much the working set grew, where the program did not.
fn growth_of_pages(window: &Window<'_>) -> Option<f64> {
    let growth = |points: Vec<(f64, f64)>| Growth::from_points(&points, Envelope::Median);
    let counted = growth(window.points(Quantity::ContainerUsedBytes))?;
    let held = growth(window.points_of(|row| held(window, row)))?;
    let grows = counted.increase() >= LEAST_GROWTH_BYTES.max(LEAST_GROWTH * counted.median) && counted.tau >= LEAST_TAU;
    (grows && held.increase() < MOST_OF_GROWTH * counted.increase()).then(|| counted.increase())
}

/// The most that the program used; where it says nothing of itself, its container.
fn used(window: &Window<'_>) -> Option<f64> {
    let known =
        [Quantity::ResidentBytes, Quantity::HeldBytes, Quantity::ContainerAnonBytes, Quantity::ContainerUsedBytes];
    known.into_iter().find_map(|quantity| window.highest(quantity))
}

/// What the program holds, and no file does.
fn held(window: &Window<'_>, row: usize) -> Option<f64> {
    window.value(Quantity::ContainerAnonBytes, row).or_else(|| window.value(Quantity::ResidentBytes, row))
}

fn outside_of_go(window: &Window<'_>) -> Option<f64> {
    window.median_of(|row| Some(window.value(Quantity::ResidentBytes, row)? - window.value(Quantity::HeldBytes, row)?))
}

const CACHE: &str = "Look at memory.stat of the container's cgroup: file is page cache, anon is what programs hold. Alert on anon or on the \
                     resident memory.";
const OUTSIDE: &str = "Find what holds memory outside of Go (/proc/PID/smaps: cgo, mmap, mapped files): no setting of Go's counts or bounds it.";
const ACTION: &str =
    "Set GOMEMLIMIT to about 90 % of the container's memory, or give it more: twice the live heap at GOGC=100.";
const WORKING_SET: &str =
    "The kernel counts the container's working set, page cache included, which is not the resident memory.";
const KILLED: &str = "See what grows before: scrapes of the program's own /metrics and three heap profiles until the end. GOMEMLIMIT at about 90 % of \
                      the limit makes GC work harder near it.";
const LEAST_PEAK: f64 = 0.9;
const LEAST_GROWTH: f64 = 0.15;
const LEAST_GROWTH_BYTES: f64 = 32.0 * MIB;
const LEAST_TAU: f64 = 0.8;
/// A judgement: so little of the growth that something else explains the rest.
const MOST_OF_GROWTH: f64 = 0.25;
