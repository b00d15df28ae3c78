//! Many replays of one setting, each with its own draw of what varies from run to run.

use crate::{
    curve::{Curve, Point},
    replay::{Conditions, Draw, MarkStep, Outcome, replay},
};

/// Draws made once, replayed under any setting: what differs between two settings is then not the draw.
#[derive(Debug, Clone)]
pub(crate) struct Ensemble {
    draws: Vec<Draw>,
}

/// What the replays of one setting came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) cycles: f64,
    pub(crate) peak_heap_bytes: f64,
    pub(crate) gc_cpu_seconds: f64,
    /// The least, the median and the largest.
    pub(crate) effective_gogc: [f64; 3],
    pub(crate) gave_up: bool,
}

impl Ensemble {
    /// `residuals` are per point: bytes allocated during marking over what the model expects there.
    pub(crate) fn new(points: &[Point], residuals: &[f64]) -> Self {
        let mut rng = fastrand::Rng::with_seed(SEED);
        let count = points.len();
        // A long recording is an ensemble by itself: what varies is averaged along it.
        let number = (MOST_STEPS / count.max(1)).clamp(LEAST_DRAWS, MOST_DRAWS);
        let mut near = |index: usize| rng.usize(index.saturating_sub(REACH)..(index + REACH + 1).min(count));
        let draws = (0..number)
            .map(|draw| Draw {
                steps: (0..count)
                    .map(|index| {
                        let (point, residual) = (&points[near(index)], residuals[near(index)]);
                        MarkStep { free_ratio: point.free_ratio, runway_ratio: point.runway_ratio, residual }
                    })
                    .collect(),
                end: (2.0 * draw as f64 + 1.0) / number as f64 - 1.0,
            })
            .collect();
        Self { draws }
    }

    pub(crate) fn replay(&self, curve: &Curve, conditions: &Conditions) -> Summary {
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(self.draws.len());
        for draw in &self.draws {
            outcomes.push(replay(curve, conditions, draw));
            if outcomes.last().is_some_and(|outcome| outcome.gave_up) {
                break;
            }
        }
        let sorted = |value: fn(&Outcome) -> f64| {
            let mut values: Vec<f64> = outcomes.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            [values[0], values[values.len() / 2], values[values.len() - 1]]
        };
        Summary {
            cycles: cycles(&outcomes, sorted(|outcome| outcome.cycles)[1]),
            peak_heap_bytes: sorted(|outcome| outcome.peak_heap_bytes)[1],
            gc_cpu_seconds: sorted(|outcome| outcome.gc_cpu_seconds)[1],
            effective_gogc: sorted(|outcome| outcome.effective_gogc),
            gave_up: outcomes.iter().any(|outcome| outcome.gave_up),
        }
    }
}

/// A handful of cycles is a whole number where the draws agree on it; otherwise it is their mean.
fn cycles(outcomes: &[Outcome], median: f64) -> f64 {
    let draws = outcomes.len() as f64;
    let agreeing = outcomes.iter().filter(|outcome| outcome.cycles == median).count() as f64;
    if agreeing >= AGREEMENT * draws {
        median
    } else {
        outcomes.iter().map(|outcome| outcome.cycles).sum::<f64>() / draws
    }
}

const SEED: u64 = 0x676f_6d65_6d00_0001;
/// Draws of a short recording; more change nothing.
const MOST_DRAWS: usize = 30;
const LEAST_DRAWS: usize = 2;
/// Draws times recorded cycles are kept near this.
const MOST_STEPS: usize = 20_000;
/// How many cycles to either side may stand in for a cycle.
const REACH: usize = 4;
/// The share of the draws that have to agree on a number of cycles.
const AGREEMENT: f64 = 0.8;
