//! What GC marks live, over time.

use gomem_metrics::GoState;
use gomem_statistics::{Trend, later_pace, widest_gap};

/// What GC marked live, over time, when metrics tell it: since the last restart.
#[derive(Debug, Clone)]
pub(crate) struct LiveHeap {
    /// Seconds since the first GC seen, and bytes.
    points: Vec<(f64, f64)>,
    pub(crate) trend: Trend,
}

impl LiveHeap {
    pub(crate) fn from_state(state: &GoState) -> Option<Self> {
        let cycles = state.cycles();
        let last = cycles.last()?;
        // A restart begins anew.
        let run = cycles.iter().filter(|cycle| (&cycle.target, cycle.run) == (&last.target, last.run));
        let begin = run.clone().next()?.time_ms;
        let points: Vec<(f64, f64)> =
            run.filter_map(|cycle| Some(((cycle.time_ms - begin) as f64 / 1e3, cycle.live_bytes?))).collect();
        let trend = Trend::new(&points)?;
        Some(Self { points, trend })
    }

    /// Seconds and bytes, in the order of time.
    pub(crate) fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    pub(crate) fn last_bytes(&self) -> Option<f64> {
        Some(self.points.last()?.1)
    }

    /// Whether it rises, in nearly every GC cycle, and goes on. Two cycles always rise or fall, and what grew at an unknown time
    /// may have stopped.
    pub(crate) fn rises(&self) -> bool {
        let goes_on = || later_pace(&self.points, 0.0).is_some_and(|share| share >= SLOW);
        self.is_followed() && self.trend.tau >= 0.6 && self.trend.slope > 0.0 && goes_on()
    }

    /// Whether it rose at less than half of the pace of before in the last third of the time, or since the last GC before that.
    pub(crate) fn slows(&self) -> bool {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return false };
        let begin = first.0 + (1.0 - LATELY) * (last.0 - first.0);
        let Some(&middle) = self.points.iter().rev().find(|point| point.0 <= begin) else { return false };
        let pace = |from: (f64, f64), to: (f64, f64)| (to.1 - from.1) / (to.0 - from.0).max(f64::MIN_POSITIVE);
        middle.0 > first.0 && pace(middle, *last) < HALF_AS_FAST * pace(*first, middle)
    }

    /// Whether no time between two GC cycles is most of the time.
    fn is_followed(&self) -> bool {
        widest_gap(&self.points).is_some_and(|share| share <= MOST_OF_THE_TIME)
    }

    /// Whether it leaves no place for a site that grows at this pace over so many seconds: what is kept is live. Where nearly all
    /// that the site makes `is_kept`, its growth may be hidden by what else goes up and down.
    pub(crate) fn contradicts(&self, bytes_per_second: f64, seconds: f64, is_kept: bool) -> bool {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return false };
        let length = last.0 - first.0;
        let falls_behind = length >= SLOW * seconds && (last.1 - first.1) / length < SLOW * bytes_per_second;
        let is_visible = !is_kept || bytes_per_second * seconds >= HIDDEN * self.spread();
        is_visible && (falls_behind || (self.points.len() >= FEWEST_CYCLES && self.is_followed() && !self.rises()))
    }

    /// How far it goes up and down in its later half: growth that is less may be hidden in that.
    fn spread(&self) -> f64 {
        let later = self.points[self.points.len() / 2..].iter().map(|point| point.1);
        let (least, most) =
            later.fold((f64::INFINITY, 0.0_f64), |(least, most), bytes| (least.min(bytes), most.max(bytes)));
        (most - least).max(0.0)
    }
}

/// A third of a pace, or of a time: less is another one.
pub(crate) const SLOW: f64 = 1.0 / 3.0;

/// Between two points that follow each other.
pub(crate) const MOST_OF_THE_TIME: f64 = 0.75;

/// Of the time.
const LATELY: f64 = 1.0 / 3.0;
/// Of a pace: GC cycles that scatter make it seldom as slow by chance.
const HALF_AS_FAST: f64 = 0.5;

/// Of what the live heap goes up and down by.
const HIDDEN: f64 = 0.5;

/// Two cycles always rise or fall.
const FEWEST_CYCLES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn slows(points: &[(f64, f64)]) -> bool {
        LiveHeap { points: points.to_vec(), trend: Trend::new(points).unwrap() }.slows()
    }

    #[test]
    fn few_cycles_tell_that_growth_became_slower() {
        assert!(slows(&[(1.0, 10.0), (2.0, 20.0), (3.2, 27.0), (5.3, 36.0), (10.5, 46.0)]), "what fills up");
        // GC comes ever later as a heap grows.
        assert!(!slows(&[(1.0, 10.0), (2.0, 20.0), (4.0, 40.0), (8.0, 80.0)]), "a leak");
        assert!(!slows(&[(1.0, 10.0), (2.0, 20.0), (4.0, 35.0), (8.0, 62.0)]), "somewhat slower");
        assert!(!slows(&[(1.0, 10.0), (9.0, 20.0)]), "two are no course");
    }
}
