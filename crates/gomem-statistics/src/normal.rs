//! The normal distribution.

/// The share of a normal distribution within so many standard deviations (Abramowitz and Stegun, 7.1.26).
///
/// ```
/// assert!((gomem_statistics::normal_share_within(1.96) - 0.95).abs() < 1e-3);
/// ```
#[must_use]
pub fn normal_share_within(sigmas: f64) -> f64 {
    let x = sigmas / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    1.0 - polynomial * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_shares() {
        for (sigmas, share) in [(0.0, 0.0), (1.0, 0.682_689), (1.96, 0.950_004), (3.0, 0.997_300)] {
            assert!((normal_share_within(sigmas) - share).abs() < 1e-5, "{sigmas}");
        }
    }
}
