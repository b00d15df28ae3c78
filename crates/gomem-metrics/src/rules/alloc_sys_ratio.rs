//! `alloc_sys_ratio`: the article's second heuristic, as it words it: a high `alloc_bytes / sys_bytes` means a small working
//! set with a high allocation rate.
//!
//! ≥ 0.75 in the median. Alone it says nothing: its rank correlation with the allocation rate was −0.02 and with GC CPU −0.12
//! over 27 runs. So the rates that it stands for are named next to it.

use gomem_finding::{Confidence, Severity};
use gomem_statistics::quantile;
use gomem_table::Unit;

use super::opinion::{Opinion, bytes};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let ratio =
        |row| Some(window.value(Quantity::HeapObjectsBytes, row)? / window.value(Quantity::SysBytes, row)?.max(1.0));
    let ratios: Vec<f64> = window.points_of(ratio).iter().map(|point| point.1).collect();
    let Some(median) = quantile(&ratios, 0.5) else {
        return Opinion::not_evaluable(&["go_memstats_alloc_bytes", "go_memstats_sys_bytes"]);
    };
    let rate = window.rate(Quantity::AllocTotalBytes);
    let live = window.live().last().map(|point| point.1);
    let turnover = rate.zip(live).map(|(rate, live)| rate / live.max(1.0));
    let evidence = |opinion: Opinion| {
        opinion
            .against("alloc_sys_ratio", median, HIGH, Unit::Ratio)
            .with("alloc_rate_bytes_per_second", rate, Unit::BytesPerSecond)
            .with("live_heap_bytes", live, Unit::Bytes)
            .with("turnover_per_second", turnover, Unit::PerSecond)
            .sure(Confidence::Low)
    };
    if median < HIGH {
        return evidence(Opinion::clear("alloc_bytes is not a large part of sys_bytes"));
    }
    let because = match turnover {
        Some(turnover) if turnover >= FAST => "confirmed: the live heap is allocated anew more than once a second",
        Some(_) => "contradicted: the live heap is allocated anew less than once a second",
        None => "neither confirmed nor contradicted: the live heap, or the allocation rate, is not known",
    };
    let summary = format!(
        "alloc_bytes is {median:.2} of sys_bytes; {because}{}",
        rate.map_or_else(String::new, |rate| format!(" ({}/s allocated)", bytes(rate)))
    );
    evidence(Opinion::fired(
        Severity::Info,
        summary,
        "Look at the allocation rate, GC cycles a second and GC CPU instead.",
    ))
    .confounder(
        "The ratio depends on the moment of the scrape between two GCs, on GOGC, and on past spikes in sys_bytes.",
    )
}

const HIGH: f64 = 0.75;
const FAST: f64 = 1.0;
