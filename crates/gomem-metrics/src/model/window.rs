//! A window of time.

use std::fmt;

use crate::decode::milliseconds_of;

/// A window of time, both ends included. Where it has no end, what was recorded has.
///
/// ```
/// use gomem_metrics::{Metrics, Window};
///
/// let mut metrics = Metrics::new();
/// for minute in 0..60 {
///     metrics.push_scrape(1_794_130_200_000 + minute * 60_000, b"go_goroutines 12\n")?;
/// }
/// // A minute is meant whole.
/// let window = Window::parse("2026-11-08 09:35", "2026-11-08 09:40")?;
/// assert_eq!(metrics.within(window).scrape_times_ms().len(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

/// Why two times are no window.
///
/// ```
/// use gomem_metrics::{Window, WindowError};
///
/// assert_eq!(Window::new(Some(2), Some(1)).unwrap_err(), WindowError::Reversed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// A text is no time.
    #[error("`{text}` is no time: write it as 2026-11-08 09:30:00, in UTC or with a zone")]
    NoTime {
        /// Which end it is of.
        end: WindowEnd,
        /// The text.
        text: String,
    },
    /// The window ends before it begins.
    #[error("the window ends before it begins")]
    Reversed,
}

/// An end of a window.
///
/// ```
/// use gomem_metrics::{Window, WindowEnd, WindowError};
///
/// let error = Window::parse("yesterday", "").unwrap_err();
/// assert!(matches!(error, WindowError::NoTime { end: WindowEnd::From, .. }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowEnd {
    /// Its beginning.
    From,
    /// Its end.
    To,
}

impl Window {
    /// Milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When it ends before it begins.
    pub fn new(from_ms: Option<i64>, to_ms: Option<i64>) -> Result<Self, WindowError> {
        match (from_ms, to_ms) {
            (Some(from), Some(to)) if from > to => Err(WindowError::Reversed),
            _ => Ok(Self { from_ms, to_ms }),
        }
    }

    /// Times as people and logs write them: `2026-11-08`, `2026-11-08 09:30`, `2026-11-08T09:30:00.5+01:00`, or seconds or
    /// milliseconds since the Unix epoch; UTC where they have no zone. An end that is a day, a minute or a second is meant
    /// with all of it; an empty text is no end.
    ///
    /// # Errors
    /// When a text is no time, or the window ends before it begins.
    pub fn parse(from: &str, to: &str) -> Result<Self, WindowError> {
        let read = |end: WindowEnd, text: &str| match text.trim() {
            "" => Ok(None),
            text => span_of(text).map(Some).ok_or_else(|| WindowError::NoTime { end, text: text.to_owned() }),
        };
        let (from, to) = (read(WindowEnd::From, from)?, read(WindowEnd::To, to)?);
        Self::new(from.map(|(first, _)| first), to.map(|(_, last)| last))
    }

    /// When it begins, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn from_ms(self) -> Option<i64> {
        self.from_ms
    }

    /// When it ends, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn to_ms(self) -> Option<i64> {
        self.to_ms
    }

    /// Whether it has no ends.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::default()
    }

    /// Whether a moment lies in it.
    #[must_use]
    pub fn contains(self, time_ms: i64) -> bool {
        self.from_ms.is_none_or(|from| from <= time_ms) && self.to_ms.is_none_or(|to| time_ms <= to)
    }

    /// Whether what was counted up to a moment was counted before the window. The times of snapshots are shown in seconds, and
    /// those of a window mostly written so: one of the same second was taken before.
    #[must_use]
    pub fn begins_after(self, taken_ms: i64) -> bool {
        self.from_ms.is_some_and(|from| taken_ms.div_euclid(1000) <= from.div_euclid(1000))
    }

    /// Whether what began and ended then lies in it, in part at least.
    #[must_use]
    pub fn overlaps(self, begin_ms: i64, end_ms: i64) -> bool {
        self.from_ms.is_none_or(|from| from <= end_ms) && self.to_ms.is_none_or(|to| begin_ms <= to)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |ms: i64| {
            let time = gomem_table::rfc3339(ms).replace('T', " ");
            time.split(['.', 'Z']).next().unwrap_or_default().to_owned()
        };
        match (self.from_ms, self.to_ms) {
            (None, None) => f.write_str("all of the time"),
            (Some(from), None) => write!(f, "since {} UTC", time(from)),
            (None, Some(to)) => write!(f, "until {} UTC", time(to)),
            (Some(from), Some(to)) => write!(f, "from {} to {} UTC", time(from), time(to)),
        }
    }
}

/// The first and the last millisecond of a day, a minute, a second or a moment.
fn span_of(text: &str) -> Option<(i64, i64)> {
    if let Ok(number) = text.parse::<f64>() {
        // `20261108` is meant for a day, and `2026` for a year: neither is a number of seconds.
        let moment = milliseconds_of(text).filter(|_| number >= EARLIEST_SECONDS)?;
        return Some((moment, moment));
    }
    let (first, length) = match text.split_once(['T', ' ']) {
        None => (milliseconds_of(&format!("{text} 00:00"))?, 86_400_000),
        Some((_, clock)) => {
            let clock = clock.split(['Z', '+', '-']).next().unwrap_or(clock);
            let length = match clock.matches(':').count() {
                1 => 60_000,
                _ if clock.contains('.') => 1,
                _ => 1000,
            };
            (milliseconds_of(text)?, length)
        }
    };
    Some((first, first + length - 1))
}

/// March 1973: no Go program was observed before.
const EARLIEST_SECONDS: f64 = 1e8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let half_past = 1_794_130_200_000;
        for (text, first, length) in [
            ("2026-11-08 09:30:00", half_past, 1000),
            ("2026-11-08T09:30Z", half_past, 60_000),
            (" 2026-11-08T10:30+01:00 ", half_past, 60_000),
            ("2026-11-08 09:30:00.123", half_past + 123, 1),
            ("1794130200", half_past, 1),
            ("1794130200000", half_past, 1),
            ("2026-11-08", half_past - 34_200_000, 86_400_000),
        ] {
            let window = Window::parse(text, text).unwrap();
            assert_eq!((window.from_ms, window.to_ms), (Some(first), Some(first + length - 1)), "{text}");
        }
        for text in
            ["yesterday!", "2026-11-8x", "2026", "20261124", "2026-02-29", "09:30", "2026-13-01", "2026-11-08 9"]
        {
            assert!(matches!(Window::parse("", text), Err(WindowError::NoTime { end: WindowEnd::To, .. })), "{text}");
        }
        assert_eq!(Window::parse("2026-11-08 09:30", "2026-11-08 09:29"), Err(WindowError::Reversed));
        assert!(Window::parse("", " ").unwrap().is_open());
    }

    #[test]
    fn a_snapshot_of_the_first_second_is_the_beginning() {
        let window = Window::parse("2026-11-08 09:30:00", "").unwrap();
        let begin = window.from_ms().unwrap();
        assert_eq!([begin - 1, begin + 999, begin + 1000].map(|taken| window.begins_after(taken)), [true, true, false]);
        assert!(!Window::default().begins_after(begin));
    }

    #[test]
    fn ends_are_included() {
        let window = Window::new(Some(10), Some(20)).unwrap();
        assert_eq!([9, 10, 20, 21].map(|time| window.contains(time)), [false, true, true, false]);
        assert_eq!(
            [(0, 9), (0, 10), (20, 30), (21, 30)].map(|(a, b)| window.overlaps(a, b)),
            [false, true, true, false]
        );
    }
}
