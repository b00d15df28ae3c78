//! Many sweeps, in little room.

use std::num::NonZero;

use crate::model::{charge::Charge, names::StackId, runs::Runs, stretch::Stretch, sweep::Sweep};

/// Many sweeps. A trace can be little else, so that nearly all take half of what a [`Sweep`] does.
#[derive(Debug, Default)]
pub(crate) struct Sweeps {
    rows: Runs<SweepRecord>,
    /// Those of one follow each other.
    owners: Vec<Owner>,
    /// Those that lack a begin or an end, or have large numbers.
    others: Vec<Sweep>,
}

/// A sweep of up to four seconds and 4 GiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SweepRecord {
    begin: u64,
    nanoseconds: u32,
    swept_bytes: u32,
    reclaimed_bytes: u32,
    stack: Option<StackId>,
    /// The place of its owner. [`OTHER`](Self::OTHER) stands for another sweep: its place is in `nanoseconds`, and `begin` has
    /// the moment of it that is known.
    owner: u32,
}

/// Whose sweeps they are, and to whom they are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    goroutine: Option<NonZero<u64>>,
    charge: Charge,
}

impl Sweeps {
    pub(crate) fn reserve(&mut self, additional: usize) {
        self.rows.reserve(additional);
    }

    pub(crate) fn push(&mut self, sweep: &Sweep) {
        let row = self.record(sweep).unwrap_or_else(|| {
            let place = u32::try_from(self.others.len()).unwrap_or(u32::MAX);
            self.others.push(sweep.clone());
            SweepRecord {
                begin: sweep.stretch.moment().unwrap_or_default(),
                nanoseconds: place,
                swept_bytes: 0,
                reclaimed_bytes: 0,
                stack: None,
                owner: SweepRecord::OTHER,
            }
        });
        self.rows.push(row);
    }

    /// The stacks of all, those that follow each other once.
    pub(crate) fn stacks(&self) -> impl Iterator<Item = Option<StackId>> {
        let mut last = None;
        let others = self.others.iter().map(|sweep| sweep.stack);
        let stacks = self.rows.iter().map(|row| row.stack).chain(others);
        stacks.filter(move |stack| last.replace(*stack) != Some(*stack))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Sweep> {
        self.rows.iter().map(|row| self.sweep(row))
    }

    /// Puts new ones into their order: by time, then by goroutine.
    pub(super) fn put_in_order(&mut self, is_last: bool) {
        let Self { rows, owners, others } = self;
        let goroutine = |row: &SweepRecord| match row.owner {
            SweepRecord::OTHER => others[row.nanoseconds as usize].goroutine,
            owner => owners[owner as usize].goroutine,
        };
        let order = |one: &SweepRecord, other: &SweepRecord| {
            one.begin.cmp(&other.begin).then_with(|| goroutine(one).cmp(&goroutine(other)))
        };
        rows.put_in_order(is_last, order);
    }

    /// `None` when it does not fit.
    fn record(&mut self, sweep: &Sweep) -> Option<SweepRecord> {
        let begin = sweep.stretch.begin()?;
        let nanoseconds = sweep.stretch.end()?.checked_sub(begin)?;
        let owner = Owner { goroutine: sweep.goroutine, charge: sweep.charge };
        let mut row = SweepRecord {
            begin,
            nanoseconds: u32::try_from(nanoseconds).ok()?,
            swept_bytes: u32::try_from(sweep.swept_bytes).ok()?,
            reclaimed_bytes: u32::try_from(sweep.reclaimed_bytes).ok()?,
            stack: sweep.stack,
            owner: u32::try_from(self.owners.len()).ok().filter(|owner| *owner != SweepRecord::OTHER)?,
        };
        if self.owners.last() == Some(&owner) {
            row.owner -= 1;
        } else {
            self.owners.push(owner);
        }
        Some(row)
    }

    fn sweep(&self, row: &SweepRecord) -> Sweep {
        if row.owner == SweepRecord::OTHER {
            return self.others[row.nanoseconds as usize].clone();
        }
        let Owner { goroutine, charge } = self.owners[row.owner as usize];
        Sweep {
            stretch: Stretch::new(Some(row.begin), Some(row.begin + u64::from(row.nanoseconds))),
            swept_bytes: row.swept_bytes.into(),
            reclaimed_bytes: row.reclaimed_bytes.into(),
            goroutine,
            stack: row.stack,
            charge,
        }
    }
}

impl SweepRecord {
    const OTHER: u32 = u32::MAX;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeps_come_out_as_they_went_in() {
        let sweep = |begin, end, bytes, goroutine| Sweep {
            stretch: Stretch::new(begin, end),
            swept_bytes: bytes,
            reclaimed_bytes: bytes / 2,
            goroutine: NonZero::new(goroutine),
            stack: None,
            charge: Charge::new(None, Some(goroutine)),
        };
        let all = [
            sweep(Some(1), Some(9), 8192, 7),
            sweep(Some(3), Some(3 + u64::from(u32::MAX)), u32::MAX.into(), 7),
            sweep(Some(3), Some(4 + u64::from(u32::MAX)), 1, 7),
            sweep(Some(4), Some(5), 1 << 32, 8),
            sweep(None, Some(5), 2, 8),
            sweep(Some(9), None, 0, 8),
            sweep(Some(9), Some(2), 0, 8),
            sweep(None, None, 0, 0),
            sweep(Some(10), Some(11), 6, 0),
        ];
        let mut sweeps = Sweeps::default();
        all.iter().for_each(|sweep| sweeps.push(sweep));
        sweeps.rows.put_in_order(true, |_, _| std::cmp::Ordering::Equal);
        assert!(sweeps.iter().eq(all));
        assert_eq!((sweeps.owners.len(), sweeps.others.len()), (2, 6));
        assert_eq!(size_of::<SweepRecord>(), 32);
    }

    #[test]
    fn sweeps_are_ordered_by_time_and_goroutine() {
        let mut sweeps = Sweeps::default();
        for (begin, goroutine) in [(5, 2), (5, 1), (4, 3)] {
            let stretch = Stretch::new(Some(begin), (goroutine != 1).then_some(9));
            let (goroutine, charge) = (NonZero::new(goroutine), Charge::default());
            sweeps.push(&Sweep { stretch, swept_bytes: 0, reclaimed_bytes: 0, goroutine, stack: None, charge });
        }
        sweeps.put_in_order(true);
        let goroutines: Vec<_> = sweeps.iter().filter_map(|sweep| sweep.goroutine.map(NonZero::get)).collect();
        assert_eq!(goroutines, [3, 1, 2]);
    }
}
