//! What several runs of one benchmark come to.

use gomem_statistics::{median, median_interval};

/// What several runs of one benchmark come to, in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The median.
    pub center: f64,
    /// The lower end of the median's interval of 95 %; `None` with too few runs.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// How many runs.
    pub runs: usize,
    /// Whether all have the same value.
    pub is_constant: bool,
}

impl Summary {
    /// Of some values; `None` of nothing.
    ///
    /// ```
    /// use gomem_bench::Summary;
    ///
    /// let summary = Summary::new(&[3.0, 1.0, 2.0]).unwrap();
    /// assert_eq!((summary.center, summary.low, summary.is_constant), (2.0, None, false));
    /// ```
    #[must_use]
    pub fn new(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let is_constant = sorted.first() == sorted.last();
        let interval = median_interval(sorted.len(), CONFIDENCE);
        let at = |place: Option<usize>| sorted.get(place?).copied();
        let (low, high) = (at(interval.map(|(low, _)| low)), at(interval.map(|(_, high)| high)));
        Some(Self { low, high, runs: sorted.len(), is_constant, center: median(&mut sorted.clone())? })
    }
}

const CONFIDENCE: f64 = 0.95;
