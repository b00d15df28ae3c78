//! A heap goal that stays where it is while the live heap moves, or moves while that stays: a memory limit sets it, or what sets
//! `GOGC` anew, and neither is in a GC trace.

use gomem_metrics::{GcTrace, GcTraceLine, GoState, Quantity};
use gomem_statistics::quantile;

/// What a goal stays at while the live heap moves, or the other way round.
pub(crate) struct FixedGoal<'a> {
    /// The cycles that it is seen in.
    pub(crate) lines: &'a [GcTraceLine],
    pub(crate) goal_mb: f64,
    pub(crate) moves_by_mb: f64,
    /// The least and the most that was live.
    pub(crate) live_mb: (f64, f64),
    /// How far one GOGC would move it at most, where it moves further; `None` where it stays.
    pub(crate) most_of_gogc_mb: Option<f64>,
    /// The `GOGC` that would set it as well, where the live heap stays too; `None` where none would.
    pub(crate) or_gogc: Option<f64>,
}

impl<'a> FixedGoal<'a> {
    /// Of the later half of the last run of a trace, where no metrics have the limit itself.
    pub(crate) fn find(trace: &'a GcTrace, state: &GoState) -> Option<Self> {
        let lines = trace.runs().last()?;
        let is_known = state.values(Quantity::MemoryLimitBytes).iter().any(Option::is_some);
        let later = lines.get(lines.len() / 2..).filter(|later| later.len() > FEWEST_CYCLES).unwrap_or(lines);
        Self::new(later).filter(|_| !is_known)
    }

    /// Each cycle sets the goal of the next one: `goal = live + (live + stacks + globals) · GOGC/100` without a limit (`commit` in
    /// `runtime/mgcpacer.go`), so that a goal moves by more than what is live does.
    fn new(lines: &'a [GcTraceLine]) -> Option<Self> {
        let pairs = lines.windows(2).map(|pair| (pair[0].heap_live_mb as f64, pair[1].goal_mb as f64));
        let (live, goals): (Vec<f64>, Vec<f64>) = pairs.unzip();
        if live.len() < FEWEST_CYCLES {
            return None;
        }
        let range = |values: &[f64]| {
            values.iter().fold((f64::MAX, 0.0_f64), |range, &value| (range.0.min(value), range.1.max(value)))
        };
        let (live_mb, goal) = (range(&live), range(&goals));
        let goal_mb = quantile(&goals, 0.5)?;
        let (live_moves, moves_by_mb) = (live_mb.1 - live_mb.0, goal.1 - goal.0);
        // Numbers are whole megabytes; the least heap's goal is fixed too; and goals at the live heap have a rule of their own.
        let is_fixed = live_moves >= LEAST_MOVE_MB.max(LEAST_MOVE * live_mb.1)
            && moves_by_mb <= MOST_OF_MOVE * live_moves
            && goal_mb >= LEAST_GOAL_MB
            && goal_mb >= ABOVE_LIVE * live_mb.1;
        let beside = lines.iter().filter_map(|line| Some((line.stacks_mb? + line.globals_mb?) as f64));
        let beside = range(&beside.collect::<Vec<_>>());
        let ratio = goal.1 / live_mb.0.max(1.0);
        let of_gogc = ratio * (live_moves + (beside.1 - beside.0).max(0.0) + ROUNDED_MB) + ROUNDED_MB;
        let is_moved = live_mb.0 >= LEAST_LIVE_MB && moves_by_mb >= SURELY_MORE * of_gogc;
        let most_of_gogc_mb = is_moved.then_some(of_gogc);
        // Nobody sets so low a GOGC but by mistake, and near its limit each program has such a goal.
        let is_tight = goal_mb >= LEAST_GOAL_MB
            && moves_by_mb <= ROUNDED_MB
            && (ABOVE_LIVE * live_mb.1..=TIGHT * live_mb.1).contains(&goal_mb);
        let is_limit = is_fixed || is_moved;
        let or_gogc = (is_tight && !is_limit).then_some(100.0 * (goal_mb / live_mb.1 - 1.0));
        (is_limit || is_tight).then_some(Self { lines, goal_mb, moves_by_mb, live_mb, most_of_gogc_mb, or_gogc })
    }
}

