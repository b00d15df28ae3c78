//! Sweeps that begin and end within a segment.

use crate::{
    model::{OwnedSweep, Recording, Stretch, SweepRecord},
    replay::lookup::Lookup,
};

/// The sweeps of a thread's segments that begin and end there, as nearly all do. They are known without walking the goroutine,
/// except to whom they are charged.
#[derive(Debug, Default)]
pub(super) struct SegmentSweeps {
    whole: Vec<SegmentSweep>,
    /// The place of the open segment's first one.
    first: usize,
    open: Option<OpenSweep>,
    /// Whether those of the open segment are marks of it, since one of them is not whole or has large numbers.
    are_marks: bool,
}

/// A sweep within a segment; times are in units of the trace's clock. It takes what is kept of it in the end, and stays where it
/// is.
#[derive(Debug, Clone)]
pub(super) struct SegmentSweep {
    pub(super) begin: u64,
    ticks: u32,
    swept_bytes: u32,
    reclaimed_bytes: u32,
    stack: u32,
    /// How many marks of the segment are before it.
    pub(super) marks_before: u32,
    /// Who is charged with it, among [`Sweeps`](crate::model::Sweeps).
    pub(super) owner: u32,
}

#[derive(Debug)]
struct OpenSweep {
    begin: u64,
    stack: u64,
    marks_before: u32,
}

impl SegmentSweeps {
    /// Begins a segment; gives the place of its first sweep.
    #[inline]
    pub(super) fn begin_segment(&mut self) -> u32 {
        (self.first, self.are_marks) = (self.whole.len(), false);
        u32::try_from(self.first).unwrap_or(u32::MAX)
    }

    /// Ends a segment of so many marks; gives how many sweeps it has.
    #[inline]
    pub(super) fn end_segment(&mut self, marks: &mut u32) -> u16 {
        if self.open.is_some() {
            self.make_marks(marks);
        }
        u16::try_from(self.whole.len() - self.first).unwrap_or(u16::MAX)
    }

    pub(super) fn begin(&mut self, begin: u64, stack: u64, marks: &mut u32) {
        let is_full = self.whole.len() - self.first >= usize::from(u16::MAX) || self.whole.len() >= u32::MAX as usize;
        if self.are_marks || self.open.is_some() || is_full {
            self.make_marks(marks);
            *marks += 1;
        } else {
            self.open = Some(OpenSweep { begin, stack, marks_before: *marks });
        }
    }

    pub(super) fn end(&mut self, end: u64, swept_bytes: u64, reclaimed_bytes: u64, marks: &mut u32) {
        match self.open.as_ref().and_then(|open| open.ending(end, swept_bytes, reclaimed_bytes)) {
            Some(whole) => {
                self.whole.push(whole);
                self.open = None;
            }
            None => {
                self.make_marks(marks);
                *marks += 1;
            }
        }
    }

    /// All of the thread.
    pub(super) fn take(&mut self) -> Vec<SegmentSweep> {
        std::mem::take(&mut self.whole)
    }

    pub(super) fn whole_mut(&mut self) -> &mut Vec<SegmentSweep> {
        &mut self.whole
    }

    /// The begins and ends of the open segment count as its marks.
    fn make_marks(&mut self, marks: &mut u32) {
        let ends = self.whole.len() - self.first;
        self.whole.truncate(self.first);
        *marks += u32::try_from(2 * ends).unwrap_or(u32::MAX) + u32::from(self.open.take().is_some());
        self.are_marks = true;
    }
}

impl SegmentSweep {
    /// What is kept of it.
    pub(super) fn record(&self, recording: &mut Recording, lookup: &mut Lookup<'_, '_>) -> SweepRecord {
        let end = self.begin + u64::from(self.ticks);
        recording.sweeps.record(OwnedSweep {
            stretch: Stretch::new(Some(lookup.time(self.begin)), Some(lookup.time(end))),
            swept_bytes: self.swept_bytes.into(),
            reclaimed_bytes: self.reclaimed_bytes.into(),
            stack: lookup.stack(self.stack.into()),
            owner: self.owner,
        })
    }
}

impl OpenSweep {
    /// `None` when a number is too large.
    #[inline]
    fn ending(&self, end: u64, swept_bytes: u64, reclaimed_bytes: u64) -> Option<SegmentSweep> {
        Some(SegmentSweep {
            begin: self.begin,
            ticks: u32::try_from(end.checked_sub(self.begin)?).ok()?,
            swept_bytes: u32::try_from(swept_bytes).ok()?,
            reclaimed_bytes: u32::try_from(reclaimed_bytes).ok()?,
            stack: u32::try_from(self.stack).ok()?,
            marks_before: self.marks_before,
            owner: 0,
        })
    }
}
