//! `live_heap_leak`: the least that survives a GC rises from span to span, and goes on rising.
//!
//! Over six spans of equal time, of the least live heap in each: last − first ≥ 15 % of the median and ≥ 8 MiB; Kendall's
//! τ ≥ 0.6; the pace (Theil–Sen) of the later half would add ≥ 15 %, that of the last third ≥ 10 %, and ≥ 50 %
//! of what was added in all; no single step, between two levels, makes more than 60 % of it. It levels off when the last third
//! surely adds < 30 %.
//! Measured: healthy programs grow ≤ 0.2 %, a slow leak under noise 39 %; the late pace of a cache
//! that fills up is ≤ 9 %; after a storm of allocation the least live heap is up by 8 %.
//!
//! Growth of 2 to 8 MiB, or of 3 to 15 %, that goes on is `insufficient`. So is growth where the live heap once fell by more than
//! it grew in all, if fewer than six cycles of the last third are seen: where work comes in bursts the least of a few cycles is
//! chance. And so is growth where the allocation rate grows by half as much and rises in most of twelve spans (τ ≥ 0.6): the load
//! may explain it. A rate that goes up and down explains none. Where `GOGC` is not exported, it is taken for 100, unless GC runs
//! more rarely than that explains, and not equally so in each third of the run: then a memory limit may set the goal.
//!
//! Where neither the live heap nor the goal is exported, each fall of the heap by 10 % or more is a GC that is seen, and what is
//! there after it stands for what survived: it is that, and what was allocated until the scrape. Such growth has low confidence,
//! and is `insufficient` unless each span has four falls and all of the last third is above all of the first.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::{
    opinion::{Opinion, bytes, percent, since_text},
    wanted::{CYCLES, LIVE},
};
use crate::{
    analysis::{Envelope, FEWEST_POINTS, Growth, Window},
    model::{Quantity, Regime},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    if window.is_gogc_in_doubt() {
        return Opinion::not_evaluable(&["go_gc_gogc_percent", LIVE]);
    }
    let is_of_falls = !window.knows(Quantity::HeapLiveBytes) && !window.knows(Quantity::HeapGoalBytes);
    let live = if is_of_falls { window.after_falls() } else { window.live() };
    if live.is_empty() && !window.knows(Quantity::HeapLiveBytes) {
        return without_cycles(window, is_of_falls);
    }
    let Some((since, growth)) = latest_growth(window, &live) else {
        return Opinion::insufficient(format!(
            "only {} GC cycles can be told apart; {FEWEST_POINTS} are needed, without a gap in the metrics",
            live.len()
        ));
    };
    let relative = |amount: f64| amount / growth.median.max(1.0);
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("live_heap_growth_fraction", relative(growth.increase()), LEAST_GROWTH, Unit::Fraction)
            .against("kendall_tau", growth.tau, LEAST_TAU, Unit::Ratio)
            .against("late_growth_fraction", relative(growth.late), LEAST_GROWTH, Unit::Fraction)
            .against("step_fraction", growth.step_fraction, MOST_IN_A_STEP, Unit::Fraction)
            .with("live_heap_first_bytes", growth.first, Unit::Bytes)
            .with("live_heap_last_bytes", growth.last, Unit::Bytes)
            .with("gc_cycles", live.len() as f64, Unit::Count)
    };
    if let Some(opinion) = Course::from_growth(&growth).objection(window, &growth) {
        return with_evidence(opinion);
    }
    if is_of_falls && !Window::are_falls_sure(&live) {
        let reason = "after its falls more is left of the heap, which is no more than what survived at most: go_memstats_next_gc_bytes \
                      or more readings are needed to tell";
        return with_evidence(Opinion::insufficient(reason)).missing(&[GOAL, LIVE]);
    }
    if let Some(load) = explaining_load(window, &growth) {
        let reason = format!(
            "the live heap grows, and {load:.1} times as much is allocated a second in the end: more work keeps more, and a program that goes \
             through all that it leaked allocates more; whether it falls with the work tells"
        );
        return with_evidence(Opinion::insufficient(reason)).with("alloc_rate_ratio", load, Unit::Ratio);
    }
    let confidence = if is_of_falls { Confidence::Low } else { confidence(window, live.len()) };
    with_evidence(leak(window, &growth, since, is_of_falls).sure(confidence))
}

