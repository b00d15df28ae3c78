//! As of when heap profiles hold, by what they have seen allocated.

use std::ops::Range;

use gomem_metrics::{GoState, Quantity};
use gomem_pprof::Profile;

/// As of when heap profiles hold. A heap profile shows the heap of an earlier GC (`mProf_FlushLocked` in `runtime/mprof.go`), which
/// may be long ago: what it has seen allocated says when that was, as scrapes count the same bytes.
#[derive(Debug)]
pub(crate) struct ProfileTimes<'s> {
    state: &'s GoState,
    rows: Range<usize>,
    first_bytes: f64,
    increase: f64,
}

/// As of when a profile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// Before the first scrape: when is not known.
    Before {
        /// When that scrape was.
        first_nanos: i64,
    },
    /// In nanoseconds since the Unix epoch.
    Nanos(i64),
}

impl<'s> ProfileTimes<'s> {
    /// `None` where scrapes do not count allocation, or several runs are in them.
    pub(crate) fn new(state: &'s GoState) -> Option<Self> {
        let segments = state.segments();
        let [rows] = segments.as_slice() else { return None };
        let first_bytes = state.values(Quantity::AllocTotalBytes).get(rows.clone())?.iter().find_map(|value| *value)?;
        let increase = state.increase(Quantity::AllocTotalBytes, rows.clone()).filter(|bytes| *bytes > 0.0)?;
        Some(Self { state, rows: rows.clone(), first_bytes, increase })
    }

    /// By what the profile has seen allocated; `None` where it has not seen enough to tell, or all that the scrapes count.
    pub(crate) fn as_of(&self, profile: &Profile) -> Option<AsOf> {
        let taken = profile.time_nanos()?;
        let allocated = profile.total(profile.sample_type_index("alloc_space")?) as f64;
        let deviation = (allocated * profile.period().max(1) as f64).sqrt();
        if deviation > CLOSE * self.increase.max(self.first_bytes) || allocated <= 0.0 {
            return None;
        }
        let moments = self.rows.clone().filter_map(|row| {
            Some((
                self.state.times_ms()[row].saturating_mul(1_000_000),
                self.state.values(Quantity::AllocTotalBytes)[row]?,
            ))
        });
        let (mut before, mut first_nanos) = (None, None);
        for (nanos, bytes) in moments {
            let first = *first_nanos.get_or_insert(nanos);
            if bytes >= allocated {
                return match before {
                    None if allocated + BEYOND_CHANCE * deviation < bytes => Some(AsOf::Before { first_nanos: first }),
                    None => Some(AsOf::Nanos(nanos.min(taken))),
                    Some((earlier, less)) => {
                        Some(AsOf::Nanos(between((earlier, less), (nanos, bytes), allocated).min(taken)))
                    }
                };
            }
            before = Some((nanos, bytes));
        }
        None
    }
}

/// When so many bytes were allocated, at an even pace from one scrape to the next.
fn between((earlier, less): (i64, f64), (later, more): (i64, f64), allocated: f64) -> i64 {
    let share = (allocated - less) / (more - less).max(f64::MIN_POSITIVE);
    earlier.saturating_add((later.saturating_sub(earlier) as f64 * share.clamp(0.0, 1.0)) as i64)
}

/// Of what the scrapes count: a wider guess would order profiles by chance.
const CLOSE: f64 = 0.25;
/// In standard deviations of the sampling.
const BEYOND_CHANCE: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_holds_as_of_when_as_much_was_allocated() {
        assert_eq!(between((1000, 10.0), (2000, 30.0), 15.0), 1250);
        assert_eq!(between((1000, 10.0), (2000, 10.0), 10.0), 1000, "nothing was allocated in between");
        // Times that no clock shows must not overflow.
        assert_eq!(between((i64::MIN, 0.0), (i64::MAX, 1.0), 0.0), i64::MIN);
    }
}
