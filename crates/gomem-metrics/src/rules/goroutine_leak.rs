//! `goroutine_leak`: the number of goroutines rises, and goes on rising.
//!
//! Over six spans of equal time, of the median in each: last ≥ 2 × first and ≥ 100 more; Kendall's τ ≥ 0.7; the last third's
//! pace would still add ≥ 20 %. A steady growth by a tenth or more that has not come so far is `insufficient`. Connections that
//! are kept alive level off, and a peak of traffic goes down again. Growth is `insufficient` where allocation goes up with it, by two fifths
//! as much: more work may need it. Where goroutines are not counted,
//! as by expvar, stacks stand for them: they double, by ≥ 0.5 MiB.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes, since_text};
use crate::{
    analysis::{Envelope, FEWEST_POINTS, Growth, Window},
    model::Quantity,
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let points = window.points(Quantity::Goroutines);
    if points.is_empty() {
        return by_stacks(window);
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
    let is_steady = growth.tau >= LEAST_TAU && growth.latest >= LEAST_OF_PACE * growth.increase();
    if !goes_up(&growth) && is_steady && growth.increase() >= LITTLE_MORE * growth.first.max(LITTLE_COUNT / LITTLE_MORE)
    {
        let reason = format!(
            "{:.0} goroutines at first, {:.0} at last, and no slower lately: too few more yet to tell a leak from a load",
            growth.first, growth.last
        );
        return with_evidence(Opinion::insufficient(reason));
    }
    if !goes_up(&growth) {
        return with_evidence(Opinion::clear("the number of goroutines does not keep growing"));
    }
    if !goes_on(&growth) {
        return with_evidence(Opinion::clear(
            "the number of goroutines went up and levels off, as connections kept alive do",
        ));
    }
    let load = window.load_ratio();
    if let Some(load) = load.filter(|&load| load > 1.3 && load - 1.0 >= LEAST_OF_LOAD * (ratio - 1.0).min(2.0)) {
        let reason = format!(
            "{:.0} goroutines at first, {:.0} at last, and {load:.1} times as much is allocated a second: more work needs more of them, and those \
             that never end may be what allocates; whether they fall with the work tells",
            growth.first, growth.last
        );
        let opinion = Opinion::insufficient(reason);
        return with_evidence(opinion).with("alloc_rate_ratio", Some(load), Unit::Ratio);
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

/// Where goroutines are not counted, as in `/debug/vars`: stacks that go on growing are more goroutines, or ever deeper ones.
fn by_stacks(window: &Window<'_>) -> Opinion {
    let growth = stack_growth(window).filter(|(_, growth)| stacks_rise(growth));
    let Some((since, growth)) = growth.filter(|_| !goes_with_load(window)) else {
        return Opinion::not_evaluable(&["go_goroutines"]);
    };
    let summary = format!(
        "stacks grow from {} to {}{}: some {:.0} goroutines more, of 2 to 8 KiB each, that never end",
        bytes(growth.first),
        bytes(growth.last),
        since_text(since),
        growth.increase() / STACK_BYTES
    );
    Opinion::fired(Severity::Warning, summary, ACTION)
        .against("stack_growth_bytes", growth.increase(), LEAST_STACK_BYTES, Unit::Bytes)
        .against("stack_ratio", growth.last / growth.first.max(1.0), LEAST_RATIO, Unit::Ratio)
        .against("kendall_tau", growth.tau, LEAST_TAU, Unit::Ratio)
        .missing(&["go_goroutines"])
        .sure(Confidence::Low)
        .confounder("Recursion that gets ever deeper does the same.")
}

/// Whether stacks go on growing, as they do when goroutines leak.
pub(super) fn stacks_grow(window: &Window<'_>) -> bool {
    stack_growth(window).is_some_and(|(_, growth)| stacks_rise(&growth))
}

fn stack_growth(window: &Window<'_>) -> Option<(f64, Growth)> {
    let growth = |points: &[(f64, f64)]| Growth::from_points(points, Envelope::Median);
    Growth::latest(&window.points(Quantity::StackInuseBytes), growth, stacks_rise)
}

fn stacks_rise(growth: &Growth) -> bool {
    let goes_on = growth.latest >= LEAST_LATEST * growth.median && growth.step_fraction <= MOST_IN_A_STEP;
    growth.last >= LEAST_RATIO * growth.first
        && growth.increase() >= LEAST_STACK_BYTES
        && growth.tau >= LEAST_TAU
        && goes_on
}

/// Whether so much more is allocated lately that more goroutines are no wonder.
fn goes_with_load(window: &Window<'_>) -> bool {
    window.load_ratio().is_some_and(|load| load > 1.3)
}

const ACTION: &str = "Take a goroutine profile (/debug/pprof/goroutine?debug=2) and look for the stack that most of them share; \
                      from Go 1.27 on, /debug/pprof/goroutineleak names those that can never go on.";
/// Of the growth of goroutines, for a load that may explain it; up to three times as many.
const LEAST_OF_LOAD: f64 = 0.4;
const LEAST_RATIO: f64 = 2.0;
const LEAST_MORE: f64 = 100.0;
/// What grows steadily by this part, and by so many, may be a leak that has not come far.
const LITTLE_MORE: f64 = 0.1;
const LITTLE_COUNT: f64 = 10.0;
/// Of what was added in all, for a growth that goes on.
const LEAST_OF_PACE: f64 = 0.5;
/// Of [`LEAST_MORE`] goroutines of 2 to 8 KiB each.
const LEAST_STACK_BYTES: f64 = 0.5 * MIB;
const STACK_BYTES: f64 = 4096.0;
const LEAST_TAU: f64 = 0.7;
const LEAST_LATEST: f64 = 0.2;
const MOST_IN_A_STEP: f64 = 0.6;
