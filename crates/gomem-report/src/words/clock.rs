//! Moments as people lay them beside a deployment or an alert: times of the day, in UTC.

use gomem_table::{Unit, rfc3339};

/// The date and the time of the day, to the second; `None` for what is no time of a program of Go, such as one from 0 on.
///
/// `2026-11-24` and `01:41:14`.
pub(crate) fn date_and_time(ms: i64) -> Option<(String, String)> {
    if ms < FIRST_MS {
        return None;
    }
    let text = rfc3339(ms);
    let (date, time) = text.split_once('T')?;
    Some((date.to_owned(), time.split(['.', 'Z']).next()?.to_owned()))
}

/// When a scrape was taken.
pub(crate) fn scrape_at(ms: i64) -> String {
    match date_and_time(ms) {
        Some((_, time)) => format!("scrape at {time} UTC"),
        None => format!("scrape at {}", Unit::Milliseconds.humanize(ms as f64)),
    }
}

/// Go was made public in November 2009: what is earlier counts from somewhere else.
const FIRST_MS: i64 = 1_257_811_200_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_times_of_the_day() {
        let (date, time) = date_and_time(1_700_000_000_000).expect("a date");
        assert_eq!((&*date, &*time), ("2023-11-14", "22:13:20"));
        assert_eq!(scrape_at(1_700_000_000_999), "scrape at 22:13:20 UTC");
        assert_eq!((date_and_time(0), date_and_time(180_000), date_and_time(i64::MIN)), (None, None, None));
        assert_eq!(scrape_at(1500), "scrape at 1.50 s");
    }
}
