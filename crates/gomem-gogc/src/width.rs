//! How wide a 90 % interval is.

use crate::{prediction::Setting, quality::Quality};

/// Half-widths of 90 % intervals, on the logarithm.
pub(crate) struct Widths {
    pub(crate) cycles: f64,
    pub(crate) peak: f64,
    pub(crate) cpu: f64,
}

impl Widths {
    /// For `setting`, asked of a recording made with `base`.
    pub(crate) fn new(setting: &Setting, base: &Setting, quality: &Quality) -> Self {
        let octaves = match (setting.gogc.factor(), base.gogc.factor()) {
            (Some(to), Some(from)) if to > 0.0 && from > 0.0 => (to / from).log2().abs(),
            _ => 2.0,
        };
        let distance = octaves + setting.alloc_scale.max(1e-3).log2().abs();
        let mut widen = if quality.is_shaky() { SHAKY } else { 1.0 };
        if quality.is_sampled {
            widen *= SAMPLED;
        }
        if quality.is_falling() {
            widen *= LET_GO;
        }
        let (cycles, peak) = match (quality.is_small, quality.marks_little) {
            (false, _) => WIDTHS,
            (true, true) => CALM_WIDTHS,
            (true, false) => SMALL_WIDTHS,
        };
        Self {
            cycles: widen * at_octave(&cycles, distance),
            peak: widen * at_octave(&peak, distance),
            cpu: at_octave(&CPU_WIDTH, distance),
        }
    }
}

/// The width at a distance in octaves, linear between the whole ones.
fn at_octave(widths: &[f64; 4], octaves: f64) -> f64 {
    let clamped = octaves.clamp(0.0, 3.0);
    let index = (clamped as usize).min(2);
    widths[index] + (widths[index + 1] - widths[index]) * (clamped - index as f64)
}

/// Split-conformal half-widths of the logarithm at 0, 1, 2 and 3 octaves from the recorded GOGC: 90 % of the predictions
/// of recorded runs were closer. Those of cycles, and those of the peak heap.
const WIDTHS: ([f64; 4], [f64; 4]) = ([0.12, 0.21, 0.32, 0.33], [0.18, 0.26, 0.29, 0.33]);
/// The same for live heaps of a few MiB, whose pace the minimum heap and the allocation during marking set.
const SMALL_WIDTHS: ([f64; 4], [f64; 4]) = ([0.20, 0.40, 1.20, 1.20], [0.30, 0.60, 1.30, 1.40]);
/// The same where marking takes little of the time.
const CALM_WIDTHS: ([f64; 4], [f64; 4]) = ([0.20, 0.30, 0.45, 0.50], [0.30, 0.45, 0.75, 0.90]);
/// The same for GC CPU, beside [`CPU_POINTS`].
const CPU_WIDTH: [f64; 4] = [0.28, 0.45, 0.72, 1.10];
/// The share of the available CPU that any prediction of GC CPU may be off by.
pub(crate) const CPU_POINTS: f64 = 0.02;
/// A short or unsteady recording says less, and so do cycles that were not seen one by one.
const SHAKY: f64 = 1.3;
const SAMPLED: f64 = 1.3;
/// Where the live heap is let go.
const LET_GO: f64 = 1.3;

#[cfg(test)]
mod tests {
    use super::*;

    /// Small heaps are surer where marking takes little of the time, and never surer than large ones.
    #[test]
    fn calm_small_heaps_lie_between() {
        for ((calm, small), large) in
            [((CALM_WIDTHS.0, SMALL_WIDTHS.0), WIDTHS.0), ((CALM_WIDTHS.1, SMALL_WIDTHS.1), WIDTHS.1)]
        {
            for octave in 0..4 {
                assert!((large[octave]..=small[octave]).contains(&calm[octave]), "at {octave}");
            }
        }
    }

    #[test]
    fn widths_are_linear_between_octaves_and_end_at_three() {
        assert_eq!(at_octave(&[0.0, 1.0, 3.0, 4.0], 1.5), 2.0);
        assert_eq!(at_octave(&[0.0, 1.0, 3.0, 4.0], 9.0), 4.0);
    }
}
