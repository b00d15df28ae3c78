//! Where a series changes its level, once.

use gomem_statistics::{median, quantile};

/// The place that divides a series best into two levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ChangePoint {
    /// The x of the first point of the second level.
    pub(crate) at: f64,
    /// The medians of both levels.
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// The least jump that nearly all points agree on: from the high end of the lower level to the low end of the
    /// higher one. Not above zero for ramps and waves.
    pub(crate) gap: f64,
    /// Points of the shorter level.
    pub(crate) points: usize,
}

impl ChangePoint {
    /// Divides `points` so that what they deviate from the median of their level, in sum, is least. Each level has at
    /// least `least` points; `None` when there are too few.
    pub(crate) fn from_points(points: &[(f64, f64)], least: usize) -> Option<Self> {
        let run = points.len().div_ceil(MOST_POINTS).max(1);
        let thinned: Vec<(f64, f64)> = points.iter().copied().step_by(run).collect();
        let values: Vec<f64> = thinned.iter().map(|point| point.1).collect();
        let splits = least..values.len().checked_sub(least)? + 1;
        let costs = splits.map(|split| (split, cost(&values, split)));
        let (split, _) = costs.min_by(|a, b| a.1.total_cmp(&b.1))?;
        let (low, high) = values.split_at(split);
        let (before, after) = (median(&mut low.to_vec())?, median(&mut high.to_vec())?);
        let gap = if after >= before {
            quantile(high, 0.1)? - quantile(low, 0.9)?
        } else {
            quantile(low, 0.1)? - quantile(high, 0.9)?
        };
        Some(Self { at: thinned.get(split)?.0, before, after, gap, points: split.min(values.len() - split) })
    }
}

fn cost(values: &[f64], split: usize) -> f64 {
    let deviation = |level: &[f64]| {
        let middle = median(&mut level.to_vec()).unwrap_or(0.0);
        level.iter().map(|value| (value - middle).abs()).sum::<f64>()
    };
    let (low, high) = values.split_at(split);
    deviation(low) + deviation(high)
}

/// Trying each split costs the square of the points.
const MOST_POINTS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_a_gap_and_a_ramp_has_none() {
        let noise = |x: f64| (x * 12.9898).sin();
        let step: Vec<_> = (0..40).map(f64::from).map(|x| (x, noise(x) + if x < 25.0 { 20.0 } else { 60.0 })).collect();
        let change = ChangePoint::from_points(&step, 5).unwrap();
        assert_eq!((change.at, change.points), (25.0, 15));
        assert!(change.gap > 30.0, "{change:?}");
        let ramp: Vec<_> = (0..40).map(f64::from).map(|x| (x, x)).collect();
        assert!(ChangePoint::from_points(&ramp, 5).unwrap().gap < 10.0);
        assert_eq!(ChangePoint::from_points(&ramp[..9], 5), None);
    }
}
