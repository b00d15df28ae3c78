//! The clock of a generation.

use crate::wire::{
    cursor::Cursor,
    event::{Counts, Event},
};

/// Turns units of the trace's clock into nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    ticks_per_second: u64,
    /// The nanoseconds of a unit, when they are whole: those of Linux are 64.
    whole: Option<u64>,
}

/// When a moment of the trace was, by the system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WallTime {
    pub(crate) ticks: u64,
    /// Milliseconds since the Unix epoch, UTC.
    pub(crate) unix_ms: i64,
}

impl Clock {
    pub(crate) fn new(ticks_per_second: u64) -> Option<Self> {
        let whole = 1_000_000_000_u64.checked_rem(ticks_per_second)? == 0;
        Some(Self { ticks_per_second, whole: whole.then(|| 1_000_000_000 / ticks_per_second) })
    }

    /// Linux's, where nothing says it.
    pub(crate) const LINUX: Self = Self { ticks_per_second: 15_625_000, whole: Some(64) };

    #[inline]
    pub(crate) fn nanoseconds(self, ticks: u64) -> u64 {
        match self.whole {
            Some(whole) => ticks.saturating_mul(whole),
            None => {
                let exact = u128::from(ticks) * 1_000_000_000 / u128::from(self.ticks_per_second);
                u64::try_from(exact).unwrap_or(u64::MAX)
            }
        }
    }
}

/// Reads a batch with the clock's frequency, and in newer formats what time it was; gives where it stops before the end.
pub(super) fn decode(
    data: &[u8],
    batch_ticks: u64,
    clock: &mut Option<Clock>,
    wall: &mut Option<WallTime>,
    counts: &mut Counts,
) -> Result<(), usize> {
    let mut cursor = Cursor::new(data);
    while cursor.left() > 0 {
        let place = cursor.place();
        let event = cursor.byte().ok_or(place)?;
        match event {
            Event::SYNC => {}
            Event::FREQUENCY => {
                let frequency = cursor.number().ok_or(place)?;
                *clock = Some(Clock::new(frequency).ok_or(place)?);
            }
            Event::CLOCK_SNAPSHOT => {
                let [after, _monotonic, seconds, nanoseconds] = cursor.numbers().ok_or(place)?;
                let seconds = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1000)).ok_or(place)?;
                let unix_ms = seconds.saturating_add(i64::try_from(nanoseconds / 1_000_000).unwrap_or(0));
                *wall = Some(WallTime { ticks: batch_ticks.saturating_add(after), unix_ms });
            }
            _ => return Err(place),
        }
        counts.add(event);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_of_linux_is_64_nanoseconds() {
        assert_eq!(Clock::new(15_625_000), Some(Clock::LINUX));
        assert_eq!(Clock::LINUX.nanoseconds(3), 192);
        assert_eq!(Clock::LINUX.nanoseconds(u64::MAX), u64::MAX);
    }

    #[test]
    fn other_clocks_are_divided() {
        let clock = Clock::new(3_000_000_000).expect("a frequency");
        assert_eq!(clock.nanoseconds(3_000_000_001), 1_000_000_000);
        assert_eq!(Clock::new(0), None);
    }
}
