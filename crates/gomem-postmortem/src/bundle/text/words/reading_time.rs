//! When each line of a list was read, as far as the times of several lines can be held against each other.

use gomem_table::days_since_epoch;

/// Seconds by one clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ReadingTime {
    /// Since 1970, in whatever zone the list is.
    Dated(f64),
    /// Of a day that is not told.
    OfDay(f64),
    /// Since a start.
    Elapsed(f64),
}

/// The words of one line that tell its time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimeWords {
    date: Option<f64>,
    clock: Option<f64>,
    elapsed: Option<f64>,
    /// The seconds of a unit that was named before its number: `day 3`.
    named: Option<f64>,
    /// Whether the line has a time at all, and whether it has one that is not understood, or two.
    is_any: bool,
    is_odd: bool,
}

impl TimeWords {
    /// Whether `word` is of a time: `3:06PM`, `10:05:12.5`, `2026-01-02`, `2026-01-02T10:00:00Z`, `121s`, `2h`, `1663184060`, and after
    /// `day`, `week`, `hour` or `minute` a number.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        let lower = word.to_ascii_lowercase();
        if let Some(seconds) = self.named.take()
            && let Some(count) = count(&lower)
        {
            self.is_any = true;
            // Hours go on from day to day.
            let place = if seconds >= DAY { &mut self.date } else { &mut self.elapsed };
            self.is_odd |= place.replace(count * seconds).is_some();
            return true;
        }
        self.named = unit(&lower);
        if matches!(
            lower.as_str(),
            "t" | "at" | "time" | "after" | "elapsed" | "day" | "week" | "hour" | "minute" | "utc"
        ) {
            return true;
        }
        match lower.as_str() {
            // An age falls as time goes on.
            "ago" => self.is_odd = true,
            "am" => self.clock = self.clock.map(|clock| twelve_hours(clock, false)),
            "pm" => self.clock = self.clock.map(|clock| twelve_hours(clock, true)),
            _ => return self.take_number(&lower),
        }
        true
    }

    /// Whether two words are an age together: `2 hours`, `30 min`.
    pub(crate) fn take_age(&mut self, number: &str, of: &str) -> bool {
        let Some(seconds) = count(number).zip(unit(&of.to_ascii_lowercase())).map(|(count, seconds)| count * seconds)
        else {
            return false;
        };
        self.is_any = true;
        self.is_odd |= self.elapsed.replace(seconds).is_some();
        true
    }

    fn take_number(&mut self, lower: &str) -> bool {
        if !lower.starts_with(|letter: char| letter.is_ascii_digit()) {
            return false;
        }
        let (day, rest) = match lower.split_once('t') {
            Some((day, rest)) => (date(day), rest),
            None => (date(lower), lower),
        };
        let known = [
            (&mut self.date, day.or_else(|| stamp(lower))),
            (&mut self.clock, clock(rest).or_else(|| stamp(lower).map(|_| 0.0))),
            (&mut self.elapsed, elapsed(lower)),
        ];
        let mut is_time = false;
        for (place, found) in known {
            if let Some(found) = found {
                is_time = true;
                self.is_odd |= place.replace(found).is_some();
            }
        }
        // 11/28/2026, 28.11., and what else has the marks of a time.
        let is_unknown = !is_time
            && lower.contains([':', '-', '/'])
            && lower.chars().all(|letter| letter.is_ascii_digit() || ":-/.tz".contains(letter));
        self.is_odd |= is_unknown;
        self.is_any |= is_time || is_unknown;
        is_time || is_unknown
    }

    pub(crate) fn is_any(self) -> bool {
        self.is_any
    }

    /// Whether a day and a clock are there.
    pub(crate) fn is_whole(self) -> bool {
        self.date.is_some() && self.clock.is_some()
    }

    pub(crate) fn time(self) -> Option<ReadingTime> {
        match (self.date, self.clock, self.elapsed) {
            _ if self.is_odd => None,
            (Some(date), clock, None) => Some(ReadingTime::Dated(date + clock.unwrap_or(0.0))),
            (None, Some(clock), None) => Some(ReadingTime::OfDay(clock)),
            (None, None, Some(elapsed)) => Some(ReadingTime::Elapsed(elapsed)),
            _ => None,
        }
    }
}

