//! Robust trends: what a few outliers, or the sawtooth of a heap, do not change.

use crate::quantile::median;

/// A line through points, by medians.
///
/// ```
/// use gomem_statistics::Trend;
///
/// let points: Vec<(f64, f64)> = (0..10).map(|n| (f64::from(n), 3.0 * f64::from(n))).collect();
/// let trend = Trend::new(&points).expect("different x");
/// assert_eq!((trend.slope, trend.tau), (3.0, 1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Trend {
    /// The Theil–Sen slope: the median of the slopes between all pairs of points.
    pub slope: f64,
    /// The median of what the slope leaves at x = 0.
    pub intercept: f64,
    /// Kendall's rank correlation with x: 1 when every point is above all earlier ones.
    pub tau: f64,
    /// Points seen.
    pub points: usize,
}

impl Trend {
    /// The trend of `points` (x, y); `None` with fewer than two different x.
    #[must_use]
    pub fn new(points: &[(f64, f64)]) -> Option<Self> {
        let thinned = thin(points);
        let (slope, intercept) = theil_sen(&thinned)?;
        Some(Self { slope, intercept, tau: kendall_tau(&thinned), points: points.len() })
    }
}

/// Slope and intercept by Theil and Sen; `None` with fewer than two different x. Quadratic in the number of points.
///
/// ```
/// // One point far off does not move the line.
/// let points = [(0.0, 1.0), (1.0, 2.0), (2.0, 90.0), (3.0, 4.0), (4.0, 5.0)];
/// assert_eq!(gomem_statistics::theil_sen(&points), Some((1.0, 1.0)));
/// ```
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let mut slopes: Vec<f64> =
        pairs(points).filter(|(a, b)| a.0 != b.0).map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).collect();
    let slope = median(&mut slopes)?;
    let mut rests: Vec<f64> = points.iter().map(|point| point.1 - slope * point.0).collect();
    Some((slope, median(&mut rests)?))
}

/// Kendall's tau-a of y against x, from −1 to 1; 0 without two points. Quadratic in the number of points.
///
/// ```
/// assert_eq!(gomem_statistics::kendall_tau(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]), 1.0);
/// ```
#[must_use]
pub fn kendall_tau(points: &[(f64, f64)]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (a, b) in pairs(points) {
        let (rise, step) = (b.1 - a.1, b.0 - a.0);
        sum += if rise * step > 0.0 {
            1.0
        } else if rise * step < 0.0 {
            -1.0
        } else {
            0.0
        };
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The values of `count` spans of equal length in x.
///
/// ```
/// let points: Vec<(f64, f64)> = (0..6).map(|n| (f64::from(n), f64::from(n))).collect();
/// let blocks = gomem_statistics::blocks(&points, 3);
/// assert_eq!(blocks.len(), 3);
/// ```
#[must_use]
pub fn blocks(points: &[(f64, f64)], count: usize) -> Vec<Vec<f64>> {
    let mut blocks = vec![Vec::new(); count];
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return blocks };
    let width = (last.0 - first.0) / count as f64;
    for &(x, y) in points {
        let block = if width > 0.0 { ((x - first.0) / width) as usize } else { 0 };
        blocks[block.min(count - 1)].push(y);
    }
    blocks
}

/// The medians of `count` spans of equal length in x; spans without a point are left out.
///
/// ```
/// let points = [(0.0, 1.0), (1.0, 9.0), (2.0, 2.0), (8.0, 5.0), (9.0, 7.0)];
/// assert_eq!(gomem_statistics::span_medians(&points, 3), [2.0, 6.0]);
/// ```
#[must_use]
pub fn span_medians(points: &[(f64, f64)], count: usize) -> Vec<f64> {
    blocks(points, count).into_iter().filter_map(|mut span| median(&mut span)).collect()
}

fn pairs(points: &[(f64, f64)]) -> impl Iterator<Item = ((f64, f64), (f64, f64))> + '_ {
    points.iter().enumerate().flat_map(|(index, &a)| points[index + 1..].iter().map(move |&b| (a, b)))
}

/// Pairs grow with the square of the points: long series are first reduced to the medians of equal runs.
///
/// ```
/// let points: Vec<(f64, f64)> = (0..10_000).map(|n| (f64::from(n), f64::from(n))).collect();
/// assert!(gomem_statistics::thin(&points).len() < points.len());
/// ```
#[must_use]
pub fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let run = points.len().div_ceil(MOST_POINTS).max(1);
    let middle = |points: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
        median(&mut points.iter().map(of).collect::<Vec<_>>()).unwrap_or(f64::NAN)
    };
    points.chunks(run).map(|points| (middle(points, |point| point.0), middle(points, |point| point.1))).collect()
}

const MOST_POINTS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_in_spite_of_outliers() {
        let mut points: Vec<_> = (0..21).map(|x| (f64::from(x), 3.0 * f64::from(x) + 1.0)).collect();
        points[4].1 = 1e9;
        points[9].1 = -1e9;
        let trend = Trend::new(&points).unwrap();
        assert!((trend.slope - 3.0).abs() < 1e-9 && (trend.intercept - 1.0).abs() < 1e-9, "{trend:?}");
        assert!(trend.tau > 0.7);
        assert!(Trend::new(&[(1.0, 1.0), (1.0, 2.0)]).is_none());
    }

    #[test]
    fn tau_is_one_minus_one_and_zero() {
        assert_eq!(kendall_tau(&[(0.0, 1.0), (1.0, 2.0), (2.0, 5.0)]), 1.0);
        assert_eq!(kendall_tau(&[(0.0, 5.0), (1.0, 2.0), (2.0, 1.0)]), -1.0);
        assert_eq!(kendall_tau(&[(0.0, 1.0), (1.0, 1.0)]), 0.0);
        assert_eq!(kendall_tau(&[]), 0.0);
    }

    #[test]
    fn long_series_are_thinned() {
        let points: Vec<_> = (0..100_000).map(|x| (f64::from(x), f64::from(x) * 0.5)).collect();
        let trend = Trend::new(&points).unwrap();
        assert!((trend.slope - 0.5).abs() < 1e-9);
        assert_eq!(trend.points, 100_000);
    }
}
