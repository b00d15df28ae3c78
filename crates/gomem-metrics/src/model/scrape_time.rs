//! When scrapes and snapshots were taken, by their files' names and by what is in them.

use super::metrics::Metrics;
use crate::{
    decode::{Format, milliseconds_of},
    error::TIMES_MS,
};

impl Metrics {
    /// The time of a scrape whose file is called by it: Unix milliseconds, or seconds, or the hour as `2026112600` in UTC.
    ///
    /// ```
    /// use gomem_metrics::Metrics;
    ///
    /// assert_eq!(Metrics::time_of_name("1795484610996"), Some(1_795_484_610_996));
    /// assert_eq!(Metrics::time_of_name("2026112600"), Some(1_795_651_200_000));
    /// assert_eq!(Metrics::time_of_name("metrics"), None);
    /// ```
    #[must_use]
    pub fn time_of_name(name: &str) -> Option<i64> {
        if let Some(hour) = hour_of_name(name) {
            return Some(hour);
        }
        let time: i64 = name.parse().ok()?;
        // Seconds are 1000 times smaller; both are told apart until the year 5138.
        let time = if (1_000_000_000..100_000_000_000).contains(&time) { time * 1000 } else { time };
        TIMES_MS.contains(&time).then_some(time)
    }

    /// When a snapshot of `runtime.MemStats` was taken, by what is in it: the end of the last GC cycle that it remembers, or
    /// a little later, and what had been allocated until then, which puts snapshots between two cycles in order. `None` for
    /// other formats, and where GC is off: the last cycle may be long ago.
    #[must_use]
    pub fn moment_of_snapshot(bytes: &[u8]) -> Option<(i64, f64)> {
        let format = Format::detect(bytes);
        let is_snapshot = matches!(format, Format::Expvar | Format::MemStats);
        let observations = format.decode(bytes).ok().filter(|_| is_snapshot)?;
        if observations.value("memstats.NextGC").is_some_and(|goal| goal >= NO_GOAL) {
            return None;
        }
        Some((observations.last_cycle_ms()?, observations.value("memstats.TotalAlloc")?))
    }
}

/// `2026112600`: the hour, as log rotation writes it. As seconds it would be a moment after May 2033.
fn hour_of_name(name: &str) -> Option<i64> {
    let is_hour = name.len() == 10 && name.starts_with("20") && name.bytes().all(|byte| byte.is_ascii_digit());
    let [year, month, day, hour] = [0..4, 4..6, 6..8, 8..10].map(|digits| name.get(digits).unwrap_or_default());
    is_hour.then(|| milliseconds_of(&format!("{year}-{month}-{day} {hour}:00")))?
}

/// The runtime's goal where `GOGC` is off and there is no limit is the largest number that it has.
const NO_GOAL: f64 = 1e18;
