//! Sweeps that begin and end within a segment.

use std::num::NonZero;

use crate::{
    model::{Charge, OwnedSweep, Recording, Stretch, Sweep, SweepRecord},
    replay::{lookup::Lookup, segment::Segment},
};

/// The sweeps that begin in a thread's segments. Nearly all end there too: they are known without walking the goroutine, except to
/// whom they are charged.
#[derive(Debug, Default)]
pub(super) struct SegmentSweeps {
    all: Vec<SegmentSweep>,
    open: Option<SegmentSweep>,
}

/// A sweep that begins in a segment; times are in units of the trace's clock. It takes what is kept of it in the end, and stays
/// where it is.
#[derive(Debug, Clone)]
pub(super) struct SegmentSweep {
    begin: u64,
    /// [`UNENDED`](Self::UNENDED) when its end is a mark.
    ticks: u32,
    swept_bytes: u32,
    reclaimed_bytes: u32,
    stack: u32,
    /// How many marks of the segment are before it.
    pub(super) marks_before: u32,
    /// Who is charged with it, among [`Sweeps`](crate::model::Sweeps).
    pub(super) owner: u32,
}

impl SegmentSweeps {
    /// Ends a segment.
    #[inline]
    pub(super) fn end_segment(&mut self, segment: &mut Segment) {
        if let Some(open) = self.open.take() {
            self.push(segment, open);
        }
    }

    /// Begins one; gives whether it can be told so.
    pub(super) fn begin(&mut self, segment: &mut Segment, begin: u64, stack: u64) -> bool {
        self.end_segment(segment);
        let has_room = segment.sweeps < u16::MAX && self.all.len() < u32::MAX as usize;
        self.open = u32::try_from(stack).ok().filter(|_| has_room).map(|stack| SegmentSweep {
            begin,
            ticks: SegmentSweep::UNENDED,
            swept_bytes: 0,
            reclaimed_bytes: 0,
            stack,
            marks_before: segment.marks,
            owner: 0,
        });
        self.open.is_some()
    }

    /// Ends the open one; gives whether there is one and it can be told so.
    pub(super) fn end(&mut self, segment: &mut Segment, end: u64, swept_bytes: u64, reclaimed_bytes: u64) -> bool {
        let Some(open) = self.open.take() else { return false };
        let whole = open.ending(end, swept_bytes, reclaimed_bytes);
        let is_whole = whole.is_some();
        self.push(segment, whole.unwrap_or(open));
        is_whole
    }

    fn push(&mut self, segment: &mut Segment, sweep: SegmentSweep) {
        if segment.sweeps == 0 {
            segment.first_sweep = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        }
        segment.sweeps += 1;
        self.all.push(sweep);
    }

    /// All of the thread.
    pub(super) fn take(&mut self) -> Vec<SegmentSweep> {
        std::mem::take(&mut self.all)
    }

    /// All of the thread, up to now.
    pub(super) fn all_mut(&mut self) -> &mut Vec<SegmentSweep> {
        &mut self.all
    }
}

impl SegmentSweep {
    const UNENDED: u32 = u32::MAX;

    pub(super) fn begin(&self, lookup: &Lookup<'_, '_>) -> u64 {
        lookup.time(self.begin)
    }

    pub(super) fn has_end(&self) -> bool {
        self.ticks != Self::UNENDED
    }

    /// One that has no end yet.
    pub(super) fn unended(&self, goroutine: u64, charge: Charge, lookup: &mut Lookup<'_, '_>) -> Sweep {
        Sweep {
            stretch: Stretch::new(Some(self.begin(lookup)), None),
            swept_bytes: 0,
            reclaimed_bytes: 0,
            goroutine: NonZero::new(goroutine),
            stack: lookup.stack(self.stack.into()),
            charge,
        }
    }

    /// What is kept of one that has its end.
    pub(super) fn record(&self, recording: &mut Recording, lookup: &mut Lookup<'_, '_>) -> Option<SweepRecord> {
        let end = self.has_end().then(|| lookup.time(self.begin + u64::from(self.ticks)))?;
        Some(recording.sweeps.record(OwnedSweep {
            stretch: Stretch::new(Some(self.begin(lookup)), Some(end)),
            swept_bytes: self.swept_bytes.into(),
            reclaimed_bytes: self.reclaimed_bytes.into(),
            stack: lookup.stack(self.stack.into()),
            owner: self.owner,
        }))
    }

    /// `None` when a number is too large.
    #[inline]
    fn ending(&self, end: u64, swept_bytes: u64, reclaimed_bytes: u64) -> Option<Self> {
        let ticks = u32::try_from(end.checked_sub(self.begin)?).ok()?;
        Some(Self {
            ticks: (ticks != Self::UNENDED).then_some(ticks)?,
            swept_bytes: u32::try_from(swept_bytes).ok()?,
            reclaimed_bytes: u32::try_from(reclaimed_bytes).ok()?,
            ..*self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::segment::{EventPlace, Start};

    #[test]
    fn what_is_not_whole_is_left_to_its_end() {
        let (mut sweeps, large) = (SegmentSweeps::default(), u64::from(u32::MAX));
        let segment = || Segment::new(1, 1, Start::Scheduled, 0, EventPlace::new(0, 1));
        let mut first = segment();
        assert!(!sweeps.end(&mut first, 5, 0, 0), "it began before");
        assert!(sweeps.begin(&mut first, 6, 3) && sweeps.end(&mut first, 8, 8192, 16));
        assert!(sweeps.begin(&mut first, 9, 3) && !sweeps.end(&mut first, 10, large + 1, 0));
        assert!(sweeps.begin(&mut first, 11, 3) && !sweeps.end(&mut first, 11 + large, 1, 0));
        assert!(!sweeps.begin(&mut first, 12, large + 1) && !sweeps.end(&mut first, 13, 1, 1));
        assert!(sweeps.begin(&mut first, 14, 3));
        sweeps.end_segment(&mut first);
        let mut second = segment();
        assert!(sweeps.begin(&mut second, 20, 3) && sweeps.begin(&mut second, 21, 3));
        assert!(sweeps.end(&mut second, 22, 1, 1));
        sweeps.end_segment(&mut second);
        let all: Vec<_> = sweeps.take().iter().map(|sweep| (sweep.begin, sweep.has_end())).collect();
        assert_eq!(all, [(6, true), (9, false), (11, false), (14, false), (20, false), (21, true)]);
        assert_eq!((first.first_sweep, first.sweeps), (0, 4));
        assert_eq!((second.first_sweep, second.sweeps), (4, 2));
    }

    #[test]
    fn a_sweep_takes_what_is_kept_of_it() {
        assert_eq!(size_of::<SegmentSweep>(), size_of::<SweepRecord>());
    }
}
