//! `alloc_rate_spike`: from one moment on, ≥ 3 times as much is allocated, ≥ 50 MB/s, and it stays so.
//!
//! A rate that was below 1 MB/s before is work that begins, which is good to know.
//!
//! Two levels are fitted to the rate between scrapes (least sum of deviations from the medians). Nearly all points must
//! agree on a jump (10 % of the points of the higher level, and 10 % of the lower, may cross by no more than a quarter of it),
//! so neither ramps, nor waves, nor bursts fire; each level has at least 5 points.

use gomem_finding::{Confidence, Severity};
use gomem_table::Unit;

use super::opinion::{Opinion, bytes};
use crate::{
    analysis::{ChangePoint, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if !window.knows(Quantity::AllocTotalBytes) {
        return Opinion::not_evaluable(&["go_memstats_alloc_bytes_total"]);
    }
    let rates = window.rates(Quantity::AllocTotalBytes);
    let Some(change) = ChangePoint::from_points(&rates, LEAST_POINTS) else {
        return Opinion::insufficient(format!("only {} scrapes; {} are needed", rates.len() + 1, 2 * LEAST_POINTS + 1));
    };
    let ratio = change.after / change.before.max(1.0);
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("alloc_rate_ratio", ratio, LEAST_RATIO, Unit::Ratio)
            .against("alloc_rate_bytes_per_second", change.after, LEAST_RATE, Unit::BytesPerSecond)
            .with("alloc_rate_before_bytes_per_second", change.before, Unit::BytesPerSecond)
    };
    let sharp = change.gap >= 0.5 * (change.after - change.before);
    if ratio < LEAST_RATIO || change.after < LEAST_RATE || !sharp {
        return with_evidence(Opinion::clear("the allocation rate has no lasting jump"));
    }
    // From nothing to something is work that begins, and no multiple of what was there.
    let severity = if change.before < LEAST_BEFORE { Severity::Info } else { Severity::Warning };
    let summary = format!(
        "{:.0} s into the window the allocation rate went from {}/s to {}/s, and stays there",
        change.at,
        bytes(change.before),
        bytes(change.after)
    );
    with_evidence(Opinion::fired(severity, summary, ACTION))
        .sure(if change.points >= 10 { Confidence::High } else { Confidence::Medium })
        .confounder("A deployment, or more traffic, does the same: compare with the rate of requests.")
}

const ACTION: &str = "Compare an allocs profile from before with one from now: gomem diff BEFORE AFTER.";
const LEAST_POINTS: usize = 5;
const LEAST_RATIO: f64 = 3.0;
const LEAST_RATE: f64 = 50e6;
const LEAST_BEFORE: f64 = 1e6;
