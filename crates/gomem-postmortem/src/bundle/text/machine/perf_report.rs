//! What Linux's `perf report` and `perf top` print: functions, with their shares of the samples.
//!
//! ```text
//! Overhead  Shared Object       Symbol                       # Children      Self  Command  Shared Object  Symbol
//!   21.03%  api                 [.] runtime.scanobject           31.20%    21.03%  api      api            [.] runtime.scanobject
//! ```

use crate::bundle::text::printed::printable;

/// Its rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PerfReport {
    pub(crate) rows: Vec<PerfRow>,
}

/// A function, and its own share of the samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PerfRow {
    pub(crate) function: String,
    pub(crate) share: f64,
}

impl PerfReport {
    /// `None` for a text that has none of a program in Go.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let short = text.lines().filter(|line| line.len() <= LONGEST_LINE);
        let rows: Vec<PerfRow> = short.filter_map(PerfRow::parse).take(MOST_ROWS).collect();
        let is_of_go = rows.iter().any(|row| row.function.starts_with("runtime."));
        (is_of_go && rows.len() >= FEWEST_ROWS).then_some(Self { rows })
    }
}

impl PerfRow {
    fn parse(line: &str) -> Option<Self> {
        // Only what counts the samples of a function has the mark of where it ran.
        let (before, function) = line.split_once("[.] ").or_else(|| line.split_once("[k] "))?;
        let mut shares = before.split_whitespace().map_while(|word| word.strip_suffix('%')?.parse::<f64>().ok());
        let first = shares.next()?;
        let share = shares.next().unwrap_or(first) / 100.0;
        let function = printable(function);
        ((0.0..=1.0).contains(&share) && !function.is_empty()).then_some(Self { function, share })
    }
}

const LONGEST_LINE: usize = 4096;
const FEWEST_ROWS: usize = 3;
const MOST_ROWS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_function_itself() {
        let of = |text: &str| -> Option<Vec<(String, f64)>> {
            Some(PerfReport::find(text)?.rows.into_iter().map(|row| (row.function, row.share)).collect())
        };
        let top = "  21.00%  api  [.] runtime.scanobject\n   5.00%  api  [.] main.(*index).lookup\n 1.00%  [kernel]  [k] clear_page\n";
        let rows = [("runtime.scanobject", 0.21), ("main.(*index).lookup", 0.05), ("clear_page", 0.01)];
        assert_eq!(of(top).unwrap(), rows.map(|(name, share)| (name.to_owned(), share)));
        let children = top.replace("  21.00%", "  31.20%  21.00%");
        assert_eq!(of(&children).unwrap()[0].1, 0.21);
        assert_eq!(of(&top.replace("runtime.", "std::")), None);
        assert_eq!(of("21% of [.] runtime.scanobject\n"), None);
    }
}
