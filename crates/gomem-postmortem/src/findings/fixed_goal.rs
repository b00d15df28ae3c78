//! A heap goal that stays where it is while the live heap moves: a memory limit sets it, not `GOGC`.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GcTrace, GcTraceLine, GoState, Quantity};
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit};

use crate::findings::finding::{Finding, FindingKind};

/// By the last run of a GC trace, where no metrics have the limit itself.
pub(crate) fn fixed_goal(trace: Option<&GcTrace>, state: &GoState) -> Option<Finding> {
    let lines = trace?.runs().last()?;
    let is_known = state.values(Quantity::MemoryLimitBytes).iter().any(Option::is_some);
    let later = lines.get(lines.len() / 2..).filter(|_| lines.len() >= 2 * FEWEST_CYCLES).unwrap_or(lines);
    let goal = FixedGoal::new(later).filter(|_| !is_known)?;
    let bytes = |mebibytes: f64| Unit::Bytes.humanize(mebibytes * MIB);
    let title = format!("A memory limit starts the GC, not GOGC: the goal stays at {}", bytes(goal.goal_mb));
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    let per_cycle = |value: fn(&GcTraceLine) -> f64| later.iter().map(value).sum::<f64>() / later.len() as f64;
    let (mark, cpu) = (per_cycle(|line| line.mark_ms), per_cycle(|line| line.assist_cpu_ms + line.background_cpu_ms));
    let seconds = later.last()?.start_seconds - later.first()?.start_seconds;
    finding.summary = format!(
        "In the last {} GC cycles {} to {} are live, and the goal moves by no more than {}; GOGC alone would move it as much as what is live, or \
         more. A cycle begins each {} on average, marks for {}, and takes {} of CPU.",
        later.len(),
        bytes(goal.live_mb.0),
        bytes(goal.live_mb.1),
        bytes(goal.moves_by_mb),
        Unit::Seconds.humanize(seconds / (later.len() - 1) as f64),
        Unit::Milliseconds.humanize(mark),
        Unit::Milliseconds.humanize(cpu),
    );
    finding.action = "GOMEMLIMIT, debug.SetMemoryLimit or a library (automemlimit) sets it, a little above the goal: another GOGC changes \
                      nothing. The nearer the live heap comes to it, the more often GC runs, up to half of the CPU: give it more memory, or \
                      cut what is live (heap profiles, inuse_space)."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("heap goal", goal.goal_mb * MIB, Unit::Bytes).with_source("GC trace"),
        Evidence::new("live heap, at least", goal.live_mb.0 * MIB, Unit::Bytes).with_source("GC trace"),
        Evidence::new("live heap, at most", goal.live_mb.1 * MIB, Unit::Bytes).with_source("GC trace"),
    ];
    finding.confounders.push("the limit itself is not in a GC trace".to_owned());
    Some(finding)
}

/// What a goal stays at while the live heap moves.
struct FixedGoal {
    goal_mb: f64,
    moves_by_mb: f64,
    live_mb: (f64, f64),
}

impl FixedGoal {
    /// Each cycle sets the goal of the next one: `goal = live + (live + stacks + globals) · GOGC/100` without a limit (`commit` in
    /// `runtime/mgcpacer.go`), so that a goal moves by more than what is live does.
    fn new(lines: &[GcTraceLine]) -> Option<Self> {
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
        is_fixed.then_some(Self { goal_mb, moves_by_mb, live_mb })
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

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    fn found(goals_and_live: &[(u64, u64)]) -> Option<Finding> {
        let line = |(number, (goal, live)): (usize, &(u64, u64))| {
            format!(
                "gc {number} @{number}.5s 5%: 0.1+20+0.1 ms clock, 0.2+9/30/9+0.2 ms cpu, {live}->{goal}->{live} MB, {goal} MB goal, 4 P\n"
            )
        };
        let text: String = (1..).zip(goals_and_live).map(line).collect();
        let trace = GcTrace::decode(text.as_bytes()).unwrap();
        fixed_goal(Some(&trace), &Metrics::default().state())
    }

    #[test]
    fn a_goal_that_stays_while_the_live_heap_moves_is_a_limit() {
        let live = [600, 640, 580, 700, 620, 590, 660, 640];
        let limited: Vec<(u64, u64)> = live.iter().map(|&live| (900 - live % 7, live)).collect();
        let finding = found(&limited).unwrap();
        assert!(finding.title.starts_with("A memory limit starts the GC"), "{}", finding.title);
        // The goal of each is set by what the one before left.
        let goals = std::iter::once(1200).chain(live.iter().map(|live| 2 * live));
        let of_gogc: Vec<(u64, u64)> = goals.zip(live).collect();
        assert!(found(&of_gogc).is_none());
        let of_small_gogc: Vec<(u64, u64)> =
            std::iter::once(660).chain(live.iter().map(|live| live * 11 / 10)).zip(live).collect();
        assert!(found(&of_small_gogc).is_none());
    }

    #[test]
    fn a_level_heap_says_nothing() {
        assert!(found(&[(900, 600); 9]).is_none());
        assert!(found(&[(4, 1), (4, 3), (4, 1), (4, 3), (4, 1), (4, 3), (4, 1), (4, 3)]).is_none());
    }
}
