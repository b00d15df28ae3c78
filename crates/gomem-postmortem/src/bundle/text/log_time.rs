//! When a line of a log was written, so far as two lines of it can be held against each other.

use gomem_table::days_since_epoch;

/// Seconds by one clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum LogTime {
    /// Since the machine started: `[ 8812.123456]`.
    Uptime(f64),
    /// Of a year that is not told: `Nov 30 10:16:57`.
    InYear(f64),
    /// Since 1970: `2026-11-30T10:16:57`, `Mon, 30 Nov 2026 10:16:57`.
    Unix(f64),
}

impl LogTime {
    /// `None` where the line has no time before its words.
    pub(crate) fn find(line: &str) -> Option<Self> {
        let head: String = line.chars().take(LONGEST_HEAD).collect();
        uptime(&head)
            .map(Self::Uptime)
            .or_else(|| unix(&head).or_else(|| of_letter(&head)).map(Self::Unix))
            .or_else(|| in_year(&head).map(Self::InYear))
    }

    /// From this one to a later one by the same clock.
    pub(crate) fn seconds_to(self, later: Self) -> Option<f64> {
        let seconds = match (self, later) {
            (Self::Uptime(from), Self::Uptime(to))
            | (Self::InYear(from), Self::InYear(to))
            | (Self::Unix(from), Self::Unix(to)) => to - from,
            _ => return None,
        };
        (seconds >= 0.0).then_some(seconds)
    }
}

fn uptime(head: &str) -> Option<f64> {
    let (_, rest) = head.split_once('[')?;
    let (number, _) = rest.split_once(']')?;
    number.contains('.').then(|| number.trim().parse().ok()).flatten()
}

fn unix(head: &str) -> Option<f64> {
    let at = head.find("20").filter(|&at| head.get(at + 4..at + 5) == Some("-"))?;
    let of = |from: usize, to: usize| head.get(at + from..at + to)?.parse::<i64>().ok();
    let (year, month, day) = (of(0, 4)?, of(5, 7)?, of(8, 10)?);
    Some(days_since_epoch(year, month, day) as f64 * DAY + clock(head.get(at + 11..at + 19)?)?)
}

/// `Wed, 08 May 2024 09:12:33 +0000`.
fn of_letter(head: &str) -> Option<f64> {
    let words: Vec<&str> = head.split_whitespace().collect();
    words.windows(4).find_map(|words| {
        let day = words[0].parse().ok().filter(|day| (1..=31).contains(day))?;
        let month = MONTHS.iter().position(|name| words[1] == *name)? as i64 + 1;
        let year = words[2].parse().ok().filter(|year| (1970..=9999).contains(year))?;
        Some(days_since_epoch(year, month, day) as f64 * DAY + clock(words[3])?)
    })
}

fn in_year(head: &str) -> Option<f64> {
    let words: Vec<&str> = head.split_whitespace().collect();
    words.windows(3).find_map(|words| {
        let month = MONTHS.iter().position(|name| words[0].ends_with(name))?;
        let before: f64 = LENGTHS.iter().take(month).sum();
        let day: f64 = words[1].parse().ok().filter(|day| (1.0..=31.0).contains(day))?;
        Some((before + day) * DAY + clock(words[2])?)
    })
}

/// `10:16:57`
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.split(':').map(|part| part.parse::<f64>().ok());
    let [hours, minutes, seconds] = [parts.next()??, parts.next()??, parts.next()??];
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LENGTHS: [f64; 12] = [31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];
const DAY: f64 = 86_400.0;
const LONGEST_HEAD: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_one_clock_are_held_against_each_other() {
        for (first, last, seconds) in [
            ("[ 8812.5] x", "[ 8815.0] x", Some(2.5)),
            ("> Nov 30 23:59:59 host kernel: x", "Dec  1 00:00:09 host kernel: x", Some(10.0)),
            ("[Tue Nov 30 10:16:57 2021] x", "[Tue Nov 30 10:17:57 2021] x", Some(60.0)),
            ("2024-02-28T23:59:00Z x", "a 2024-03-01 00:00:00 x", Some(86_460.0)),
            ("Wed, 28 Feb 2024 23:59:00 +0000", "2024-02-29 00:00:00", Some(60.0)),
            ("[ 8815.0] x", "[ 8812.5] x", None),
            ("[ 8815.0] x", "Nov 30 10:16:57 x", None),
        ] {
            let [first, last] = [first, last].map(|line| LogTime::find(line).unwrap());
            assert_eq!(first.seconds_to(last), seconds, "{first:?} {last:?}");
        }
        for line in ["", "no time", "[pid] x", "2024-1", "May I ask", "é 20é-"] {
            assert_eq!(LogTime::find(line), None, "{line}");
        }
    }
}
