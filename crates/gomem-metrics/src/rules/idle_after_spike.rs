//! `idle_after_spike`: a high-water mark that looks like a leak.
//!
//! `sys_bytes` practically never falls, so it shows the highest need there ever was. Fires when `sys` is ≥ 4 times what the
//! runtime still holds (`sys − released`) and 64 MiB more; or when a short spike (the heap in use went to ≥ 4 times its
//! median, for at most half of the time) is over, and more than half of what is held, and 64 MiB, is neither needed for the
//! goal nor given back yet. The scavenger keeps up to 1.1 times what the goal needs (`runtime/mgcscavenge.go`).

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let held = |row| window.value(Quantity::HeldBytes, row);
    let (Some(held_now), Some(sys)) = (window.recent_of(held), window.last(Quantity::SysBytes)) else {
        return Opinion::not_evaluable(&["go_memstats_sys_bytes", "go_memstats_heap_released_bytes"]);
    };
    let needed = window.recent_of(|row| {
        let of = |quantity| window.value(quantity, row);
        let goal = of(Quantity::HeapGoalBytes)?.max(of(Quantity::HeapInuseBytes)?);
        let outside = of(Quantity::HeldBytes)? - (of(Quantity::HeapInuseBytes)? + idle_bytes(window, row)?);
        Some(1.1 * goal + outside.max(0.0))
    });
    let inuse = window.points(Quantity::HeapInuseBytes);
    let median = gomem_statistics::quantile(&inuse.iter().map(|point| point.1).collect::<Vec<_>>(), 0.5);
    let peak = window.highest(Quantity::HeapInuseBytes);
    let returned = sys / held_now.max(1.0);
    let excess = needed.map(|needed| held_now - needed);
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("sys_to_held_ratio", returned, LEAST_RATIO, Unit::Ratio)
            .with("sys_bytes", sys, Unit::Bytes)
            .with("held_bytes", held_now, Unit::Bytes)
            .with("unneeded_bytes", excess, Unit::Bytes)
            .with("heap_inuse_peak_bytes", peak, Unit::Bytes)
    };
    let spike =
        peak.zip(median).is_some_and(|(peak, median)| peak >= LEAST_RATIO * median && peak - median >= LEAST_BYTES);
    let over =
        spike && peak.zip(window.recent(Quantity::HeapInuseBytes)).is_some_and(|(peak, now)| now <= peak / LEAST_RATIO);
    let unreturned = over && excess.is_some_and(|excess| excess >= LEAST_BYTES && excess >= 0.5 * held_now);
    if returned >= LEAST_RATIO && sys - held_now >= LEAST_BYTES {
        let summary = format!(
            "not a leak: of {} that Go ever had from the system, {} is held and the rest was returned; sys_bytes is a high-water mark",
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
    if window.rows.len() < FEWEST_SCRAPES {
        return with_evidence(Opinion::insufficient("too few scrapes to see a spike"));
    }
    with_evidence(Opinion::clear("what Go holds is about what it needs"))
}

/// Spans without objects that were not returned.
fn idle_bytes(window: &Window<'_>, row: usize) -> Option<f64> {
    Some(window.value(Quantity::HeapIdleBytes, row)? - window.value(Quantity::HeapReleasedBytes, row)?)
}

const ACTION: &str = "Alert on sys_bytes − heap_released_bytes or on the resident memory, not on sys_bytes; cap what a single request \
                      may allocate; GOMEMLIMIT makes the runtime return memory earlier.";
const SCAVENGER: &str =
    "The scavenger takes minutes, and the goal of a spike holds until the next GC, at most two minutes.";
const MADV_FREE: &str = "With Go 1.12 to 1.15 on Linux the resident memory falls only under pressure (MADV_FREE).";
const LEAST_RATIO: f64 = 4.0;
const LEAST_BYTES: f64 = 64.0 * MIB;
const FEWEST_SCRAPES: usize = 8;
