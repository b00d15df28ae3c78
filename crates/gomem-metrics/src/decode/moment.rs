//! A moment as logs and tables write it.

use gomem_table::days_since_epoch;

/// `2026-11-28 10:00:00`, the same with slashes or a `T`, fractions and a zone, or a number. Without a zone it is taken for UTC.
pub(crate) fn milliseconds_of(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        // Seconds of a moment have ten digits, milliseconds thirteen.
        let scale = if number.abs() < 1e11 { 1e3 } else { 1.0 };
        return (number.is_finite() && number.abs() < 1e15).then_some((number * scale) as i64);
    }
    let (date, clock) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, ['-', '/']).map(digits);
    let mut next = || date.next()?;
    let (year, month, day) = (next()?, next()?, next()?);
    let zone_at = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone_at);
    let mut parts = clock.trim().splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let is_decimal = |second: &&str| second.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let second: f64 = parts.next().map_or(Some(0.0), |second| Some(second).filter(is_decimal)?.parse().ok())?;
    let is_real = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0.0..61.0).contains(&second);
    if !is_real {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 - zone_seconds(zone)?;
    Some(seconds * 1000 + (second * 1e3).round() as i64)
}

/// When a line of a log was written, by the first moment that stands in it.
pub(crate) fn moment_in(line: &str) -> Option<i64> {
    let bytes = line.as_bytes();
    let is_begin = |at: &usize| {
        let digit = |offset: usize| bytes.get(at + offset).is_some_and(u8::is_ascii_digit);
        digit(0) && digit(3) && matches!(bytes.get(at + 4), Some(b'-' | b'/')) && bytes.get(at + 7) == bytes.get(at + 4)
    };
    let begin = (0..bytes.len().min(FARTHEST_MOMENT)).find(is_begin)?;
    let rest = line.get(begin..)?;
    // The date, one blank or a `T`, and the clock as far as one goes.
    let is_clock = |letter: char| letter.is_ascii_digit() || matches!(letter, ':' | '.' | 'Z' | '+' | '-');
    let clock = rest.get(11..)?;
    let end = 11 + clock.find(|letter| !is_clock(letter)).unwrap_or(clock.len());
    milliseconds_of(&rest[..end])
}

/// The same where it is a number of seconds, milliseconds or nanoseconds since 1970, behind a name that is of time: `"ts":1764324000.1`.
pub(crate) fn stamp_in(line: &str) -> Option<i64> {
    let begin = line.get(..FARTHEST_MOMENT).unwrap_or(line);
    let at = |name: &str, at: usize| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let is_whole = !before.ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        let value = after.strip_prefix('"').unwrap_or(after).trim_start().strip_prefix([':', '='])?.trim_start();
        let end = value.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(value.len());
        let digits = value[..end].split('.').next()?.len();
        let number: f64 = value[..end].parse().ok().filter(|_| is_whole)?;
        let milliseconds = match digits {
            10 => number * 1e3,
            13 => number,
            16 => number / 1e3,
            19 => number / 1e6,
            _ => return None,
        };
        Some(milliseconds as i64)
    };
    let of = |name: &&str| begin.match_indices(*name).find_map(|(found, _)| at(name, found));
    ["timestamp", "time", "ts", "t"].iter().find_map(of)
}

/// `+02:00`, `-0530`, `Z`, or none.
fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, clock) = match zone.as_bytes() {
        [] | [b'Z'] => return Some(0),
        [b'-', ..] => (-1, &zone[1..]),
        _ => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = match clock.split_once(':') {
        Some(parts) => parts,
        None => clock.split_at_checked(2)?,
    };
    let (hours, minutes) =
        (Some(hours).filter(|hours| hours.len() == 2)?, Some(minutes).filter(|minutes| minutes.len() == 2)?);
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    // The clocks of Kiribati are the farthest, 14 hours ahead.
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A number without a sign.
fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn days_of(year: i64, month: i64) -> i64 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_since_epoch(next.0, next.1, 1) - days_since_epoch(year, month, 1)
}

/// A time stands near the beginning of a line, behind what shippers put before it.
const FARTHEST_MOMENT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_when_they_were_written() {
        let at = 1_795_860_000_000;
        for line in [
            "2026/11/28 10:00:00 mem: {Alloc:1",
            "2026-11-28T10:00:00Z stderr F Alloc = 3 MiB",
            "time=2026-11-28T12:00:00.000+02:00 level=INFO msg=mem",
            "{\"log\":\"Alloc = 3\\n\",\"time\":\"2026-11-28T10:00:00.000000001Z\"}",
        ] {
            assert_eq!(moment_in(line), Some(at), "{line}");
        }
        for text in [
            "2026-02-29 10:00",
            "2026-04-31 10:00",
            "2026-+1-24 01:41",
            "2026-11-24 01:41:1e1",
            "2026-11-24 01:41+0:0a00",
            "2026-11-24 01:41+00:99",
            "2026-11-24 01:41-99:00",
            "2026-11-24 01:41+1",
        ] {
            assert_eq!(milliseconds_of(text), None, "{text}");
        }
        assert_eq!(milliseconds_of("2028-02-29T10:00:00-0530"), Some(1_835_451_000_000));
        for line in [
            "",
            "Alloc = 3 MiB",
            "2026-11-28",
            "2026-11-2810:00",
            "1234-5678-9012",
            "2026/13/28 10:00:00 x",
            "äöü2026-1",
        ] {
            assert_eq!(moment_in(line), None, "{line}");
        }
    }
}
