//! `sys_retained`: the article's first heuristic, as it words it: `sys_bytes` rises and stays high.
//!
//! Rose by ≥ 10 % and is within 2 % of its highest. Alone it is right in 9 of 16 cases of 27 measured ones: `sys_bytes`
//! practically never falls, whatever happens. So the live heap is named next to it.

use gomem_finding::{Confidence, Severity};
use gomem_table::Unit;

use super::{
    live_heap_leak,
    opinion::{Opinion, Verdict, bytes, since_text},
};
use crate::{
    analysis::{FEWEST_POINTS, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let points = window.points(Quantity::SysBytes);
    let (Some(first), Some(last), Some(highest)) =
        (points.first().map(|point| point.1), points.last().map(|point| point.1), window.highest(Quantity::SysBytes))
    else {
        return Opinion::not_evaluable(&["go_memstats_sys_bytes"]);
    };
    if points.len() < FEWEST_POINTS {
        let few = format!("it takes {FEWEST_POINTS} scrapes to see a rise");
        return Opinion::insufficient(few).with("sys_bytes", last, Unit::Bytes);
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
    let level = points.iter().take_while(|point| point.1 <= first * (2.0 - NEARLY)).last();
    // A rise from the begin on has no moment to be told.
    let since = level.map_or(0.0, |point| point.0);
    let since = if since > window.seconds() / 6.0 { since_text(since) } else { String::new() };
    let summary = format!("sys_bytes rose from {} to {}{since}; {because}", bytes(first), bytes(last));
    evidence(Opinion::fired(
        Severity::Info,
        summary,
        "Believe live_heap_leak, offheap_growth and idle_after_spike rather than this.",
    ))
    .confounder("sys_bytes includes memory that was returned, and practically never falls.")
}

const LEAST_RISE: f64 = 0.10;
const NEARLY: f64 = 0.98;
