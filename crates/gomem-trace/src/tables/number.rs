//! Numbers as columns have them.

/// A count of Go's.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A sum of times: those of a damaged trace can be any.
pub(super) fn total(times: impl Iterator<Item = u64>) -> u64 {
    times.fold(0, u64::saturating_add)
}

/// The number of a cycle, by its place.
pub(super) fn cycle_number(place: Option<usize>) -> Option<u64> {
    place.map(|place| place as u64 + 1)
}