/// Why no GC cycle is seen, and what that means.
fn without_cycles(window: &Window<'_>, is_of_falls: bool) -> Opinion {
    match window.regime() {
        _ if is_of_falls && window.points(Quantity::HeapObjectsBytes).len() >= FEWEST_POINTS => {
            Opinion::insufficient("the heap never falls, so that no GC is seen in it").missing(&[GOAL, LIVE])
        }
        _ if !window.knows(Quantity::GcCyclesTotal) => Opinion::not_evaluable(&[CYCLES, LIVE]),
        Regime::Gogc | Regime::BeyondLimit => Opinion::insufficient("no GC cycle ended in the time looked at"),
        Regime::MinimumHeap => Opinion::clear("the live heap is below the least that the runtime collects"),
        _ => Opinion::not_evaluable(&[LIVE]),
    }
}

/// How many times as much is allocated in the end, where that explains the growth. A load that goes up and down, and stands high
/// at the end by chance, explains nothing.
fn explaining_load(window: &Window<'_>, growth: &Growth) -> Option<f64> {
    let ratio = growth.last / growth.first.max(1.0);
    let rises = window.load_tau().is_none_or(|tau| tau >= LEAST_TAU);
    window.load_ratio().filter(|load| rises && load - 1.0 >= GOES_WITH * (ratio - 1.0).min(2.0) && *load > 1.1)
}

/// The live heap grows, and goes on.
fn leak(window: &Window<'_>, growth: &Growth, since: f64, is_of_falls: bool) -> Opinion {
    let (what, sure) = match is_of_falls {
        true => {
            ("each time the heap fell more is left of it", " (low confidence: the live heap itself is not exported)")
        }
        false => ("after each GC more survives", ""),
    };
    let summary = format!(
        "{what}: {} at first, {} at last ({} more){}, and no slower lately{sure}",
        bytes(growth.first),
        bytes(growth.last),
        percent(growth.increase() / growth.first.max(1.0)),
        since_text(since)
    );
    let goroutines = window.points(Quantity::Goroutines);
    let more_goroutines = goroutines.last().zip(goroutines.first()).map_or(0.0, |(last, first)| last.1 - first.1);
    let by_goroutines = more_goroutines > 100.0 && growth.increase() / more_goroutines < MOST_FOR_A_GOROUTINE;
    let severity = match limit(window) {
        _ if by_goroutines => Severity::Info,
        Some(limit) if growth.last + growth.increase() > limit => Severity::Critical,
        _ => Severity::Warning,
    };
    let opinion = Opinion::fired(severity, summary, ACTION)
        .with("growth_bytes_per_second", growth.per_second(), Unit::BytesPerSecond)
        .confounder(
            "Checked: a cache that fills up, a single step, and growth with load (allocation rate) look otherwise.",
        );
    let opinion = if by_goroutines {
        opinion.confounder("The growth is about what the additional goroutines hold: see goroutine_leak.")
    } else {
        opinion
    };
    if is_of_falls || window.live_is_estimate() { opinion.missing(&[LIVE]) } else { opinion }
}

/// What a live heap does over some time.
enum Course {
    /// It does not grow steadily, or hardly.
    Flat,
    /// It goes up and down by so much that growth may be hidden.
    Hidden,
    /// It grows steadily, by little.
    Little,
    /// It went up at once.
    Step,
    /// It grew, and hardly does any more.
    LevelsOff,
    /// It grew, and whether it goes on is within the scatter of the cycles, or seen in too few.
    Slows,
    /// It fell by more than it grew in all, and few cycles are seen of late.
    Scatters,
    /// It grows, and goes on.
    Rises,
}

impl Course {
    /// Why this is no leak, or not known to be one; `None` of what grows and goes on.
    fn objection(self, window: &Window<'_>, growth: &Growth) -> Option<Opinion> {
        Some(match self {
            Self::Little => Opinion::insufficient(format!(
                "the live heap grows by {}, {}, which is too little yet to tell a leak from what a start needs",
                bytes(growth.increase()),
                percent(growth.increase() / growth.median.max(1.0))
            )),
            Self::Hidden => {
                Opinion::insufficient("the live heap goes up and down by so much that growth may be hidden")
            }
            Self::Flat => Opinion::clear("what survives GC does not grow"),
            Self::Step if window.cycles().iter().any(|cycle| cycle.live_bytes.is_none()) => {
                Opinion::insufficient("the live heap grew, and is not known in between").missing(&[LIVE])
            }
            Self::Step => Opinion::clear("the live heap went up in one step, and not since"),
            Self::LevelsOff => Opinion::clear("the live heap grew, and levels off, as a cache does that fills up"),
            Self::Slows => {
                let least = LEAST_LATEST.max(LEAST_OF_PACE * growth.increase() / growth.median.max(1.0));
                Opinion::insufficient("the live heap grew, and may be levelling off: more GC cycles are needed to tell")
                    .against("latest_growth_fraction", growth.latest / growth.median.max(1.0), least, Unit::Fraction)
            }
            Self::Scatters => Opinion::insufficient(
                "what survives GC fell by more than it grew in all, and few cycles are seen of late: more are needed to tell",
            ),
            Self::Rises => return None,
        })
    }

