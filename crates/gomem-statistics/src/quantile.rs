//! The value in the middle, and any other by its rank.

/// The median; `None` of nothing.
///
/// ```
/// assert_eq!(gomem_statistics::median(&mut [5.0, 1.0, 3.0]), Some(3.0));
/// assert_eq!(gomem_statistics::median(&mut []), None);
/// ```
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (middle, odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if odd {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(f64::midpoint(lower, upper))
}

/// The value below which a share of the values lies; `None` of nothing.
///
/// ```
/// assert_eq!(gomem_statistics::quantile(&[5.0, 1.0, 3.0], 1.0), Some(5.0));
/// ```
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    sorted.get((share * last as f64).round() as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quantiles() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
        assert_eq!((quantile(&[5.0, 1.0, 3.0], 0.5), quantile(&[5.0, 1.0, 3.0], 1.0)), (Some(3.0), Some(5.0)));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
