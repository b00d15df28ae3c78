//! `goroutine_leak`: the number of goroutines rises, and goes on rising.
//!
//! Over six spans of equal time, of the median in each: last ≥ 2 × first and ≥ 100 more; Kendall's τ ≥ 0.7; the last third's
//! pace would still add ≥ 20 %. Connections that are kept alive level off; a peak of traffic goes down again, or
//! allocation goes up with it.

use gomem_finding::{Confidence, Severity};
use gomem_table::Unit;

use super::opinion::{Opinion, since_text};
use crate::{
    analysis::{Envelope, FEWEST_POINTS, Growth, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let points = window.points(Quantity::Goroutines);
    if points.is_empty() {
        return Opinion::not_evaluable(&["go_goroutines"]);
    }
    let goes_up = |growth: &Growth| {
        let ratio = growth.last / growth.first.max(1.0);
        ratio >= LEAST_RATIO && growth.increase() >= LEAST_MORE && growth.tau >= LEAST_TAU
    };
    let latest = |growth: &Growth| growth.latest / growth.median.max(1.0);
    let goes_on = |growth: &Growth| latest(growth) >= LEAST_LATEST && growth.step_fraction <= MOST_IN_A_STEP;
    let growth = |points: &[(f64, f64)]| Growth::from_points(points, Envelope::Median);
    let Some((since, growth)) = Growth::latest(&points, growth, |growth| goes_up(growth) && goes_on(growth)) else {
        return Opinion::insufficient(format!("only {} scrapes; {FEWEST_POINTS} are needed", points.len()));
    };
    let ratio = growth.last / growth.first.max(1.0);
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("goroutines_ratio", ratio, LEAST_RATIO, Unit::Ratio)
            .against("goroutines_more", growth.increase(), LEAST_MORE, Unit::Count)
            .against("kendall_tau", growth.tau, LEAST_TAU, Unit::Ratio)
            .against("latest_growth_fraction", latest(&growth), LEAST_LATEST, Unit::Fraction)
    };
    if !goes_up(&growth) {
        return with_evidence(Opinion::clear("the number of goroutines does not keep growing"));
    }
    if !goes_on(&growth) {
        return with_evidence(Opinion::clear(
            "the number of goroutines went up and levels off, as connections kept alive do",
        ));
    }
    let load = window.load_ratio();
    if load.is_some_and(|load| load > 1.3 && load - 1.0 >= 0.4 * (ratio - 1.0).min(2.0)) {
        return with_evidence(Opinion::clear(
            "goroutines grow in proportion to the work: the allocation rate does too",
        ))
        .with("alloc_rate_ratio", load, Unit::Ratio);
    }
    let summary = format!(
        "{:.0} goroutines at first, {:.0} at last{}: {:.1} a second are started that never end",
        growth.first,
        growth.last,
        since_text(since),
        growth.per_second()
    );
    let stacks: Vec<_> =
        window.points(Quantity::StackInuseBytes).into_iter().filter(|point| point.0 >= since).collect();
    let per_goroutine = stacks.last().zip(stacks.first()).map(|(last, first)| (last.1 - first.1) / growth.increase());
    let opinion = Opinion::fired(Severity::Warning, summary, ACTION)
        .with("goroutines_per_second", growth.per_second(), Unit::PerSecond)
        .with("stack_bytes_per_goroutine", per_goroutine, Unit::Bytes)
        .sure(if points.len() >= 20 { Confidence::High } else { Confidence::Medium })
        .confounder("Checked: a plateau, and growth with load (allocation rate), look otherwise.");
    with_evidence(opinion)
}

const ACTION: &str = "Take a goroutine profile (/debug/pprof/goroutine?debug=2) and look for the stack that most of them share; \
                      from Go 1.27 on, /debug/pprof/goroutineleak names those that can never go on.";
const LEAST_RATIO: f64 = 2.0;
const LEAST_MORE: f64 = 100.0;
const LEAST_TAU: f64 = 0.7;
const LEAST_LATEST: f64 = 0.2;
const MOST_IN_A_STEP: f64 = 0.6;