impl ReadingTime {
    /// The order of readings by their times, the earliest first; `None` where the times do not tell it.
    pub(crate) fn order(times: &[Option<Self>]) -> Option<Vec<usize>> {
        let all = |of: fn(Self) -> Option<f64>| times.iter().map(|time| of((*time)?)).collect::<Option<Vec<f64>>>();
        if let Some(clocks) = all(|time| if let Self::OfDay(seconds) = time { Some(seconds) } else { None }) {
            return order_within_a_day(&clocks);
        }
        let dated = all(|time| if let Self::Dated(seconds) = time { Some(seconds) } else { None });
        let seconds =
            dated.or_else(|| all(|time| if let Self::Elapsed(seconds) = time { Some(seconds) } else { None }))?;
        let (first, last) = (seconds.first()?, seconds.last()?);
        let mut order: Vec<usize> = (0..seconds.len()).collect();
        // Of the same second the lower line is the earlier one where the list has the newest first.
        if first > last {
            order.reverse();
        }
        order.sort_by(|&a, &b| seconds[a].total_cmp(&seconds[b]));
        (seconds[order[0]] < seconds[*order.last()?]).then_some(order)
    }
}

/// Clocks without a day go one way, over one midnight at most.
fn order_within_a_day(clocks: &[f64]) -> Option<Vec<usize>> {
    let forth: Vec<usize> = (0..clocks.len()).collect();
    let back: Vec<usize> = forth.iter().rev().copied().collect();
    let is_order = |order: &[usize]| {
        let falls = order.windows(2).filter(|pair| clocks[pair[1]] < clocks[pair[0]]).count();
        let (first, last) = (clocks[order[0]], clocks[order[order.len() - 1]]);
        falls == 0 && first < last || falls == 1 && last < first && order.len() > 2
    };
    match (!clocks.is_empty() && is_order(&forth), !clocks.is_empty() && is_order(&back)) {
        (true, false) => Some(forth),
        (false, true) => Some(back),
        _ => None,
    }
}

/// `2026-01-02` or `2026/01/02`.
fn date(text: &str) -> Option<f64> {
    let mut parts = text.split(['-', '/']);
    let mut next = |digits: usize| parts.next().filter(|part| part.len() == digits)?.parse::<i64>().ok();
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let is_real = (1..=12).contains(&month) && (1..=31).contains(&day) && parts.next().is_none();
    is_real.then(|| days_since_epoch(year, month, day) as f64 * DAY)
}

/// `3:06pm`, `10:05`, `10:05:12.5`, `10:05:12,500z`, `10:05:12+01:00`: the zone is the list's.
fn clock(text: &str) -> Option<f64> {
    let text = text.split(['+', '-']).next()?.trim_end_matches('z');
    let half = ["am", "pm"].iter().find_map(|half| Some((text.strip_suffix(half)?, *half == "pm")));
    let mut parts = half.map_or(text, |(clock, _)| clock).split(':');
    let mut whole = |below: u32| parts.next()?.parse::<u32>().ok().filter(|part| *part < below);
    let (hours, minutes) = (whole(24)?, whole(60)?);
    let seconds: f64 = parts.next().map_or(Some(0.0), |part| part.replace(',', ".").parse().ok())?;
    let clock = f64::from(hours * 3600 + minutes * 60) + seconds;
    let is_real = (0.0..61.0).contains(&seconds) && parts.next().is_none();
    is_real.then(|| half.map_or(clock, |(_, is_afternoon)| twelve_hours(clock, is_afternoon)))
}

/// Midnight and noon are 12.
fn twelve_hours(clock: f64, is_afternoon: bool) -> f64 {
    clock % HALF_DAY + if is_afternoon { HALF_DAY } else { 0.0 }
}

