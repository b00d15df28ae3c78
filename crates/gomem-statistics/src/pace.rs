//! How fast something goes lately, where points are few and come ever later.

use crate::{
    quantile::median,
    trend::{theil_sen, thin},
};

/// How fast a value rises over the later part of a series, and how sure that is.
///
/// ```
/// use gomem_statistics::Pace;
///
/// let points: Vec<(f64, f64)> = (0..10).map(|n| (f64::from(n), 3.0 * f64::from(n))).collect();
/// let pace = Pace::since(&points, 0.0).unwrap();
/// println!("{pace:?}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Pace {
    /// Per unit of x.
    pub slope: f64,
    /// The standard error of the slope, by the scatter of the points around their neighbours.
    pub error: f64,
    /// Points at or after the begin.
    pub points: usize,
}

impl Pace {
    /// The pace from `begin` to the last point. A few points have the level at `begin` between the points around it as one
    /// more: what happened up to the first point after it is not left out, and one point is no pace of 0.
    ///
    /// `None` without two different x from the last point before `begin` on.
    #[must_use]
    pub fn since(points: &[(f64, f64)], begin: f64) -> Option<Self> {
        let from = points.partition_point(|point| point.0 < begin);
        let later = points.get(from..)?;
        let length = points.last()?.0 - begin;
        if length <= 0.0 {
            return None;
        }
        let (slope, _) = if later.len() >= ENOUGH {
            theil_sen(&thin(later))?
        } else {
            let mut with_begin = vec![(begin, level_at(points, begin)?)];
            with_begin.extend(later.iter().filter(|point| point.0 > begin));
            let (first, last) = (with_begin.first()?, with_begin.last()?);
            ((last.1 - first.1) / (last.0 - first.0), 0.0)
        };
        // The error of a least-squares slope over points at equal distances, of at least the two ends.
        let spread = (12.0 / (later.len() as f64 + 4.0)).sqrt();
        Some(Self { slope, error: scatter(points) * spread / length, points: later.len() })
    }
}

/// The least of the paces over the later half and the last third, as a share of the pace from the first point to the last: 1 on a
/// straight line, less for what fills up. `error` is of a difference of two values, and counts for the growth. `None` where nothing
/// grew.
///
/// ```
/// use gomem_statistics::later_pace;
///
/// let straight: Vec<(f64, f64)> = (0..30).map(|n| (f64::from(n), f64::from(n))).collect();
/// let fills_up: Vec<(f64, f64)> = (0..30).map(|n| (f64::from(n), f64::from(n).min(5.0))).collect();
/// assert!(later_pace(&straight, 0.0) > Some(0.9) && later_pace(&fills_up, 0.0) < Some(0.1));
/// ```
#[must_use]
pub fn later_pace(points: &[(f64, f64)], error: f64) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    let (length, change) = (last.0 - first.0, last.1 - first.1);
    let share = |share: f64| {
        let pace = Pace::since(points, first.0 + share * length)?;
        Some((pace.slope * length + error / (1.0 - share)) / change)
    };
    (change > 0.0).then_some(())?;
    Some(share(0.5)?.min(share(2.0 / 3.0)?))
}

/// The longest time between two neighbouring points, as a share of the time from the first to the last: near 1 nothing tells when in
/// that time a value changed, so that it has no pace. `None` without two different x.
///
/// ```
/// use gomem_statistics::widest_gap;
///
/// assert_eq!(widest_gap(&[(0.0, 5.0), (5.0, 7.0), (10.0, 9.0)]), Some(0.5));
/// assert_eq!(widest_gap(&[(0.0, 5.0)]), None);
/// ```
#[must_use]
pub fn widest_gap(points: &[(f64, f64)]) -> Option<f64> {
    let length = points.last()?.0 - points.first()?.0;
    let widest = points.windows(2).map(|pair| pair[1].0 - pair[0].0).reduce(f64::max)?;
    (length > 0.0).then_some(widest / length)
}

/// The value at `x`, on the line between the points around it; the first one's before all.
fn level_at(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let after = points.partition_point(|point| point.0 < x);
    let &(x_after, y_after) = points.get(after)?;
    let Some(&(x_before, y_before)) = after.checked_sub(1).and_then(|before| points.get(before)) else {
        return Some(y_after);
    };
    Some(y_before + (y_after - y_before) * (x - x_before) / (x_after - x_before))
}

/// The standard deviation of points around a smooth curve: by how much each lies off the line between its neighbours. Robust, and
/// 0 of a straight line.
///
/// ```
/// let straight: Vec<(f64, f64)> = (0..30).map(|n| (f64::from(n), 2.0 * f64::from(n))).collect();
/// assert_eq!(gomem_statistics::scatter(&straight), 0.0);
/// ```
#[must_use]
pub fn scatter(points: &[(f64, f64)]) -> f64 {
    let off = |three: &[(f64, f64)]| match three {
        [a, b, c] if c.0 > a.0 => {
            let weight = (b.0 - a.0) / (c.0 - a.0);
            let variance = 1.0 + weight.powi(2) + (1.0 - weight).powi(2);
            Some((b.1 - (a.1 + (c.1 - a.1) * weight)).abs() / variance.sqrt())
        }
        _ => None,
    };
    let mut offs: Vec<f64> = points.windows(3).filter_map(off).collect();
    median(&mut offs).unwrap_or(0.0) * DEVIATION_OF_MEDIAN
}

/// From so many points on, medians of slopes are better than the two ends.
const ENOUGH: usize = 4;
/// A normal deviation is so many times the median of its absolute value.
const DEVIATION_OF_MEDIAN: f64 = 1.4826;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_pace_however_rare_its_points_become() {
        let line: Vec<(f64, f64)> = (0..10).map(|n| f64::from(1 << n)).map(|x| (x, 3.0 * x)).collect();
        for share in [0.2, 0.5, 0.7, 0.9] {
            let pace = Pace::since(&line, share * 512.0).unwrap();
            assert!((pace.slope - 3.0).abs() < 1e-9 && pace.error < 1e-9, "{share}: {pace:?}");
        }
        assert_eq!(Pace::since(&line, 512.0), None);
        assert_eq!(Pace::since(&[], 0.0), None);
    }

    #[test]
    fn what_is_full_has_no_pace_and_noise_has_an_error() {
        let full = [(0.0, 0.0), (1.0, 10.0), (2.0, 20.0), (6.0, 20.0), (9.0, 20.0)];
        assert_eq!(Pace::since(&full, 6.0).unwrap().slope, 0.0);
        assert_eq!((later_pace(&full, 0.0), later_pace(&full[..3], 0.0)), (Some(0.0), Some(1.0)));
        assert_eq!(later_pace(&full[3..], 0.0), None);
        let noise = |x: f64| ((x * 12.9898).sin() * 43_758.545_3).fract();
        let noisy: Vec<(f64, f64)> = (0..200).map(f64::from).map(|x| (x, noise(x))).collect();
        let pace = Pace::since(&noisy, 100.0).unwrap();
        assert!(pace.slope.abs() < 4.0 * pace.error, "{pace:?}");
        // Of numbers spread evenly from -1 to 1 it is 1/√3.
        assert!((scatter(&noisy) - 0.577).abs() < 0.2, "{}", scatter(&noisy));
    }
}
