//! `GOMEMLIMIT` where it is not exported, as in `/debug/vars`: the goals tell it.
//!
//! Where the limit sets the goal, `goal = left − max(3 % of left, 1 MiB)` with `left = limit − outside of the heap`
//! (`memoryLimitHeapGoal` in `runtime/mgcpacer.go`), and the runtime computes it anew whenever it is asked. So `left + outside` is
//! the same at every scrape, to a page or two, while goals and objects change. Where `GOGC` sets the goal it changes with each
//! object.

use std::collections::BTreeSet;

use gomem_table::MIB;

use super::{cycle::NO_GOAL_BYTES, quantity::Quantity, state::GoState};

impl GoState {
    /// Fills in the limit of each run from row `begin` on, when at least three different goals agree on one.
    pub(super) fn infer_memory_limit(&mut self, begin: usize) {
        for rows in self.segments().into_iter().filter(|rows| rows.start >= begin) {
            let column = |quantity| self.values(quantity).get(rows.clone()).unwrap_or_default();
            if column(Quantity::MemoryLimitBytes).iter().any(Option::is_some) {
                continue;
            }
            let Some(limit) = agreed(rows.clone().filter_map(|row| self.goal_and_limit(row)).collect()) else {
                continue;
            };
            for row in rows {
                self.columns[Quantity::MemoryLimitBytes as usize][row] = Some(limit);
            }
        }
    }

    /// The goal, and the limit that would have set it. A text can have infinite numbers, whose differences are none.
    fn goal_and_limit(&self, row: usize) -> Option<(f64, f64)> {
        let goal = self.values(Quantity::HeapGoalBytes)[row].filter(|goal| *goal < NO_GOAL_BYTES)?;
        let left = (goal / (1.0 - HEADROOM_FRACTION)).max(goal + LEAST_HEADROOM_BYTES);
        Some((goal, left + self.outside_heap_bytes(row)?)).filter(|(_, limit)| limit.is_finite())
    }
}

/// The limit on which most goals agree, when they are three or more, and a tenth of all that was seen.
fn agreed(mut of_goals: Vec<(f64, f64)>) -> Option<f64> {
    of_goals.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut most = (FEWEST_GOALS.max(of_goals.len().div_ceil(10)), None);
    let mut rest = of_goals.as_slice();
    while let Some((_, lowest)) = rest.first() {
        let (group, above) = rest.split_at(rest.partition_point(|(_, limit)| limit - lowest <= SAME_BYTES));
        let goals: BTreeSet<u64> = group.iter().map(|(goal, _)| *goal as u64).collect();
        if goals.len() >= most.0 {
            most = (goals.len(), group.get(group.len() / 2).map(|(_, limit)| *limit));
        }
        rest = above;
    }
    most.1
}

/// `memoryLimitHeapGoalHeadroomPercent` and `memoryLimitMinHeapGoalHeadroom` of `runtime/mgcpacer.go`.
const HEADROOM_FRACTION: f64 = 0.03;
const LEAST_HEADROOM_BYTES: f64 = MIB;
/// The runtime divides whole bytes by a hundred.
const SAME_BYTES: f64 = 512.0;
const FEWEST_GOALS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metrics;

    const LIMIT: f64 = 100e6;

    /// Snapshots of a program whose objects grow, with goals that `goal` sets from what is outside of the heap.
    fn limit(goal: impl Fn(f64, f64) -> f64) -> Option<f64> {
        let mut metrics = Metrics::new();
        for at in 0..20 {
            let (objects, outside) = (30e6 + 1_234_567.0 * f64::from(at % 7), 8e6 + 8192.0 * f64::from(at));
            let text = format!(
                r#"{{"memstats":{{"NextGC":{:.0},"Sys":{:.0},"HeapIdle":20000000,"HeapAlloc":{objects:.0}}}}}"#,
                goal(objects, outside),
                outside + objects + 20e6,
            );
            metrics.push(i64::from(at) * 1000, text.as_bytes()).unwrap();
        }
        metrics.state().last(Quantity::MemoryLimitBytes)
    }

    #[test]
    fn infinite_amounts_agree_on_nothing() {
        for (goal, sys) in [("-Inf", "90e6"), ("80e6", "-Inf"), ("80e6", "+Inf"), ("-1e308", "-1e308")] {
            let mut metrics = Metrics::new();
            for at in 0..5 {
                let text = format!(
                    "go_memstats_next_gc_bytes {goal}\ngo_memstats_sys_bytes {sys}\ngo_memstats_heap_idle_bytes 2e7\n\
                     go_memstats_heap_alloc_bytes {at}e6\n"
                );
                metrics.push_scrape(at * 1000, text.as_bytes()).unwrap();
            }
            assert_eq!(metrics.state().last(Quantity::MemoryLimitBytes), None, "{goal} {sys}");
        }
    }

    #[test]
    fn goals_that_a_limit_sets_agree_on_it() {
        let by_limit = limit(|_, outside| (LIMIT - outside) - ((LIMIT - outside) / 100.0).floor() * 3.0);
        assert!(by_limit.is_some_and(|limit| (limit - LIMIT).abs() < 512.0), "{by_limit:?}");
        let lately = limit(|objects, outside| if objects < 34e6 { 2.0 * objects } else { 0.97 * (LIMIT - outside) });
        assert!(lately.is_some_and(|limit| (limit - LIMIT).abs() < 512.0), "{lately:?}");
        assert_eq!(limit(|objects, _| 2.0 * objects), None);
        assert_eq!(limit(|_, _| 60e6), None);
    }
}