/// `1663184060`, or the same in milliseconds.
fn stamp(text: &str) -> Option<f64> {
    let scale = match text.len() {
        10 => 1.0,
        13 => 1e-3,
        _ => return None,
    };
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<f64>().ok())?.map(|stamp| stamp * scale)
}

/// A number without a unit.
fn count(text: &str) -> Option<f64> {
    let is_count = text.len() <= LONGEST_COUNT && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_count)
}

/// The seconds of a unit of time, as people call it.
fn unit(lower: &str) -> Option<f64> {
    Some(match lower.strip_suffix('s').unwrap_or(lower) {
        "second" | "sec" => 1.0,
        "minute" | "min" => 60.0,
        "hour" | "hr" => 3600.0,
        "day" => DAY,
        "week" => 7.0 * DAY,
        _ => return None,
    })
}

/// `121s`, `2h`, `90min`.
fn elapsed(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at(text.find(|letter: char| letter.is_ascii_alphabetic())?);
    let scale = match unit {
        "ms" => 1e-3,
        "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => DAY,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}

/// In digits: more are a stamp.
const LONGEST_COUNT: usize = 6;
const DAY: f64 = 86_400.0;
const HALF_DAY: f64 = 43_200.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn time(words: &str) -> Option<ReadingTime> {
        let mut time = TimeWords::default();
        words.split_whitespace().all(|word| time.take(word)).then(|| time.time())?
    }

    #[test]
    fn times_are_of_one_clock() {
        for (words, known) in [
            ("3:06PM", Some(ReadingTime::OfDay(54_360.0))),
            ("12:06 am", Some(ReadingTime::OfDay(360.0))),
            ("10:05:12.5", Some(ReadingTime::OfDay(36_312.5))),
            ("1970-01-02", Some(ReadingTime::Dated(86_400.0))),
            ("1970-01-02T00:00:07.5Z", Some(ReadingTime::Dated(86_407.5))),
            ("1970/01/02 00:00:07+01:00", Some(ReadingTime::Dated(86_407.0))),
            ("1663184060", Some(ReadingTime::Dated(1_663_184_060.0))),
            ("1663184060500", Some(ReadingTime::Dated(1_663_184_060.5))),
            ("t 121s", Some(ReadingTime::Elapsed(121.0))),
            ("2h", Some(ReadingTime::Elapsed(7200.0))),
            ("Hour 2", Some(ReadingTime::Elapsed(7200.0))),
            ("day 3", Some(ReadingTime::Dated(259_200.0))),
            ("day 3 10:00", Some(ReadingTime::Dated(295_200.0))),
            ("week 2 week 3", None),
            // An age, two times, and a day that may be a month.
            ("2h ago", None),
            ("10:00 11:00", None),
            ("11/12/2026 10:00", None),
            ("apples", None),
        ] {
            assert_eq!(time(words), known, "{words}");
        }
    }

    #[test]
    fn lists_are_put_in_order_where_their_times_tell_it() {
        let order = |times: &[&str]| ReadingTime::order(&times.iter().map(|words| time(words)).collect::<Vec<_>>());
        for (times, known) in [
            (&["10:00", "10:01", "10:02"][..], Some(vec![0, 1, 2])),
            (&["10:02", "10:01", "10:01", "10:00"], Some(vec![3, 2, 1, 0])),
            (&["23:50", "23:55", "00:00", "00:05"], Some(vec![0, 1, 2, 3])),
            (&["00:05", "00:00", "23:55", "23:50"], Some(vec![3, 2, 1, 0])),
            (&["2026-01-03", "2026-01-01", "2026-01-02"], Some(vec![1, 2, 0])),
            (&["10s", "2m", "1m"], Some(vec![0, 2, 1])),
            // Of several days, at two clocks, at one, and at none.
            (&["10:00", "22:00", "10:00", "22:00"], None),
            (&["10:00", "10s", "10:02"], None),
            (&["10:00", "10:00", "10:00"], None),
            (&["10:00", "x", "10:02"], None),
            (&[], None),
        ] {
            assert_eq!(order(times), known, "{times:?}");
        }
    }
}
