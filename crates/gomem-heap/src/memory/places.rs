//! Places in a file.

/// A place in a file for each object: four bytes each, and beside them where the upper half changes, which in files of less than 4 GiB it
/// never does.
#[derive(Debug, Default)]
pub(super) struct Places {
    low: Vec<u32>,
    /// From which object on the upper half is this one.
    high: Vec<(u32, u32)>,
}

impl Places {
    #[inline]
    pub(super) fn push(&mut self, place: usize) {
        let (place, next) = (place as u64, self.low.len() as u32);
        let high = (place >> 32) as u32;
        if self.high.last().map_or(0, |(_, high)| *high) != high {
            self.high.push((next, high));
        }
        self.low.push(place as u32);
    }

    #[inline]
    pub(super) fn of(&self, object: u32) -> usize {
        let low = u64::from(self.low[object as usize]);
        if self.high.is_empty() {
            return low as usize;
        }
        let at = self.high.partition_point(|(from, _)| *from <= object);
        let high = at.checked_sub(1).map_or(0, |at| self.high[at].1);
        usize::try_from(u64::from(high) << 32 | low).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_may_be_anywhere() {
        let all = [5, 1 << 20, (1 << 32) + 7, (1 << 33) + 1, (1 << 33) + 2, 9];
        let mut places = Places::default();
        all.iter().for_each(|place| places.push(*place));
        assert_eq!((0..).map(|object| places.of(object)).take(all.len()).collect::<Vec<_>>(), all);
    }
}
