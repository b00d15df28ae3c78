//! `sys_retained`: the article's first heuristic, as it words it: `sys_bytes` rises and stays high.
//!
//! Rose by ≥ 10 % and is within 2 % of its highest. Alone it is right in 9 of 16 cases of 27 measured ones: `sys_bytes`
//! practically never falls, whatever happens. So the live heap is named next to it.

use gomem_finding::{Confidence, Severity};
use gomem_table::Unit;

use super::{
    live_heap_leak,
    opinion::{Opinion, Verdict, bytes},
};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let points = window.points(Quantity::SysBytes);
    let (Some(first), Some(last), Some(highest)) =
        (points.first().map(|point| point.1), points.last().map(|point| point.1), window.highest(Quantity::SysBytes))
    else {
        return Opinion::not_evaluable(&["go_memstats_sys_bytes"]);
    };
    if points.len() < 2 {
        return Opinion::insufficient("one scrape shows no rise").with("sys_bytes", last, Unit::Bytes);
    }
    let rise = last / first.max(1.0) - 1.0;
    let evidence = |opinion: Opinion| {
        opinion
            .against("sys_growth_fraction", rise, LEAST_RISE, Unit::Fraction)
            .with("sys_bytes", last, Unit::Bytes)
            .with("held_bytes", window.last_third().median(Quantity::HeldBytes), Unit::Bytes)
            .sure(Confidence::Low)
    };
    if rise < LEAST_RISE || last < NEARLY * highest {
        return evidence(Opinion::clear("sys_bytes does not rise"));
    }
    let because = match live_heap_leak::find(window).verdict {
        Verdict::Fired => "confirmed: what survives GC grows too (live_heap_leak)",
        Verdict::Clear => "contradicted: what survives GC does not keep growing, so sys_bytes is a high-water mark",
        _ => "neither confirmed nor contradicted: whether what survives GC grows cannot be told",
    };
    let summary = format!("sys_bytes rose from {} to {}; {because}", bytes(first), bytes(last));
    evidence(Opinion::fired(
        Severity::Info,
        summary,
        "Believe live_heap_leak, offheap_growth and idle_after_spike rather than this.",
    ))
    .confounder("sys_bytes includes memory that was returned, and practically never falls.")
}

const LEAST_RISE: f64 = 0.10;
const NEARLY: f64 = 0.98;
