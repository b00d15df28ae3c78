//! Many items in order.

use std::{cmp::Ordering, iter, mem, slice};

use crate::model::counted::Counted;

/// Many items in order: those of each generation stay where they were put, so that a trace of many is not moved again and again.
#[derive(Debug)]
pub(crate) struct Runs<T> {
    /// Those of the last generation, as they come.
    new: Vec<T>,
    runs: Vec<Vec<T>>,
    /// By run, how many items there are up to its end.
    ends: Vec<usize>,
    /// Whether some belong far before those that came before them.
    has_strays: bool,
}

impl<T> Runs<T> {
    pub(crate) fn push(&mut self, item: T) {
        self.new.push(item);
    }

    pub(crate) fn reserve(&mut self, additional: usize) {
        self.new.reserve_exact(additional);
    }

    /// Takes many of a generation.
    pub(crate) fn take(&mut self, mut items: Vec<T>) {
        // The smaller part is moved.
        if self.new.len() < items.len() {
            mem::swap(&mut self.new, &mut items);
        }
        self.new.append(&mut items);
    }

    /// Puts what came since the last time where it belongs; after the last time, all are in order.
    ///
    /// Generations overlap, but by little. What belongs far before the rest waits for the last time: else a trace of many small
    /// generations would be sorted as often.
    pub(super) fn put_in_order(&mut self, is_last: bool, order: impl Fn(&T, &T) -> Ordering) {
        self.put_new_in_order(&order);
        if is_last {
            self.finish(order);
        }
    }

    fn put_new_in_order(&mut self, order: impl Fn(&T, &T) -> Ordering) {
        let mut new = mem::take(&mut self.new);
        new.sort_by(&order);
        let Some(first) = new.first() else { return };
        if !self.has_strays {
            let belongs_behind = |item: &T| order(item, first).is_gt();
            let behind = self.runs.iter().rev().map_while(|run| {
                let start = run.partition_point(|item| !belongs_behind(item));
                (start < run.len()).then_some(run.len() - start)
            });
            let behind: usize = behind.sum();
            self.has_strays = behind > MOST_OVERLAP * new.len();
            if !self.has_strays && behind > 0 {
                let mut known = self.pop(behind);
                known.append(&mut new);
                known.sort_by(&order);
                new = known;
            }
        }
        match self.runs.last_mut() {
            Some(last) if last.len() < FEW && new.len() < FEW => last.append(&mut new),
            _ => self.runs.push(new),
        }
    }

    fn finish(&mut self, order: impl Fn(&T, &T) -> Ordering) {
        if mem::take(&mut self.has_strays) {
            let mut all: Vec<T> = mem::take(&mut self.runs).into_iter().flatten().collect();
            all.sort_by(&order);
            self.runs.push(all);
        }
        let ends = self.runs.iter().scan(0, |end, run| {
            *end += run.len();
            Some(*end)
        });
        self.ends = ends.collect();
    }

    pub(crate) fn iter(&self) -> Counted<iter::Flatten<slice::Iter<'_, Vec<T>>>> {
        Counted::new(self.runs.iter().flatten(), self.ends.last().copied().unwrap_or_default())
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.runs.last()?.last()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        let run = self.ends.partition_point(|end| *end <= place);
        self.runs.get(run)?.get(place - self.before(run))
    }

    /// How many items are such, which all are before all others.
    pub(crate) fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        let run = self.runs.partition_point(|run| run.last().is_none_or(&is_before));
        self.before(run) + self.runs.get(run).map_or(0, |run| run.partition_point(is_before))
    }

    /// The items from a place on.
    pub(crate) fn from(&self, place: usize) -> impl Iterator<Item = &T> {
        (place..).map_while(|place| self.get(place))
    }

    /// How many items are in the runs before one.
    fn before(&self, run: usize) -> usize {
        run.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// Takes the last ones away.
    fn pop(&mut self, mut count: usize) -> Vec<T> {
        let mut parts = Vec::new();
        while count > 0
            && let Some(mut run) = self.runs.pop()
        {
            let start = run.len().saturating_sub(count);
            count -= run.len() - start;
            parts.push(run.split_off(start));
            if start > 0 {
                self.runs.push(run);
            }
        }
        iter::from_fn(|| parts.pop()).flatten().collect()
    }
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self { new: Vec::new(), runs: Vec::new(), ends: Vec::new(), has_strays: false }
    }
}

impl<T> Extend<T> for Runs<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.new.extend(items);
    }
}

impl<'r, T> IntoIterator for &'r Runs<T> {
    type Item = &'r T;
    type IntoIter = Counted<iter::Flatten<slice::Iter<'r, Vec<T>>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// So many known items for a new one are sorted again.
const MOST_OVERLAP: usize = 4;
/// Runs of fewer items are put together.
const FEW: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn runs<const N: usize>(parts: [Vec<u32>; N]) -> Runs<u32> {
        let mut runs = Runs::default();
        for part in parts {
            runs.take(part);
            runs.put_in_order(false, u32::cmp);
        }
        runs
    }

    #[test]
    fn what_is_new_is_put_where_it_belongs() {
        let mut runs = runs([vec![3, 1, 2], vec![], vec![9, 2, 5]]);
        assert_eq!(runs.runs, [[1, 2, 2, 3, 5, 9]]);
        runs.put_in_order(true, u32::cmp);
        assert_eq!((runs.last(), runs.get(4), runs.get(6)), (Some(&9), Some(&5), None));
        assert_eq!((runs.partition_point(|item| *item < 3), runs.from(3).count()), (3, 3));
    }

    #[test]
    fn what_belongs_far_before_waits_for_the_end() {
        let known: Vec<u32> = (10..30).collect();
        let mut runs = runs([known.clone(), vec![5], vec![4], vec![20, 20]]);
        assert_eq!(runs.runs[0][..20], known);
        runs.put_in_order(true, u32::cmp);
        assert_eq!(runs.iter().take(3).collect::<Vec<_>>(), [&4, &5, &10]);
        assert!(runs.iter().count() == 24 && runs.iter().is_sorted());
    }

    #[test]
    fn long_runs_stay_where_they_are() {
        let many = FEW as u32;
        let mut runs =
            runs([(0..many).collect(), (many..3 * many).collect(), (3 * many - 5..4 * many).collect(), vec![9 * many]]);
        runs.put_in_order(true, u32::cmp);
        assert_eq!(runs.runs.iter().map(Vec::len).collect::<Vec<_>>(), [FEW, 2 * FEW - 4, FEW + 9, 1]);
        assert_eq!(runs.iter().count(), 4 * FEW + 6);
        assert!(runs.iter().is_sorted() && runs.from(0).eq(&runs));
        assert_eq!((runs.partition_point(|item| *item < many), runs.get(FEW)), (FEW, Some(&many)));
        assert_eq!((runs.partition_point(|_| true), runs.partition_point(|_| false)), (4 * FEW + 6, 0));
    }

    #[test]
    fn many_runs_can_overlap_with_one() {
        let many = FEW as u32;
        let mut runs = runs([(0..many).collect(), (many..2 * many).collect(), (many - 9..3 * many).collect()]);
        runs.put_in_order(true, u32::cmp);
        assert_eq!((runs.runs.len(), runs.iter().count()), (2, 4 * FEW + 9));
        assert!(runs.iter().is_sorted());
    }
}
