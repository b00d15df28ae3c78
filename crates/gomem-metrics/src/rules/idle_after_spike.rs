//! `idle_after_spike`: a high-water mark that looks like a leak.
//!
//! `sys_bytes` practically never falls, so it shows the highest need there ever was. Fires when `sys` is ≥ 4 times what the
//! runtime still holds (`sys − released`) and 64 MiB more; or when the heap in use is half of what it was, or less, and
//! more than half of what is held, and 64 MiB, is neither needed for the goal nor given back yet. What was returned and is still
//! resident (huge pages, `MADV_FREE`) is told. Where `sys` is not exported, by the peak of what is held. The scavenger keeps up to 1.1 times what the goal needs (`runtime/mgcscavenge.go`).

use gomem_finding::{Confidence, Severity};
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let held = |row| window.value(Quantity::HeldBytes, row);
    let values: Vec<f64> = window.points_of(held).iter().map(|point| point.1).collect();
    let run = window.until_now();
    let (Some(held_now), Some(most_held)) = (quantile(&values, 0.5), quantile(&values, MOST_OF_THE_TIME)) else {
        return Opinion::not_evaluable(&["go_memstats_sys_bytes", "go_memstats_heap_released_bytes"]);
    };
    let Some(sys) = window.last(Quantity::SysBytes) else {
        return by_held(&run, held_now, most_held).missing(&["go_memstats_sys_bytes"]);
    };
    let needed = window.median_of(|row| {
        let of = |quantity| window.value(quantity, row);
        let goal = of(Quantity::HeapGoalBytes)?.max(of(Quantity::HeapInuseBytes)?);
        let outside = of(Quantity::HeldBytes)? - (of(Quantity::HeapInuseBytes)? + idle_bytes(window, row)?);
        Some(1.1 * goal + outside.max(0.0))
    });
    let peak = run.highest(Quantity::HeapInuseBytes);
    let returned = sys / most_held.max(1.0);
    let excess = needed.map(|needed| held_now - needed);
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("sys_to_held_ratio", returned, LEAST_RATIO, Unit::Ratio)
            .with("sys_bytes", sys, Unit::Bytes)
            .with("held_bytes", held_now, Unit::Bytes)
            .with("unneeded_bytes", excess, Unit::Bytes)
            .with("heap_inuse_peak_bytes", peak, Unit::Bytes)
    };
    let now = window.median(Quantity::HeapInuseBytes);
    let over = peak.zip(now).is_some_and(|(peak, now)| peak - now >= LEAST_BYTES && now <= peak / LEAST_FALL);
    let unreturned = over && excess.is_some_and(|excess| excess >= LEAST_BYTES && excess >= 0.5 * held_now);
    let resident = still_resident(window, &run);
    let with_evidence =
        |opinion: Opinion| with_evidence(opinion).with("returned_and_resident_bytes", resident, Unit::Bytes);
    if returned >= LEAST_RATIO && sys - most_held >= LEAST_BYTES {
        let rest = match resident {
            Some(resident) => format!(
                "{} was returned, of which {} is still resident (huge pages, or MADV_FREE)",
                bytes(sys - held_now),
                bytes(resident)
            ),
            None => "the rest was returned".to_owned(),
        };
        let summary = format!(
            "not a leak: of {} that Go ever had from the system, {} is held and {rest}; sys_bytes is a high-water mark",
            bytes(sys),
            bytes(held_now)
        );
        let opinion = Opinion::fired(Severity::Warning, summary, ACTION).sure(Confidence::High);
        return with_evidence(opinion.confounder(MADV_FREE));
    }
    if unreturned {
        let summary = format!(
            "not a leak: a spike to {} is over, and {} that it left behind is not returned to the system yet",
            bytes(peak.unwrap_or(0.0)),
            bytes(excess.unwrap_or(0.0))
        );
        let opinion = Opinion::fired(Severity::Warning, summary, ACTION).confounder(SCAVENGER);
        return with_evidence(opinion.confounder(MADV_FREE));
    }
    if run.rows.len() < FEWEST_SCRAPES {
        return with_evidence(Opinion::insufficient("too few scrapes to see a spike"));
    }
    with_evidence(Opinion::clear("what Go holds is about what it needs"))
}

/// Where `sys` is not exported: what Go holds fell to a quarter of what it was, or less.
fn by_held(run: &Window<'_>, held_now: f64, most_held: f64) -> Opinion {
    let peak = run.highest(Quantity::HeldBytes).unwrap_or(most_held);
    let evidence = |opinion: Opinion| {
        opinion
            .against("peak_to_held_ratio", peak / most_held.max(1.0), LEAST_RATIO, Unit::Ratio)
            .with("held_bytes", held_now, Unit::Bytes)
            .with("held_peak_bytes", peak, Unit::Bytes)
    };
    if peak < LEAST_RATIO * most_held || peak - most_held < LEAST_BYTES {
        // It may have been before, or not be returned: neither shows in what is held.
        return evidence(Opinion::not_evaluable(&["go_memstats_sys_bytes"]));
    }
    let summary = format!(
        "not a leak: Go held {}, and holds {} now: the rest was returned; sys_bytes stays a high-water mark",
        bytes(peak),
        bytes(held_now)
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(MADV_FREE)
}

/// Of what was returned the part that the system has not taken: what is resident beyond what Go holds now, and was not when Go held
/// most.
fn still_resident(window: &Window<'_>, run: &Window<'_>) -> Option<f64> {
    let outside = |row| Some(window.value(Quantity::ResidentBytes, row)? - window.value(Quantity::HeldBytes, row)?);
    let held = |row: &usize| window.value(Quantity::HeldBytes, *row).unwrap_or(0.0);
    let most = run.rows.clone().max_by(|a, b| held(a).total_cmp(&held(b)))?;
    let more = window.median_of(outside)? - outside(most)?.max(0.0);
    let returned = window.last(Quantity::HeapReleasedBytes)?;
    (more >= LEAST_BYTES).then_some(more.min(returned))
}

/// Spans without objects that were not returned.
fn idle_bytes(window: &Window<'_>, row: usize) -> Option<f64> {
    Some(window.value(Quantity::HeapIdleBytes, row)? - window.value(Quantity::HeapReleasedBytes, row)?)
}

const ACTION: &str = "Alert on sys_bytes − heap_released_bytes or on the resident memory, not on sys_bytes; cap what a single request \
                      may allocate; GOMEMLIMIT makes the runtime return memory earlier.";
const SCAVENGER: &str =
    "The scavenger takes minutes, and the goal of a spike holds until the next GC, at most two minutes.";
const MADV_FREE: &str = "Transparent huge pages keep memory resident that was returned in parts; with Go 1.12 to 1.15, and with \
                         GODEBUG=madvdontneed=0, it falls only under pressure (MADV_FREE).";
/// What comes and goes is needed.
const MOST_OF_THE_TIME: f64 = 0.65;
const LEAST_RATIO: f64 = 4.0;
const LEAST_BYTES: f64 = 64.0 * MIB;
/// A heap that is a half of what it was has had a spike, however long it took.
const LEAST_FALL: f64 = 2.0;
const FEWEST_SCRAPES: usize = 8;