    fn from_growth(growth: &Growth) -> Self {
        let relative = |amount: f64| amount / growth.median.max(1.0);
        let increase = relative(growth.increase());
        if growth.increase() < LITTLE_BYTES || growth.tau < LEAST_TAU {
            let may_rise = growth.increase() > 0.0 && growth.most >= LEAST_BYTES.max(LEAST_GROWTH * growth.median);
            return if may_rise { Self::Hidden } else { Self::Flat };
        }
        if increase < LEAST_GROWTH {
            let goes_on = increase >= LITTLE_GROWTH && relative(growth.latest) >= LEAST_OF_PACE * increase;
            return if goes_on && growth.step_fraction <= MOST_IN_A_STEP { Self::Little } else { Self::Flat };
        }
        if growth.step_fraction > MOST_IN_A_STEP {
            return Self::Step;
        }
        let latest = relative(growth.latest);
        let goes_on = latest >= LEAST_LATEST.max(LEAST_OF_PACE * increase);
        if goes_on && relative(growth.late) >= LEAST_GROWTH {
            // The least of a few cycles is chance where work comes in bursts.
            if growth.latest_points < FEWEST_OF_BURSTS && growth.largest_fall > growth.increase() {
                return Self::Scatters;
            }
            return if growth.increase() < LEAST_BYTES { Self::Little } else { Self::Rises };
        }
        let is_slow = latest + relative(growth.latest_error) < LEAST_LATEST.max(MOST_OF_PACE * increase);
        if is_slow && growth.latest_points >= FEWEST_OF_A_LEVEL { Self::LevelsOff } else { Self::Slows }
    }
}

/// How the live heap goes now, and since when.
fn latest_growth(window: &Window<'_>, live: &[(f64, f64)]) -> Option<(f64, Growth)> {
    let growth = |points: &[(f64, f64)]| {
        if window.has_gap() { Growth::from_points(points, Envelope::Least) } else { Growth::from_cycles(points) }
    };
    Growth::latest(live, growth, |growth| matches!(Course::from_growth(growth), Course::Rises))
}

/// How the live heap grows, where it does so without an end in sight.
pub(super) fn rising(window: &Window<'_>) -> Option<Growth> {
    let (_, growth) = latest_growth(window, &window.live())?;
    matches!(Course::from_growth(&growth), Course::Rises).then_some(growth)
}

/// What the live heap may not exceed.
fn limit(window: &Window<'_>) -> Option<f64> {
    let limits = [window.container_limit_bytes, window.memory_limit()];
    limits.into_iter().flatten().min_by(f64::total_cmp)
}

fn confidence(window: &Window<'_>, cycles: usize) -> Confidence {
    match cycles {
        20.. if !window.live_is_estimate() => Confidence::High,
        12.. => Confidence::Medium,
        _ => Confidence::Low,
    }
}

const GOAL: &str = "go_memstats_next_gc_bytes";
const ACTION: &str = "Take two heap profiles some minutes apart and compare them: gomem growth FIRST SECOND.";
const LEAST_GROWTH: f64 = 0.15;
const LITTLE_GROWTH: f64 = 0.03;
const LEAST_LATEST: f64 = 0.10;
/// An exponential approach to a limit falls below the first of these after 1.7 of its time constants, and below the second after
/// three. In between it cannot be told from a leak that has got slower.
const LEAST_OF_PACE: f64 = 0.5;
const MOST_OF_PACE: f64 = 0.3;
const LEAST_BYTES: f64 = 8.0 * MIB;
/// Less is what any program's tables and pools take.
const LITTLE_BYTES: f64 = 2.0 * MIB;
/// Of a level that a cache stays at: fewer cycles there may lie close together by chance.
const FEWEST_OF_A_LEVEL: usize = 4;
/// Cycles of the last third: so many fall into each phase of the work.
const FEWEST_OF_BURSTS: usize = 6;
const LEAST_TAU: f64 = 0.6;
const MOST_IN_A_STEP: f64 = 0.6;
/// A judgement: growth is explained when the load grew by this part of it.
const GOES_WITH: f64 = 0.5;
/// A stack of 2 to 8 KiB, and what a request's goroutine holds.
const MOST_FOR_A_GOROUTINE: f64 = 16.0 * 1024.0;
