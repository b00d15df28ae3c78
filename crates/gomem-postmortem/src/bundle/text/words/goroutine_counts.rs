//! How many goroutines there are, a line a reading, as programs log it of themselves.
//!
//! ```text
//! 2026/01/12 10:02:00 [monitor] goroutines: 440        num_goroutine=440 rss=91MB        "goroutines":440
//! ```

use crate::bundle::text::words::reading_time::{ReadingTime, TimeWords};

/// The readings of a text, the earliest first where their times tell it, else as they stand.
pub(crate) fn goroutine_counts(text: &str) -> Option<Vec<f64>> {
    let lines = text.lines().filter(|line| line.len() <= LONGEST_LINE);
    let (times, counts): (Vec<Option<ReadingTime>>, Vec<f64>) =
        lines.filter_map(|line| Some((time(line), count(line)?))).take(MOST).unzip();
    if counts.len() < FEWEST {
        return None;
    }
    Some(match ReadingTime::order(&times) {
        Some(order) => order.iter().map(|&at| counts[at]).collect(),
        None => counts,
    })
}

/// The number behind a name that is of goroutines alone.
fn count(line: &str) -> Option<f64> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    NAMES.iter().find_map(|name| {
        let (before, after) = line.split_once(name)?;
        let value = after.strip_prefix('"').unwrap_or(after).trim_start().strip_prefix([':', '='])?.trim_start();
        let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
        let is_whole = !before.ends_with(is_of_name) && !value[end..].starts_with(['.', '/', '%']);
        value[..end].parse::<u32>().ok().filter(|_| is_whole).map(f64::from)
    })
}

/// The time that a line begins with.
fn time(line: &str) -> Option<ReadingTime> {
    let mut time = TimeWords::default();
    let mut words = line.split_whitespace().map(|word| word.trim_matches(['[', ']', ',']));
    while words.next().is_some_and(|word| time.take(word)) {}
    time.time()
}

const NAMES: [&str; 8] = [
    "goroutines",
    "Goroutines",
    "num_goroutine",
    "num_goroutines",
    "NumGoroutine",
    "NumGoroutines",
    "goroutine_count",
    "go_goroutines",
];
/// Fewer are words.
const FEWEST: usize = 5;
const MOST: usize = 100_000;
const LONGEST_LINE: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_log() {
        let log: String = (0..5)
            .map(|n| format!("2026/01/12 10:0{n}:00 [monitor] goroutines: {}\n2026/01/12 handled 7\n", 130 + n))
            .collect();
        assert_eq!(goroutine_counts(&log), Some(vec![130.0, 131.0, 132.0, 133.0, 134.0]));
        let newest: String =
            (0..5).rev().map(|n| format!("2026/01/12 10:0{n}:00 {{\"num_goroutine\":{}}}\n", 130 + n)).collect();
        assert_eq!(goroutine_counts(&newest), Some(vec![130.0, 131.0, 132.0, 133.0, 134.0]));
        let plain = "rss=9MB NumGoroutine=7\n".repeat(5);
        assert_eq!(goroutine_counts(&plain), Some(vec![7.0; 5]));
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "goroutines: many\n",
            "my_goroutines: 7\n",
            "goroutines/s: 7\n",
            "goroutines: 7.5\n",
            "7 goroutines\n",
            "max_goroutines_limit=7\n",
        ] {
            assert_eq!(goroutine_counts(&line.repeat(6)), None, "{line}");
        }
        assert_eq!(goroutine_counts(&"goroutines: 7\n".repeat(4)), None);
    }
}
