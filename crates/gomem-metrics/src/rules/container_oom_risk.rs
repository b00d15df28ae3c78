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
    let container = Container::new(window, limit, peak);
    container
        .at_its_limit()
        .or_else(|| container.at_its_limit_by_next_gc())
        .or_else(|| container.at_its_limit_by_live_heap())
        .or_else(|| container.full_of_pages())
        .or_else(|| container.growing_by_its_node())
        .or_else(|| container.growing_by_pages())
        .or_else(|| container.not_known_to_last())
        .unwrap_or_else(|| container.with_evidence(Opinion::clear("the container has memory to spare")))
}

/// A container with a limit, each risk of which is asked for after the others.
struct Container<'w, 'a> {
    window: &'w Window<'a>,
    lately: Window<'a>,
    limit: f64,
    /// The most that was used of it.
    peak: f64,
    /// What the heap may grow to before the next GC, with what is beside it.
    before_gc: Option<f64>,
    /// Whether there is a `GOMEMLIMIT` below the limit.
    is_capped: bool,
}

impl<'w, 'a> Container<'w, 'a> {
    fn new(window: &'w Window<'a>, limit: f64, peak: f64) -> Self {
        let lately = window.last_third();
        let levels: Vec<f64> = lately.live().iter().map(|point| point.1).collect();
        let held_outside =
            |row| Some(window.value(Quantity::HeldBytes, row)? - window.value(Quantity::HeapInuseBytes, row)?);
        let outside = lately.median_of(held_outside);
        let before_gc = quantile(&levels, 0.9).zip(window.gogc_factor()).map(|(live, factor)| live * (1.0 + factor));
        let before_gc = before_gc.map(|heap| heap + outside.unwrap_or(0.0).max(0.0));
        let is_capped = window.memory_limit().is_some_and(|memory_limit| memory_limit <= limit);
        Self { window, lately, limit, peak, before_gc, is_capped }
    }

    fn with_evidence(&self, opinion: Opinion) -> Opinion {
        opinion
            .against("peak_to_limit_ratio", self.peak / self.limit, LEAST_PEAK, Unit::Ratio)
            .with("container_limit_bytes", self.limit, Unit::Bytes)
            .with("heap_before_gc_bytes", self.before_gc, Unit::Bytes)
    }

    fn fired(&self, severity: Severity, summary: String, action: &'static str) -> Opinion {
        self.with_evidence(Opinion::fired(severity, summary, action))
    }

    /// What was used at the most is nearly all of it, now or in the past.
    fn at_its_limit(&self) -> Option<Opinion> {
        let (peak, limit) = (self.peak, self.limit);
        if peak < LEAST_PEAK * limit {
            return None;
        }
        let now = used(&self.lately).unwrap_or(peak);
        let used = format!("{} of the container's {} was in use", percent(peak / limit), bytes(limit));
        let opinion = if now < LEAST_PEAK * limit {
            let summary = format!("{used} once, and {} is now", percent(now / limit));
            self.fired(Severity::Warning, summary, ACTION)
        } else if let Some(outside) = outside_of_go(&self.lately).filter(|outside| *outside >= 0.5 * peak) {
            let summary = format!("{used}, and {} of it is outside of Go", bytes(outside));
            self.fired(Severity::Critical, summary, OUTSIDE)
        } else {
            let severity = if self.is_capped && peak < limit { Severity::Warning } else { Severity::Critical };
            self.fired(severity, used, ACTION).sure(Confidence::High)
        };
        Some(opinion.with("now_to_limit_ratio", now / limit, Unit::Ratio).confounder(WORKING_SET))
    }

    fn at_its_limit_by_next_gc(&self) -> Option<Opinion> {
        let heap = self.before_gc.filter(|heap| !self.is_capped && *heap > self.limit)?;
        let summary = format!(
            "the heap may grow to {} before the next GC, and the container has {}: without GOMEMLIMIT the runtime does not know",
            bytes(heap),
            bytes(self.limit)
        );
        Some(self.fired(Severity::Warning, summary, ACTION).confounder(WORKING_SET))
    }

    fn at_its_limit_by_live_heap(&self) -> Option<Opinion> {
        live_heap_leak::rising(self.window).filter(|growth| self.peak + growth.late > self.limit)?;
        let summary =
            "the live heap grows, and at this pace reaches the container's limit within as long again".to_owned();
        Some(self.fired(Severity::Warning, summary, ACTION).confounder(WORKING_SET))
    }

    /// Its working set is at the limit, and the program is not.
    fn full_of_pages(&self) -> Option<Opinion> {
        let limit = self.limit;
        let counted = self.lately.median(Quantity::ContainerUsedBytes).filter(|used| *used >= LEAST_PEAK * limit)?;
        let summary = format!(
            "{} of the container's {} counts as used, and the program is {} of it: the rest is pages of files, which the kernel takes \
             back before it kills, or tmpfs, the kernel's own or another program's, which it does not",
            percent(counted / limit),
            bytes(limit),
            percent(used(&self.lately).unwrap_or(self.peak) / limit)
        );
        let opinion = self.fired(Severity::Info, summary, CACHE);
        Some(opinion.with("working_set_bytes", counted, Unit::Bytes).confounder(WORKING_SET))
    }

    /// Only the node speaks of it.
    fn growing_by_its_node(&self) -> Option<Opinion> {
        if self.window.knows(Quantity::ResidentBytes) || self.window.knows(Quantity::HeldBytes) {
            return None;
        }
        let held = self.held();
        let left = seconds_left(&held, self.limit)?;
        let summary = format!(
            "what the container's processes hold grows, {} at last, and at this pace reaches the container's {} in {}",
            bytes(held.last().map_or(self.peak, |last| last.1)),
            bytes(self.limit),
            Unit::Seconds.humanize(left)
        );
        Some(self.fired(Severity::Warning, summary, GROWS).with("seconds_left", left, Unit::Seconds))
    }

    /// Its working set grows, and the program does not.
    fn growing_by_pages(&self) -> Option<Opinion> {
        let grown = growth_of_pages(self.window)?;
        let until = seconds_left(&self.counted(), self.limit).map_or_else(String::new, |left| {
            let left = Unit::Seconds.humanize(left);
            format!("; at this pace it reaches the container's {} in {left}", bytes(self.limit))
        });
        let summary = format!(
            "what counts as used grows by {}, and what the program holds does not: pages of files, which the kernel takes back, or of \
             tmpfs or the kernel's own, which it does not{until}",
            bytes(grown)
        );
        let opinion = self.fired(Severity::Info, summary, CACHE);
        Some(opinion.with("growth_of_pages_bytes", grown, Unit::Bytes).confounder(WORKING_SET))
    }

    /// A pace of either that reaches the limit within as long again is never clear.
    fn not_known_to_last(&self) -> Option<Opinion> {
        let reaches = |points: &[(f64, f64)]| {
            Growth::from_points(points, Envelope::Median)
                .is_some_and(|growth| growth.last + growth.increase().max(growth.latest) > self.limit)
        };
        let counted = self.counted();
        let is_near = seconds_left(&counted, self.limit).is_some() || reaches(&self.held()) || reaches(&counted);
        let reason = "there is memory to spare, but at the pace of the time looked at not for as long again: more scrapes will tell";
        is_near.then(|| self.with_evidence(Opinion::insufficient(reason)))
    }

    fn held(&self) -> Vec<(f64, f64)> {
        self.window.points_of(|row| held(self.window, row))
    }

    /// What the kernel counts as used.
    fn counted(&self) -> Vec<(f64, f64)> {
        self.window.points(Quantity::ContainerUsedBytes)
    }
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
