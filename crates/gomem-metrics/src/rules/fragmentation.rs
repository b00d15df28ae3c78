//! `fragmentation`: memory in spans that few objects keep alive.
//!
//! `(heap_inuse − heap_alloc) / heap_inuse` over three GC cycles or more: ≥ 40 % in the median, ≥ 30 % even
//! at the fullest moments between two GCs (right after sweeping, every healthy heap has free slots that the next allocations
//! fill), and ≥ 32 MiB. Of fewer cycles the goal tells how full the spans get: allocation fills them up to it, and no
//! further. Measured: 1 to 6 % in healthy programs, 79 to 81 % where eleven of twelve small objects were freed.

use gomem_finding::Severity;
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes, percent};
use crate::{
    analysis::{FEWEST_POINTS, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let unused = |row| {
        let (inuse, objects) =
            (window.value(Quantity::HeapInuseBytes, row)?, window.value(Quantity::HeapObjectsBytes, row)?);
        Some((inuse - objects).max(0.0))
    };
    let fraction = |row| Some(unused(row)? / window.value(Quantity::HeapInuseBytes, row)?.max(1.0));
    // What is left of the spans in use when the heap is as large as the goal: then the next GC begins.
    let unused_at_goal = |row| {
        let (inuse, goal) = (window.value(Quantity::HeapInuseBytes, row)?, window.value(Quantity::HeapGoalBytes, row)?);
        let full = goal.max(window.value(Quantity::HeapObjectsBytes, row)?);
        Some((inuse - full).max(0.0) / inuse.max(1.0))
    };
    let shares: Vec<f64> = window.points_of(fraction).iter().map(|point| point.1).collect();
    let (Some(lately), Some(fullest), Some(wasted)) =
        (quantile(&shares, 0.5), quantile(&shares, 0.2), window.median_of(unused))
    else {
        return Opinion::not_evaluable(&["go_memstats_heap_inuse_bytes", "go_memstats_heap_alloc_bytes"]);
    };
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("unused_fraction", lately, LEAST_FRACTION, Unit::Fraction)
            .against("unused_fraction_when_fullest", fullest, LEAST_WHEN_FULLEST, Unit::Fraction)
            .against("unused_bytes", wasted, LEAST_BYTES, Unit::Bytes)
    };
    if window.highest(Quantity::HeapInuseBytes).is_some_and(|inuse| inuse < LEAST_BYTES) {
        return with_evidence(Opinion::clear("the heap is too small for it"));
    }
    let stays_unused = window.median_of(unused_at_goal).is_some_and(|share| share >= LEAST_WHEN_FULLEST);
    let fires = lately >= LEAST_FRACTION && wasted >= LEAST_BYTES && fullest >= LEAST_WHEN_FULLEST;
    if window.cycles().len() < FEWEST_CYCLES && !(stays_unused && fires) {
        let reason = "free slots come and go with each GC; some more cycles are needed to tell";
        return with_evidence(Opinion::insufficient(reason));
    }
    let is_seen = quantile(&shares, 1.0).is_some_and(|most| most >= LEAST_FRACTION);
    if !fires && is_seen && shares.len() < FEWEST_POINTS {
        return with_evidence(Opinion::insufficient("free slots come and go with each GC, and there are few scrapes"));
    }
    if !fires {
        return with_evidence(Opinion::clear("spans in use are used"));
    }
    let summary = format!(
        "{} of the spans in use, {}, holds no object: few objects keep whole spans alive, and only objects of the same size can fill them",
        percent(lately),
        bytes(wasted)
    );
    with_evidence(Opinion::fired(Severity::Warning, summary, ACTION))
        .confounder("Checked: free slots after sweeping, by the fullest moments between two GCs.")
}

const ACTION: &str = "Find the size class (/gc/heap/allocs-by-size less frees-by-size, or BySize of MemStats); allocate what lives long \
                      together and apart from what is freed in batches, or in slabs.";
const LEAST_FRACTION: f64 = 0.4;
const LEAST_WHEN_FULLEST: f64 = 0.3;
const LEAST_BYTES: f64 = 32.0 * MIB;
const FEWEST_CYCLES: usize = 3;
