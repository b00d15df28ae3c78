//! `finalizer_backlog`: ≥ 1000 finalizers, or cleanups, are due and not run, and they grow more.
//!
//! One goroutine runs all finalizers: one that blocks holds up the others, and keeps alive all that they refer to. The counts
//! are exported since Go 1.26; before, all that shows is a leak of the live heap.

use gomem_finding::{Confidence, Severity};
use gomem_table::Unit;

use super::opinion::{Opinion, since_text};
use crate::{
    analysis::{Envelope, FEWEST_POINTS, Growth, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let backlog =
        |queued, executed| window.points_of(|row| Some(window.value(queued, row)? - window.value(executed, row)?));
    let finalizers = backlog(Quantity::FinalizersQueuedTotal, Quantity::FinalizersExecutedTotal);
    let cleanups = backlog(Quantity::CleanupsQueuedTotal, Quantity::CleanupsExecutedTotal);
    let last = |points: &[(f64, f64)]| points.last().map_or(0.0, |point| point.1);
    let (what, points) =
        if last(&cleanups) > last(&finalizers) { ("cleanups", cleanups) } else { ("finalizers", finalizers) };
    if points.is_empty() {
        return Opinion::not_evaluable(&[
            "go_gc_finalizers_queued_finalizers_total",
            "go_gc_finalizers_executed_finalizers_total",
        ]);
    }
    let due = last(&points);
    let opinion = |opinion: Opinion| opinion.against("backlog", due, LEAST_BACKLOG, Unit::Count);
    if points.len() < FEWEST_POINTS {
        let reason = format!("{due:.0} {what} are due in {} scrapes; {FEWEST_POINTS} are needed", points.len());
        return opinion(Opinion::insufficient(reason));
    }
    if due < LEAST_BACKLOG {
        return opinion(Opinion::clear("finalizers and cleanups run as they become due"));
    }
    let rises = |growth: &Growth| {
        let goes_on = growth.latest >= growth.increase() / 3.0;
        growth.tau >= LEAST_TAU && growth.increase() >= LEAST_GROWTH * due && goes_on
    };
    let growth = |points: &[(f64, f64)]| Growth::from_points(points, Envelope::Median);
    let Some((since, growth)) = Growth::latest(&points, growth, rises) else {
        return opinion(Opinion::insufficient(format!(
            "{due:.0} {what} are due; more scrapes are needed to tell whether they grow more"
        )));
    };
    if !rises(&growth) {
        return opinion(Opinion::clear("many are due, and do not grow more lately"));
    }
    let summary = format!(
        "{due:.0} {what} are due and not run, {:.0} more a second{}: one that blocks holds up the others",
        growth.per_second(),
        since_text(since)
    );
    opinion(Opinion::fired(Severity::Warning, summary, ACTION))
        .against("kendall_tau", growth.tau, LEAST_TAU, Unit::Ratio)
        .sure(Confidence::High)
}

const ACTION: &str = "Look for the goroutine runtime.runFinalizers in /debug/pprof/goroutine?debug=2 and see where it waits; close what has \
                      to be closed explicitly.";
const LEAST_BACKLOG: f64 = 1000.0;
const LEAST_TAU: f64 = 0.7;
const LEAST_GROWTH: f64 = 0.1;
