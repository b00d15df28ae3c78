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

/// Between which of the sorted values the true median lies with at least this confidence: their places, from 0, by the binomial
/// distribution of order statistics, as `benchstat` has it. `None` where so few values do not tell.
///
/// ```
/// use gomem_statistics::median_interval;
///
/// assert_eq!(median_interval(6, 0.95), Some((0, 5)));
/// assert_eq!(median_interval(5, 0.95), None);
/// ```
#[must_use]
pub fn median_interval(count: usize, confidence: f64) -> Option<(usize, usize)> {
    let count = i64::try_from(count).ok()?;
    let middle = (count + 1).div_euclid(2) + (count + 1) % 2;
    let (mut low, mut high) = (middle - 1, middle);
    // The chance that so many values lie below the median: that of `low`, and from each place that of the next one.
    let steps = (0..low).map(|step| ((count - step) as f64).ln() - ((step + 1) as f64).ln());
    let chance = (steps.sum::<f64>() - count as f64 * std::f64::consts::LN_2).exp();
    let (mut sum, mut lowest, mut highest) = (chance, chance, chance);
    while sum < confidence {
        // Whichever is nearer to the middle has the larger chance.
        if low > 0 && (count < high + low || high > count) {
            lowest *= low as f64 / (count - low + 1) as f64;
            sum += lowest;
            low -= 1;
        } else if high <= count {
            highest *= (count - high + 1) as f64 / high as f64;
            sum += highest;
            high += 1;
        } else {
            break;
        }
    }
    // The place before the first value, or after the last one, is no value.
    let place = |order: i64| usize::try_from(order - 1).ok();
    (high <= count).then(|| Some((place(low)?, place(high)?)))?
}

/// The geometric mean; `None` of nothing, or where a value is not above 0.
///
/// ```
/// assert_eq!(gomem_statistics::geometric_mean(&[2.0, 8.0]), Some(4.0));
/// ```
#[must_use]
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() || values.iter().any(|value| value.is_nan() || *value <= 0.0) {
        return None;
    }
    Some((values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp())
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

    #[test]
    fn intervals_of_medians_are_those_of_order_statistics() {
        // From tables of the sign test, the left one of two that are equally likely.
        for (count, places) in
            [(1, None), (5, None), (6, Some((0, 5))), (8, Some((0, 6))), (10, Some((1, 8))), (20, Some((5, 14)))]
        {
            assert_eq!(median_interval(count, 0.95), places, "{count}");
        }
        // By the normal distribution, 1.96 half square roots on both sides of the middle; one pass finds it.
        let (low, high) = median_interval(1_000_000, 0.95).unwrap();
        assert!((499_018..=499_022).contains(&low) && (500_978..=500_982).contains(&high), "{low} {high}");
        assert_eq!((geometric_mean(&[]), geometric_mean(&[1.0, 0.0])), (None, None));
    }
}
