//! What of a function is shown where there is little room.

use std::{cmp::Reverse, collections::BTreeSet};

use crate::listing::{line::ListedLine, listing::FunctionListing};

impl FunctionListing {
    /// Its beginning, the marked lines and those that cost most, each with some around it: so many lines at most. Very long
    /// lines, as generators write them, are cut.
    pub(crate) fn excerpt(&self, most_lines: usize, marked: &[i64]) -> Self {
        let kept = self.kept(most_lines, marked);
        let lines = kept.into_iter().filter_map(|at| self.lines.get(at)).map(|line| ListedLine {
            text: line.text.as_deref().map(cut),
            decisions: line.decisions.iter().take(MOST_DECISIONS).cloned().collect(),
            ..line.clone()
        });
        Self { lines: lines.collect(), ..self.clone() }
    }

    /// How many bytes of text its lines have.
    pub(crate) fn text_bytes(&self) -> usize {
        let of_line = |line: &ListedLine| {
            let decisions = line.decisions.iter().map(|told| told.message.len() + told.advice.len());
            line.text.as_ref().map_or(0, String::len) + decisions.sum::<usize>()
        };
        self.lines.iter().map(of_line).sum()
    }

    /// What its most expensive line costs.
    pub(crate) fn most(&self) -> u128 {
        self.lines.iter().map(|line| line.cum.unsigned_abs()).max().unwrap_or(0)
    }

    fn kept(&self, most_lines: usize, marked: &[i64]) -> BTreeSet<usize> {
        if self.lines.len() <= most_lines {
            return (0..self.lines.len()).collect();
        }
        let mut ranked: Vec<(usize, &ListedLine)> = self.lines.iter().enumerate().collect();
        ranked.sort_by_key(|(_, line)| {
            (!marked.contains(&line.line), Reverse(line.flat.unsigned_abs().max(line.cum.unsigned_abs())))
        });
        let mut kept = BTreeSet::from([0]);
        for (at, _) in ranked.into_iter().filter(|(_, line)| line.has_cost() || marked.contains(&line.line)) {
            let around = at.saturating_sub(AROUND)..=(at + AROUND).min(self.lines.len() - 1);
            // The line itself comes first, should there be no room for the others.
            for near in std::iter::once(at).chain(around) {
                if kept.len() >= most_lines {
                    return kept;
                }
                kept.insert(near);
            }
        }
        kept
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Lines before and after each that costs much.
const AROUND: usize = 3;
const LONGEST_LINE: usize = 400;
/// One for each instantiation of what generators write in one line.
const MOST_DECISIONS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn function(costs: &[i128]) -> FunctionListing {
        let line = |(at, &cum): (usize, &i128)| ListedLine {
            line: at as i64 + 10,
            text: Some("x".repeat(2 * LONGEST_LINE)),
            flat: 0,
            cum,
            bytes: None,
            objects: None,
            decisions: Vec::new(),
        };
        FunctionListing {
            function: "main.f".to_owned(),
            file: None,
            source: None,
            note: None,
            flat: 0,
            cum: costs.iter().sum(),
            lines: costs.iter().enumerate().map(line).collect(),
        }
    }

    #[test]
    fn the_largest_lines_stay_with_those_around() {
        let mut costs = vec![0; 100];
        (costs[50], costs[80], costs[20]) = (7, 9, 1);
        let lines = |most, marked: &[i64]| {
            let excerpt = function(&costs).excerpt(most, marked);
            excerpt.lines.iter().map(|line| line.line - 10).collect::<Vec<_>>()
        };
        assert_eq!(lines(100, &[]).len(), 100);
        assert_eq!(lines(8, &[]), [0, 77, 78, 79, 80, 81, 82, 83]);
        assert_eq!(lines(15, &[]), [0, 47, 48, 49, 50, 51, 52, 53, 77, 78, 79, 80, 81, 82, 83]);
        assert_eq!(lines(2, &[40]), [0, 30]);
    }

    #[test]
    fn long_lines_are_cut() {
        let excerpt = function(&[1, 2]).excerpt(1, &[]);
        assert_eq!(excerpt.text_bytes(), LONGEST_LINE + '…'.len_utf8());
    }
}
