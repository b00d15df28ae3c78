//! Many times, in little room.

/// Many times in nanoseconds, in no order. Nearly all are of less than four seconds, and take four bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Durations {
    short: Vec<u32>,
    long: Vec<u64>,
}

impl Durations {
    #[inline]
    pub(crate) fn push(&mut self, nanoseconds: u64) {
        match u32::try_from(nanoseconds) {
            Ok(short) => self.short.push(short),
            Err(_) => self.long.push(nanoseconds),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.short.extend_from_slice(&other.short);
        self.long.extend_from_slice(&other.long);
    }

    /// The one at a place in order; `None` when there are not so many.
    pub(crate) fn nth(&mut self, place: usize) -> Option<u64> {
        match place.checked_sub(self.short.len()) {
            None => Some((*self.short.select_nth_unstable(place).1).into()),
            Some(place) if place < self.long.len() => Some(*self.long.select_nth_unstable(place).1),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_times_are_before_long_ones() {
        let (most, mut times) = (u64::from(u32::MAX), Durations::default());
        [most + 1, 7, u64::MAX, most, 3].into_iter().for_each(|time| times.push(time));
        let mut all = Durations::default();
        all.add(&times);
        let ordered: Vec<_> = (0..6).map(|place| all.nth(place)).collect();
        assert_eq!(ordered, [Some(3), Some(7), Some(most), Some(most + 1), Some(u64::MAX), None]);
        assert_eq!((all.len(), all.short.len()), (5, 3));
    }
}
