//! `--fail-on growth>5%`: how much more of two profiles fails a command.

use std::{fmt, str::FromStr};

use gomem_pprof::{ShownGrowth, TopDiff};

use crate::read::Size;

/// What fails a comparison of two profiles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GrowthGate {
    of: Of,
    most: Most,
}

/// Which growth counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// That of each key.
    Key,
    /// That of the sum.
    Total,
}

/// How much of it is fine.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Most {
    /// Of the base's total.
    Percent(f64),
    /// In the unit of the values.
    Amount(f64),
}

impl GrowthGate {
    /// Which growth of the difference is too much, and whether that of the sum is.
    pub(crate) fn exceeded<'a>(&self, diff: &TopDiff, shown: &[ShownGrowth<'a>]) -> (Vec<ShownGrowth<'a>>, bool) {
        let most = match self.most {
            Most::Percent(percent) => diff.base_total() as f64 * percent / 100.0,
            Most::Amount(amount) => amount,
        };
        match self.of {
            Of::Key => {
                let too_much: Vec<_> = shown.iter().filter(|growth| growth.least > most).copied().collect();
                let is_any = !too_much.is_empty();
                (too_much, is_any)
            }
            Of::Total => (Vec::new(), diff.least_total_growth().is_some_and(|least| least > most)),
        }
    }
}

impl FromStr for GrowthGate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let failed = || format!("{text:?} is no gate such as growth, growth>5%, growth>1MiB or total>5%");
        let (of, most) = text.split_once('>').map_or((text, None), |(of, most)| (of.trim(), Some(most.trim())));
        let of = match of {
            "growth" => Of::Key,
            "total" => Of::Total,
            _ => return Err(failed()),
        };
        let most = match most.map(|most| (most, most.strip_suffix('%'))) {
            None => Most::Amount(0.0),
            Some((_, Some(percent))) => Most::Percent(percent.trim().parse().map_err(|_| failed())?),
            Some((amount, None)) => Most::Amount(amount.parse::<Size>().map_err(|_| failed())?.0 as f64),
        };
        let is_number = !matches!(most, Most::Percent(percent) if !percent.is_finite() || percent < 0.0);
        if is_number { Ok(Self { of, most }) } else { Err(failed()) }
    }
}

impl fmt::Display for GrowthGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.of {
            Of::Key => "growth",
            Of::Total => "total",
        })?;
        match self.most {
            Most::Amount(0.0) => Ok(()),
            Most::Amount(amount) => write!(f, ">{amount}"),
            Most::Percent(percent) => write!(f, ">{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_parsed() {
        for text in ["growth", "growth>5%", "growth>1048576", "total>0.5%"] {
            assert_eq!(text.parse::<GrowthGate>().unwrap().to_string(), text);
        }
        assert_eq!("growth>1MiB".parse::<GrowthGate>().unwrap().to_string(), "growth>1048576");
        for wrong in ["", "new", "growth>", "growth>-1%", "growth>nan%", "total>1MB"] {
            assert!(wrong.parse::<GrowthGate>().is_err(), "{wrong}");
        }
    }
}
