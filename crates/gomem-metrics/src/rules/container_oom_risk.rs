//! `container_oom_risk`: the memory of the container will not do.
//!
//! Against the container's limit, which the caller, cAdvisor or the cluster tells: the highest resident memory (or what Go
//! holds) is ≥ 90 % of it, which is critical unless it was in the past; or the live heap grows and would reach it within as
//! long again as was looked at; or there is no `GOMEMLIMIT` below it, and the heap may grow to `live · (1 + GOGC/100)` before
//! the next GC, which is more than it. A working set at the limit with a program of less than a half of it is the page cache,
//! or another program: that is good to know. So is a working set that grows (τ ≥ 0.8, ≥ 32 MiB and ≥ 15 %) while what the program
//! holds does not: pages of files, of tmpfs or the kernel's own, of which only the first are taken back. Where only the node speaks,
//! what the container's processes hold (`container_memory_rss`, else the working set) stands for the program, and its growth, at a
//! pace that is no slower of late, against the limit. A pace of either that reaches the limit within as long again is never clear.
//! Kills that the node counts come first.

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
            "{} of the container's {} counts as used, and the program is {} of it: the rest is pages of files, which the kernel takes \
             back before it kills, or tmpfs, the kernel's own or another program's, which it does not",
            percent(counted / limit),
            bytes(limit),
            percent(used(&lately).unwrap_or(peak) / limit)
        );
        return evidence(Opinion::fired(Severity::Info, summary, CACHE))
            .with("working_set_bytes", counted, Unit::Bytes)
            .confounder(WORKING_SET);
    }
    let is_of_node = !window.knows(Quantity::ResidentBytes) && !window.knows(Quantity::HeldBytes);
    let held = window.points_of(|row| held(window, row));
    if let Some(left) = seconds_left(&held, limit).filter(|_| is_of_node) {
        let summary = format!(
            "what the container's processes hold grows, {} at last, and at this pace reaches the container's {} in {}",
            bytes(held.last().map_or(peak, |last| last.1)),
            bytes(limit),
            Unit::Seconds.humanize(left)
        );
        return evidence(Opinion::fired(Severity::Warning, summary, GROWS)).with("seconds_left", left, Unit::Seconds);
    }
    let counted = window.points(Quantity::ContainerUsedBytes);
    let left = seconds_left(&counted, limit);
    if let Some(grown) = growth_of_pages(window) {
        let until = left.map_or_else(String::new, |left| {
            format!("; at this pace it reaches the container's {} in {}", bytes(limit), Unit::Seconds.humanize(left))
        });
        let summary = format!(
            "what counts as used grows by {}, and what the program holds does not: pages of files, which the kernel takes back, or of \
             tmpfs or the kernel's own, which it does not{until}",
            bytes(grown)
        );
        return evidence(Opinion::fired(Severity::Info, summary, CACHE))
            .with("growth_of_pages_bytes", grown, Unit::Bytes)
            .confounder(WORKING_SET);
    }
    let reaches = |points: Vec<(f64, f64)>| {
        Growth::from_points(&points, Envelope::Median)
            .is_some_and(|growth| growth.last + growth.increase().max(growth.latest) > limit)
    };
    if left.is_some() || [held, counted].into_iter().any(reaches) {
        let reason = "there is memory to spare, but at the pace of the time looked at not for as long again: more scrapes will tell";
        return evidence(Opinion::insufficient(reason));
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
    let held = growth(window.points_of(|row| anonymous(window, row)))?;
    let grows = counted.increase() >= LEAST_GROWTH_BYTES.max(LEAST_GROWTH * counted.median) && counted.tau >= LEAST_TAU;
    (grows && held.increase() < MOST_OF_GROWTH * counted.increase()).then(|| counted.increase())
}

/// How long a steady growth, which is no slower of late, takes to the limit; if no longer than it was looked at.
fn seconds_left(points: &[(f64, f64)], limit: f64) -> Option<f64> {
    let growth = Growth::from_points(points, Envelope::Median)?;
    let now = points.last()?.1;
    let least = LEAST_GROWTH_BYTES.max(LEAST_GROWTH * growth.median);
    let is_steady = growth.increase() >= least
        && growth.tau >= LEAST_TAU
        && growth.latest >= LEAST_OF_PACE * growth.increase()
        && growth.step_fraction <= MOST_IN_A_STEP;
    let left = (limit - now).max(0.0) / growth.latest.max(1.0) * growth.seconds;
    (is_steady && left <= growth.seconds).then_some(left)
}

/// The most that the program used; where it says nothing of itself, its container.
fn used(window: &Window<'_>) -> Option<f64> {
    let known =
        [Quantity::ResidentBytes, Quantity::HeldBytes, Quantity::ContainerAnonBytes, Quantity::ContainerUsedBytes];
    known.into_iter().find_map(|quantity| window.highest(quantity))
}

/// What the program holds, and no file does.
fn anonymous(window: &Window<'_>, row: usize) -> Option<f64> {
    window.value(Quantity::ContainerAnonBytes, row).or_else(|| window.value(Quantity::ResidentBytes, row))
}

/// The same; where nothing says it, what counts as used.
fn held(window: &Window<'_>, row: usize) -> Option<f64> {
    anonymous(window, row).or_else(|| window.value(Quantity::ContainerUsedBytes, row))
}

fn outside_of_go(window: &Window<'_>) -> Option<f64> {
    window.median_of(|row| Some(window.value(Quantity::ResidentBytes, row)? - window.value(Quantity::HeldBytes, row)?))
}

const CACHE: &str = "Look at memory.stat of the container's cgroup: file is page cache, shmem is tmpfs, sock and slab are the kernel's, anon is what \
                     programs hold. Alert on anon or on the resident memory.";
const GROWS: &str = "See what grows: scrapes of the program's own /metrics, and two heap profiles some minutes apart (gomem growth FIRST SECOND).";
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
/// A pace of late below this part of the whole may be levelling off.
const LEAST_OF_PACE: f64 = 0.5;
const MOST_IN_A_STEP: f64 = 0.6;
/// A judgement: so little of the growth that something else explains the rest.
const MOST_OF_GROWTH: f64 = 0.25;
