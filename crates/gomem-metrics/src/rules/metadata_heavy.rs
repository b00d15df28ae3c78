//! `metadata_heavy`: the runtime's own tables are > 20 % of what Go holds, and > 64 MiB.
//!
//! Span records, the GC's bitmaps, the profiler's buckets and the rest: 3 to 8 % in healthy programs.

use gomem_finding::Severity;
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes, percent};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let parts = [
        ("span records", Quantity::MspanSysBytes),
        ("the GC's tables", Quantity::GcSysBytes),
        ("the profiler's buckets", Quantity::BuckHashSysBytes),
        ("other tables", Quantity::OtherSysBytes),
    ]
    .map(|(name, quantity)| (name, window.median(quantity)));
    let Some(held) = window.median(Quantity::HeldBytes).filter(|_| parts.iter().any(|part| part.1.is_some())) else {
        return Opinion::not_evaluable(&[
            "go_memstats_gc_sys_bytes",
            "go_memstats_mspan_sys_bytes",
            "go_memstats_sys_bytes",
            "go_memstats_heap_released_bytes",
        ]);
    };
    let sum: f64 = parts.iter().filter_map(|part| part.1).sum();
    let share = sum / held.max(1.0);
    let evidence = |opinion: Opinion| {
        opinion.against("metadata_fraction", share, LEAST_FRACTION, Unit::Fraction).against(
            "metadata_bytes",
            sum,
            LEAST_BYTES,
            Unit::Bytes,
        )
    };
    if share <= LEAST_FRACTION || sum <= LEAST_BYTES {
        return evidence(Opinion::clear("the runtime's own tables are small"));
    }
    let largest = parts.iter().max_by(|a, b| a.1.unwrap_or(0.0).total_cmp(&b.1.unwrap_or(0.0)));
    let (name, size) = largest.map_or(("", 0.0), |part| (part.0, part.1.unwrap_or(0.0)));
    let summary = format!(
        "the runtime's own tables hold {} ({} of what Go holds), most of it {name} with {}",
        bytes(sum),
        percent(share),
        bytes(size)
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION))
        .confounder("Tables grow with the largest heap there ever was, and never shrink.")
}

const ACTION: &str = "Span records: fewer small objects. Profiler's buckets: raise MemProfileRate, turn off block and mutex profiles; deep \
                      recursion makes a bucket of each stack.";
const LEAST_FRACTION: f64 = 0.20;
const LEAST_BYTES: f64 = 64.0 * MIB;