/// Fewer goals may stay where they are by chance.
const FEWEST_CYCLES: usize = 6;
const LEAST_MOVE_MB: f64 = 16.0;
const LEAST_MOVE: f64 = 0.04;
/// A goal of GOGC=25 moves by more than what is live; stacks and what lies beside the heap move one of a limit.
const MOST_OF_MOVE: f64 = 0.25;
/// `heapMinimum` is 4 MiB · GOGC/100.
const LEAST_GOAL_MB: f64 = 64.0;
const ABOVE_LIVE: f64 = 1.05;
/// A judgement.
const TIGHT: f64 = 1.15;
/// Each number is a whole one.
const ROUNDED_MB: f64 = 1.0;
/// Of less the rounding is a good part.
const LEAST_LIVE_MB: f64 = 16.0;
const SURELY_MORE: f64 = 1.5;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    fn is_found(goals_and_live: &[(u64, u64)]) -> bool {
        let line = |(number, (goal, live)): (usize, &(u64, u64))| {
            format!(
                "gc {number} @{number}.5s 5%: 0.1+20+0.1 ms clock, 0.2+9/30/9+0.2 ms cpu, {live}->{goal}->{live} MB, {goal} MB goal, 4 P\n"
            )
        };
        let text: String = (1..).zip(goals_and_live).map(line).collect();
        let trace = GcTrace::decode(text.as_bytes()).unwrap();
        FixedGoal::find(&trace, &Metrics::default().state()).is_some()
    }

    #[test]
    fn a_goal_that_stays_while_the_live_heap_moves_is_a_limit() {
        let live = [600, 640, 580, 700, 620, 590, 660, 640];
        let limited: Vec<(u64, u64)> = live.iter().map(|&live| (900 - live % 7, live)).collect();
        for cycles in [7, 8, 11, 12, 13, 16] {
            assert!(is_found(&limited.iter().cycle().take(cycles).copied().collect::<Vec<_>>()), "{cycles}");
        }
        // The goal of each is set by what the one before left.
        let goals = std::iter::once(1200).chain(live.iter().map(|live| 2 * live));
        let of_gogc: Vec<(u64, u64)> = goals.zip(live).collect();
        assert!(!is_found(&of_gogc));
        let of_small_gogc: Vec<(u64, u64)> =
            std::iter::once(660).chain(live.iter().map(|live| live * 11 / 10)).zip(live).collect();
        assert!(!is_found(&of_small_gogc));
    }

    #[test]
    fn a_goal_that_moves_while_the_live_heap_stays_is_a_limit() {
        let goals = [48, 49, 57, 52, 53, 50, 56, 49];
        assert!(is_found(&goals.map(|goal| (goal, 45))));
        assert!(!is_found(&goals.map(|goal| (goal, goal - 5))), "the live heap moves too");
        assert!(
            !is_found(&[(90, 45), (91, 45), (90, 46), (92, 46), (91, 45), (90, 45), (91, 46), (90, 45)]),
            "rounded"
        );
        assert!(!is_found(&[4, 8, 6, 4, 7, 5, 8, 4].map(|goal| (goal, 3))), "a small heap");
    }

    #[test]
    fn a_level_goal_close_above_the_live_heap_is_a_limit_or_a_low_gogc() {
        assert!(is_found(&[512, 513, 512, 512, 513, 512, 512].map(|goal| (goal, 481 + goal % 2))));
        let goals = [512, 514, 516, 513, 512, 517, 519].map(|goal| (goal, goal * 100 / 106));
        assert!(!is_found(&goals), "a goal that moves with what is live");
    }

    #[test]
    fn a_level_heap_says_nothing() {
        assert!(!is_found(&[(900, 600); 9]));
        assert!(!is_found(&[(4, 1), (4, 3), (4, 1), (4, 3), (4, 1), (4, 3), (4, 1), (4, 3)]));
    }
}
