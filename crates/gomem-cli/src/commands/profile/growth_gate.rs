//! `--fail-on growth>5%`: how much more of two profiles fails a command.

use std::{fmt, str::FromStr};

use gomem_pprof::{ShownGrowth, TopDiff};

use crate::{commands::gate, read::Size};

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
    /// Whether the growth of a key is too much.
    pub(crate) fn is_exceeded_by(&self, growth: &ShownGrowth<'_>, diff: &TopDiff) -> bool {
        self.of == Of::Key && growth.least > self.most(diff)
    }

    /// Whether the growth of the sum is too much.
    pub(crate) fn is_exceeded_in_total(&self, diff: &TopDiff) -> bool {
        self.of == Of::Total && diff.least_total_growth().is_some_and(|least| least > self.most(diff))
    }

    fn most(&self, diff: &TopDiff) -> f64 {
        match self.most {
            Most::Percent(percent) => diff.base_total() as f64 * percent / 100.0,
            Most::Amount(amount) => amount,
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
        let most = match most {
            None => Most::Amount(0.0),
            Some(most) if most.ends_with('%') => Most::Percent(gate::percent(most).ok_or_else(failed)?),
            Some(most) => Most::Amount(most.parse::<Size>().map_err(|_| failed())?.0 as f64),
        };
        Ok(Self { of, most })
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
