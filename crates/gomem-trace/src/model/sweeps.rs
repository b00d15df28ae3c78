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
    others: Vec<OwnedSweep>,
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

/// Any sweep whose owner has a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnedSweep {
    pub(crate) stretch: Stretch,
    pub(crate) swept_bytes: u64,
    pub(crate) reclaimed_bytes: u64,
    pub(crate) stack: Option<StackId>,
    pub(crate) owner: u32,
}

/// Whose sweeps they are, and to whom they are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    goroutine: Option<NonZero<u64>>,
    charge: Charge,
}

impl Sweeps {
    pub(crate) fn push(&mut self, sweep: &Sweep) {
        let Sweep { stretch, swept_bytes, reclaimed_bytes, goroutine, stack, charge } = *sweep;
        let owner = self.owner(goroutine, charge);
        let record = self.record(OwnedSweep { stretch, swept_bytes, reclaimed_bytes, stack, owner });
        self.rows.push(record);
    }

    /// The place of an owner.
    #[inline]
    pub(crate) fn owner(&mut self, goroutine: Option<NonZero<u64>>, charge: Charge) -> u32 {
        let owner = Owner { goroutine, charge };
        if self.owners.last() != Some(&owner) {
            self.owners.push(owner);
        }
        // Places end where owners take 128 GiB.
        u32::try_from(self.owners.len() - 1).unwrap_or(u32::MAX).min(SweepRecord::OTHER - 1)
    }

    /// What is kept of a sweep, for [`take`](Self::take).
    #[inline]
    pub(crate) fn record(&mut self, sweep: OwnedSweep) -> SweepRecord {
        SweepRecord::new(&sweep).unwrap_or_else(|| {
            let place = u32::try_from(self.others.len()).unwrap_or(u32::MAX);
            let begin = sweep.stretch.moment().unwrap_or_default();
            self.others.push(sweep);
            let owner = SweepRecord::OTHER;
            SweepRecord { begin, nanoseconds: place, swept_bytes: 0, reclaimed_bytes: 0, stack: None, owner }
        })
    }

    /// Takes many of a generation.
    pub(crate) fn take(&mut self, records: Vec<SweepRecord>) {
        self.rows.take(records);
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
        let goroutine = |row: &SweepRecord| {
            let owner = match row.owner {
                SweepRecord::OTHER => others[row.nanoseconds as usize].owner,
                owner => owner,
            };
            owners[owner as usize].goroutine
        };
        let order = |one: &SweepRecord, other: &SweepRecord| {
            one.begin.cmp(&other.begin).then_with(|| goroutine(one).cmp(&goroutine(other)))
        };
        rows.put_in_order(is_last, order);
    }

    fn sweep(&self, row: &SweepRecord) -> Sweep {
        let OwnedSweep { stretch, swept_bytes, reclaimed_bytes, stack, owner } = match row.owner {
            SweepRecord::OTHER => self.others[row.nanoseconds as usize],
            owner => OwnedSweep {
                stretch: Stretch::new(Some(row.begin), Some(row.begin + u64::from(row.nanoseconds))),
                swept_bytes: row.swept_bytes.into(),
                reclaimed_bytes: row.reclaimed_bytes.into(),
                stack: row.stack,
                owner,
            },
        };
        let Owner { goroutine, charge } = self.owners[owner as usize];
        Sweep { stretch, swept_bytes, reclaimed_bytes, goroutine, stack, charge }
    }
}

impl SweepRecord {
    const OTHER: u32 = u32::MAX;

    /// `None` when it does not fit.
    #[inline]
    fn new(sweep: &OwnedSweep) -> Option<Self> {
        let begin = sweep.stretch.begin()?;
        let nanoseconds = sweep.stretch.end()?.checked_sub(begin)?;
        Some(Self {
            begin,
            nanoseconds: u32::try_from(nanoseconds).ok()?,
            swept_bytes: u32::try_from(sweep.swept_bytes).ok()?,
            reclaimed_bytes: u32::try_from(sweep.reclaimed_bytes).ok()?,
            stack: sweep.stack,
            owner: sweep.owner,
        })
    }
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
        assert_eq!((sweeps.owners.len(), sweeps.others.len()), (3, 6));
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
