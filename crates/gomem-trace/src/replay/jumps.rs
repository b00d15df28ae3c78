//! Where the marks of segments are.

use crate::{replay::segment::Segment, wire::TimedEvent};

/// Where the marks of a thread's segments are that are far behind the mark before or the segment's begin, so that what lies between
/// is not read again.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    all: Vec<Jump>,
    /// The byte of the open batch where the segment begins, or where its last mark is.
    last: Option<usize>,
    /// The place of the last segment's first jump.
    first: u32,
}

/// Leads to a mark.
#[derive(Debug, Clone)]
pub(super) struct Jump {
    pub(super) batch: u32,
    /// The first byte of the mark in the batch.
    pub(super) byte: u32,
    /// When it is, in units of the trace's clock.
    pub(super) ticks: u64,
    /// How many marks of the segment are before it.
    pub(super) marks_before: u32,
    /// The place of the segment's first jump.
    first: u32,
}

impl Jumps {
    /// Begins a batch.
    pub(super) fn begin_batch(&mut self) {
        self.last = None;
    }

    /// Begins a segment with an event at a byte.
    #[inline]
    pub(super) fn begin_segment(&mut self, byte: usize) {
        self.last = Some(byte);
    }

    /// Takes the next mark of a segment.
    #[inline]
    pub(super) fn mark(&mut self, segment: &mut Segment, event: &TimedEvent, batch: u32, byte: usize) {
        let is_near = self.last.replace(byte).is_some_and(|last| byte - last <= NEAR);
        if !is_near {
            self.push(segment, event, batch, byte);
        }
    }

    /// Takes a mark that a jump has to lead to.
    #[inline(never)]
    pub(super) fn push(&mut self, segment: &mut Segment, event: &TimedEvent, batch: u32, byte: usize) {
        if !std::mem::replace(&mut segment.has_jumps, true) {
            self.first = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        }
        let byte = u32::try_from(byte).unwrap_or(u32::MAX);
        self.all.push(Jump { batch, byte, ticks: event.ticks, marks_before: segment.marks, first: self.first });
    }

    /// Those in a segment.
    pub(super) fn of(&self, segment: &Segment) -> &[Jump] {
        if !segment.has_jumps {
            return &[];
        }
        let begin = segment.place();
        let first = self.all.partition_point(|jump| (jump.batch, jump.byte) <= (begin.batch, begin.last_byte.into()));
        let own = &self.all[first..];
        &own[..own.partition_point(|jump| jump.first as usize <= first)]
    }
}

/// A jump takes 24 bytes.
const NEAR: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::segment::{EventPlace, Start};

    #[test]
    fn jumps_lead_over_what_is_long() {
        let mut jumps = Jumps::default();
        let mut segment = |batch: u32, begin: usize, marks: &[(u32, usize)]| {
            let place = EventPlace::new(batch, begin);
            let mut segment = Segment::new(1, 1, Start::Scheduled, 0, place);
            jumps.begin_segment(place.last_byte.into());
            for (at, byte) in marks {
                if *at != batch {
                    jumps.begin_batch();
                }
                jumps.mark(&mut segment, &TimedEvent { ticks: *byte as u64, ..TimedEvent::default() }, *at, *byte);
                segment.marks += 1;
            }
            segment
        };
        let near = segment(0, 10, &[(0, 20), (0, 20 + NEAR)]);
        let far = segment(0, 200, &[(0, 210), (0, 211 + NEAR), (0, 215 + NEAR), (1, 0)]);
        let next = segment(1, 8, &[(1, 9 + NEAR)]);
        let read = |segment: &Segment| -> Vec<_> {
            jumps.of(segment).iter().map(|jump| (jump.batch, jump.byte as usize, jump.marks_before)).collect()
        };
        assert_eq!(read(&near), []);
        assert_eq!(read(&far), [(0, 211 + NEAR, 1), (1, 0, 3)]);
        assert_eq!(read(&next), [(1, 9 + NEAR, 0)]);
    }
}
