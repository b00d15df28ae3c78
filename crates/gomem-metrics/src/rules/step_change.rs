//! `step_change`: the live heap, or what is resident beyond Go, changed its level once.
//!
//! Two levels are fitted; the jump is ≥ 25 % of the lower one and ≥ 16 MiB, and nearly all points agree on half of it. A
//! warning when `go_info` tells of another version of Go before and after; by itself a new level is no defect.

use gomem_finding::Severity;
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit};

use super::{
    opinion::{Opinion, bytes},
    wanted::{CYCLES, LIVE},
};
use crate::{
    analysis::{ChangePoint, Window},
    model::Quantity,
};

pub(super) fn find(run: &Window<'_>) -> Opinion {
    let live = run.live();
    let Some(change) = ChangePoint::from_points(&live, LEAST_POINTS) else {
        return if live.is_empty() && run.cycles().is_empty() && !run.knows(Quantity::GcCyclesTotal) {
            Opinion::not_evaluable(&[CYCLES, LIVE])
        } else {
            Opinion::insufficient("too few GC cycles can be told apart")
        };
    };
    let jump = (change.after - change.before).abs();
    let lower = change.after.min(change.before);
    let evidence = |opinion: Opinion| {
        opinion
            .against("step_bytes", jump, LEAST_BYTES.max(LEAST_FRACTION * lower), Unit::Bytes)
            .with("live_heap_before_bytes", change.before, Unit::Bytes)
            .with("live_heap_after_bytes", change.after, Unit::Bytes)
    };
    if jump < LEAST_BYTES || jump < LEAST_FRACTION * lower || change.gap < 0.5 * jump {
        return evidence(Opinion::clear("the live heap has no step"));
    }
    let summary = format!(
        "{:.0} s into the window the live heap went from {} to {}, and stays there",
        change.at,
        bytes(change.before),
        bytes(change.after)
    );
    evidence(Opinion::fired(Severity::Info, summary, ACTION))
        .confounder("A deployment, a configuration that was loaded, or a cache that was emptied does this.")
}

/// Two runs, one after the other, under different versions of Go.
pub(super) fn between(runs: &[Window<'_>]) -> Option<Opinion> {
    let level = |run: &Window<'_>| {
        let resident = run.points(Quantity::ResidentBytes);
        let points = if resident.is_empty() { run.points(Quantity::HeldBytes) } else { resident };
        let settled: Vec<f64> = points.iter().skip(points.len() / 2).map(|point| point.1).collect();
        (settled.len() >= LEAST_POINTS).then(|| quantile(&settled, 0.5)).flatten()
    };
    runs.windows(2).rev().find_map(|pair| {
        let (before, after) = (pair[0].go_version()?, pair[1].go_version()?);
        let (held_before, held_after) = (level(&pair[0])?, level(&pair[1])?);
        let more = held_after - held_before;
        if before == after || more < LEAST_BYTES || more < 0.15 * held_before {
            return None;
        }
        let summary = format!(
            "with {after} the program holds {}, with {before} it held {}",
            bytes(held_after),
            bytes(held_before)
        );
        let opinion = Opinion::fired(Severity::Warning, summary, ACTION)
            .with("resident_before_bytes", held_before, Unit::Bytes)
            .with("resident_after_bytes", held_after, Unit::Bytes);
        Some(opinion.confounder("What else was deployed with the new version is not known."))
    })
}

const ACTION: &str = "Look at what was deployed or loaded at that moment; compare heap profiles from before and after.";
const LEAST_POINTS: usize = 5;
const LEAST_FRACTION: f64 = 0.25;
const LEAST_BYTES: f64 = 16.0 * MIB;
