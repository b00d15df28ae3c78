//! The `GOGC` that a GC trace shows: each goal is the live heap before, and so many percent of it and of the roots.

use gomem_gogc::Gogc;
use gomem_metrics::GcTraceLine;

/// What the goals of a run say of `GOGC`; `None` where they say too little, or where something else sets them, such as
/// a memory limit.
pub(crate) fn traced_gogc(run: &[GcTraceLine]) -> Option<Gogc> {
    if run.len() >= FEWEST_GOALS && run.iter().all(|line| line.goal_mb >= NO_GOAL_MB) {
        return Some(Gogc::Off);
    }
    let pairs = run.windows(2).filter(|pair| pair[1].cycle == pair[0].cycle + 1);
    let (mut percents, mut roundings) = (Vec::new(), Vec::new());
    for pair in pairs {
        if let Some(percent) = percent(&pair[0], &pair[1]) {
            percents.push(percent);
            // Both sizes are cut to whole MiB.
            roundings.push(200.0 / (pair[0].heap_live_mb as f64 + 0.5));
        }
    }
    // The first cycles have another goal, and there the heap is small.
    if percents.len() < FEWEST_GOALS {
        return floor(run).or_else(|| first(run, &percents));
    }
    percents.sort_by(f64::total_cmp);
    let at = |share: f64| percents[((percents.len() - 1) as f64 * share) as usize];
    let (low, high) = (at(0.1), at(0.9));
    // What is cut off is as often little as much: the mean is nearer than any of them.
    let middle = mean(&percents);
    let is_steady = high - low <= STEADY * middle + mean(&roundings) && middle > 0.0;
    is_steady.then(|| Gogc::Percent(usual(middle)))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The percent that one goal says, where rounding to whole MiB leaves it some precision.
fn percent(before: &GcTraceLine, line: &GcTraceLine) -> Option<f64> {
    let middle = |mb: u64| mb as f64 + 0.5;
    let roots = |mb: Option<u64>| mb.filter(|mb| *mb > 0).map_or(0.0, middle);
    let live = middle(before.heap_live_mb);
    if before.heap_live_mb < SMALLEST_LIVE_MB || line.goal_mb >= NO_GOAL_MB || line.goal_mb <= before.heap_live_mb + 1 {
        return None;
    }
    let grown = live + roots(before.stacks_mb) + roots(before.globals_mb);
    Some(100.0 * (middle(line.goal_mb) - live) / grown)
}

/// A heap too small for its own goal has 4 MiB at `GOGC=100`, and as much more or less at another one.
fn floor(run: &[GcTraceLine]) -> Option<Gogc> {
    let later = run.get(1..)?;
    let goal = later.first()?.goal_mb;
    let is_floor = later.len() >= FEWEST_GOALS
        && later.iter().all(|line| line.goal_mb == goal)
        && later.iter().all(|line| line.heap_live_mb * 3 < goal.max(1));
    // Below GOGC=100, whole MiB say too little.
    (is_floor && (8..NO_GOAL_MB).contains(&goal)).then(|| Gogc::Percent(usual(goal as f64 * 25.0)))
}

/// The first goal is that of an empty heap, 4 MiB · GOGC/100: it counts where each of the few later ones says the same.
fn first(run: &[GcTraceLine], percents: &[f64]) -> Option<Gogc> {
    // Below GOGC=100, whole MiB say too little.
    let goal = run.first().filter(|line| line.cycle == 1 && (8..NO_GOAL_MB).contains(&line.goal_mb))?.goal_mb;
    let percent = usual(goal as f64 * 25.0);
    let agrees = !percents.is_empty() && percents.iter().all(|&later| distance(percent, later) < STEADY);
    agrees.then_some(Gogc::Percent(percent))
}

/// What people set, if it is within the error.
fn usual(percent: f64) -> u32 {
    let near = USUAL.iter().copied().min_by(|a, b| distance(*a, percent).total_cmp(&distance(*b, percent)));
    near.filter(|usual| distance(*usual, percent) < 0.08).unwrap_or((percent / 5.0).round() as u32 * 5)
}

fn distance(usual: u32, percent: f64) -> f64 {
    (f64::from(usual) / percent - 1.0).abs()
}

pub(super) const FEWEST_GOALS: usize = 5;
const STEADY: f64 = 0.25;
const SMALLEST_LIVE_MB: u64 = 8;
/// Goals beyond a TiB are those of no GC at all.
const NO_GOAL_MB: u64 = 1 << 20;
const USUAL: [u32; 14] = [10, 20, 25, 50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000];

#[cfg(test)]
mod tests {
    use super::*;

    fn run(live: impl Fn(u64) -> f64, gogc: f64) -> Vec<GcTraceLine> {
        let mut goal = 4.0 * gogc / 100.0;
        (1..30)
            .map(|cycle| {
                let mut line = GcTraceLine::default();
                (line.cycle, line.heap_live_mb, line.goal_mb) = (cycle, live(cycle) as u64, goal as u64);
                goal = (live(cycle) * (1.0 + gogc / 100.0)).max(4.0 * gogc / 100.0);
                line
            })
            .collect()
    }

    #[test]
    fn goals_tell_what_gogc_was() {
        for gogc in [25_u32, 50, 100, 200, 400] {
            let told = traced_gogc(&run(|cycle| 40.3 + (cycle % 7) as f64 * 1.7, f64::from(gogc)));
            assert_eq!(told, Some(Gogc::Percent(gogc)));
        }
        assert_eq!(traced_gogc(&run(|_| 1.0, 400.0)), Some(Gogc::Percent(400)));
        assert_eq!(traced_gogc(&run(|_| 1.0, 100.0)), None, "the floor says little");
        // A memory limit holds the goal where it is, whatever is live.
        let limited: Vec<GcTraceLine> = run(|cycle| 20.0 + cycle as f64 * 3.0, 100.0)
            .into_iter()
            .map(|mut line| {
                line.goal_mb = 200;
                line
            })
            .collect();
        assert_eq!(traced_gogc(&limited), None);
        assert_eq!(traced_gogc(&[]), None);
        // Of a few cycles the first goal tells, where the later ones agree.
        let few = |mut cycles: Vec<GcTraceLine>| {
            cycles.truncate(3);
            cycles
        };
        assert_eq!(traced_gogc(&few(run(|_| 60.0, 800.0))), Some(Gogc::Percent(800)));
        let mut set_later = few(run(|_| 60.0, 100.0));
        set_later[0].goal_mb = 32;
        assert_eq!(traced_gogc(&set_later), None, "GOGC was set meanwhile");
        let without_goal = |mut line: GcTraceLine| {
            line.goal_mb = u64::MAX >> 21;
            line
        };
        let off: Vec<GcTraceLine> = run(|_| 20.0, 100.0).into_iter().map(without_goal).collect();
        assert_eq!(traced_gogc(&off), Some(Gogc::Off));
        assert_eq!(traced_gogc(&off[..2]), None, "too few");
    }
}
