//! `allocs/op>0%`: how much worse is too much.

use std::{fmt, str::FromStr};

use crate::comparison::{ComparisonRow, Verdict};

/// How much worse a benchmark may become in a unit: `allocs/op>0%`, `ns/op>5%`, `B/op>16`.
///
/// ```
/// # let before = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 96 B/op 2 allocs/op\n")?;
/// # let after = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 112 B/op 3 allocs/op\n")?;
/// # let comparison = gomem_bench::Comparison::new(&before, &after);
/// use gomem_bench::{Gate, Threshold};
///
/// let threshold: Threshold = "allocs/op>0".parse()?;
/// assert_eq!((&*threshold.unit, threshold.most, threshold.is_percent), ("allocs/op", 0.0, false));
/// assert_eq!(Gate::new(&threshold, &comparison).exceeded.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Threshold {
    /// The unit.
    pub unit: String,
    /// The most that is accepted.
    pub most: f64,
    /// Whether that is a share of what it was.
    pub is_percent: bool,
}

/// A text that is no threshold.
///
/// ```
/// use gomem_bench::Threshold;
///
/// assert!("allocs/op".parse::<Threshold>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no threshold: write a unit, `>`, and a number or a percentage, as in allocs/op>0%")]
pub struct ThresholdError {
    /// The text.
    pub text: String,
}

impl Threshold {
    /// Whether a benchmark's median is worse by more, be that shown or not.
    pub(crate) fn is_beyond(&self, row: &ComparisonRow) -> bool {
        let Some(delta) = row.delta() else { return false };
        if row.verdict != Verdict::Worse || *row.unit != *self.unit {
            return false;
        }
        if !self.is_percent {
            return delta.abs() > self.most;
        }
        // From nothing to something is more than any share.
        row.delta_fraction().is_none_or(|fraction| (fraction * 100.0).abs() > self.most + ROUNDING)
    }

    /// What a value may become.
    pub(crate) fn accepted(&self, base: f64, is_more_better: bool) -> f64 {
        let most = if self.is_percent { base * self.most / 100.0 } else { self.most };
        if is_more_better { base - most } else { base + most }
    }
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let failed = || ThresholdError { text: text.to_owned() };
        let (unit, most) = text.split_once('>').ok_or_else(failed)?;
        let (unit, most) = (unit.trim(), most.trim());
        let (number, is_percent) = most.strip_suffix('%').map_or((most, false), |number| (number, true));
        let most: f64 = number.trim().parse().map_err(|_| failed())?;
        if unit.is_empty() || unit.contains(char::is_whitespace) || !most.is_finite() || most < 0.0 {
            return Err(failed());
        }
        Ok(Self { unit: unit.to_owned(), most, is_percent })
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{}{}", self.unit, self.most, if self.is_percent { "%" } else { "" })
    }
}

/// 11 / 10 − 1 is a little more than a tenth.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_parsed() {
        for text in ["allocs/op>0%", "ns/op>5.5%", "B/op>16"] {
            assert_eq!(text.parse::<Threshold>().unwrap().to_string(), text);
        }
        for wrong in ["", "allocs/op", ">1%", "ns/op>-1%", "ns/op>x", "ns/op>nan", "a b>1"] {
            assert!(wrong.parse::<Threshold>().is_err(), "{wrong}");
        }
    }
}
