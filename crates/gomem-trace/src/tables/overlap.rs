//! How long the world stood still within a time.

use crate::model::{Pause, Runs};

/// The pauses of a trace, with their sums: the world stops only once at a time.
#[derive(Debug)]
pub(super) struct Overlap {
    /// Begin, end, and the sum of all before.
    pauses: Vec<(u64, u64, u64)>,
}

impl Overlap {
    pub(super) fn new(pauses: &Runs<Pause>) -> Self {
        let mut sum = 0;
        let mut last = 0;
        let known = pauses.iter().filter_map(|pause| pause.stretch.begin().zip(pause.stretch.end()));
        let pauses = known
            .map(|(begin, end)| {
                let begin = begin.max(last);
                let end = end.max(begin);
                let before = sum;
                sum += end - begin;
                last = end;
                (begin, end, before)
            })
            .collect();
        Self { pauses }
    }

    /// The nanoseconds of a time in which the world stood still.
    pub(super) fn within(&self, begin: u64, end: u64) -> u64 {
        self.until(end).saturating_sub(self.until(begin))
    }

    fn until(&self, time: u64) -> u64 {
        let place = self.pauses.partition_point(|(begin, ..)| *begin <= time);
        let Some((begin, end, before)) = place.checked_sub(1).map(|place| self.pauses[place]) else { return 0 };
        before + (time.min(end) - begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_pauses_count() {
        let overlap = Overlap { pauses: vec![(10, 20, 0), (30, 40, 10)] };
        assert_eq!(overlap.within(0, 5), 0);
        assert_eq!(overlap.within(0, 50), 20);
        assert_eq!(overlap.within(15, 35), 10);
        assert_eq!(overlap.within(20, 30), 0);
        let late = Overlap { pauses: vec![(0, u64::MAX - 10, 0), (u64::MAX - 10, u64::MAX, u64::MAX - 10)] };
        assert_eq!(late.within(0, u64::MAX), u64::MAX);
    }
}
