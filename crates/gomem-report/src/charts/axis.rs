//! An axis with round numbers on it.

use std::ops::Range;

use gomem_table::Unit;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use crate::words::date_and_time;

/// From where to where an axis goes, and in what unit. Its ticks are round numbers of the unit: bytes in powers of two, times
/// as clocks count them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    unit: Unit,
    scale: Scale,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    Linear,
    Logarithmic,
    /// Seconds from a moment on, in milliseconds since the Unix epoch.
    Clock(i64),
}

impl Axis {
    /// From 0 to the tick above `highest`.
    pub(crate) fn from_zero(highest: f64, unit: Unit) -> Self {
        let step = step(highest / TICKS, unit);
        Self { low: 0.0, high: (highest / step).ceil().max(1.0) * step, unit, scale: Scale::Linear }
    }

    /// From 0 to `high`, which need not be round.
    pub(crate) fn up_to(high: f64, unit: Unit) -> Self {
        Self { low: 0.0, high, unit, scale: Scale::Linear }
    }

    /// So many seconds from a moment on: its ticks are round times of the day, where the moment is known and they are not too
    /// close for that.
    pub(crate) fn of_time(begin_ms: i64, seconds: f64) -> Self {
        let is_clock = date_and_time(begin_ms).is_some() && seconds >= SHORTEST_CLOCK;
        let scale = if is_clock { Scale::Clock(begin_ms) } else { Scale::Linear };
        Self { scale, ..Self::up_to(seconds, Unit::Seconds) }
    }

    /// Of equal factors; `low` is above 0.
    pub(crate) fn logarithmic(low: f64, high: f64, unit: Unit) -> Self {
        Self { low, high, unit, scale: Scale::Logarithmic }
    }

    /// What stands at a tick.
    pub(crate) fn label(&self, tick: f64) -> String {
        match (self.unit, self.scale) {
            (_, Scale::Clock(begin_ms)) => self.time(begin_ms.saturating_add((tick * 1e3).round() as i64)),
            // All ticks in one unit, so that they are round in it.
            (Unit::Bytes, Scale::Linear) if tick > 0.0 => {
                let base = largest_base(self.high);
                let unit = Unit::Bytes.humanize(base);
                let name = unit.split_once(' ').map_or("", |(_, name)| name);
                format!("{} {name}", trimmed(&format!("{:.3}", tick / base)))
            }
            _ => match self.unit.humanize(tick).split_once(' ') {
                Some((number, name)) => format!("{} {name}", trimmed(number)),
                None => trimmed(&self.unit.humanize(tick)).to_owned(),
            },
        }
    }

    /// As much of a moment as tells the ticks apart.
    fn time(&self, ms: i64) -> String {
        let Some((date, time)) = date_and_time(ms) else { return String::new() };
        let (step, day) = (self.step(), &date[5..]);
        if step >= DAY {
            day.to_owned()
        } else if self.high > DAY {
            format!("{day} {}", &time[..5])
        } else if step >= MINUTE {
            time[..5].to_owned()
        } else {
            time
        }
    }

    pub(crate) fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Clock(begin_ms) => {
                // From midnight on.
                let begin = begin_ms.rem_euclid(DAY as i64 * 1000) as f64 / 1e3;
                let shifted = Self { low: begin, high: begin + self.high, scale: Scale::Linear, unit: self.unit };
                shifted.steps(self.step()).into_iter().map(|tick| tick - begin).collect()
            }
            Scale::Linear => self.steps(self.step()),
            Scale::Logarithmic => {
                let octaves = self.octaves();
                // Within an octave or two, powers of two are too few.
                if octaves.len() < 3 { self.steps(self.step()) } else { octaves }
            }
        }
    }

    /// From one tick to the next.
    fn step(&self) -> f64 {
        step((self.high - self.low) / TICKS, self.unit)
    }

    fn steps(&self, step: f64) -> Vec<f64> {
        let (first, last) = ((self.low / step).ceil() as i64, (self.high / step * (1.0 + 1e-9)).floor() as i64);
        (first..=last).map(|tick| tick as f64 * step).collect()
    }

    /// Powers of two, or of four and more where these are many.
    fn octaves(&self) -> Vec<f64> {
        let (first, last) = (self.low.log2().ceil() as i32, self.high.log2().floor() as i32);
        let every = ((last - first) / (TICKS as i32 * 2) + 1).max(1);
        (first..=last).filter(|power| power % every == 0).map(|power| 2.0_f64.powi(power)).collect()
    }

    fn share(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Clock(_) => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => (value / self.low).ln() / (self.high / self.low).ln(),
        }
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = self.share(*value).clamp(0.0, 1.0);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Lines between the labelled ones would say nothing.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks() }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

/// The round number next above: 1, 2 or 5 times a power of ten of the unit that the axis is written in; beyond ten seconds,
/// what clocks have.
fn step(rough: f64, unit: Unit) -> f64 {
    match unit {
        Unit::Bytes => {
            let base = largest_base(rough * TICKS);
            decimal(rough / base) * base
        }
        Unit::Seconds if rough > 10.0 => {
            CLOCK.into_iter().find(|&step| step >= rough).unwrap_or_else(|| decimal(rough / DAY) * DAY)
        }
        Unit::Count => decimal(rough).max(1.0),
        _ => decimal(rough),
    }
}

/// The largest power of 1024 within `value`.
fn largest_base(value: f64) -> f64 {
    let mut base = 1.0;
    while value / base >= 1024.0 {
        base *= 1024.0;
    }
    base
}

fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

fn decimal(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.max(f64::MIN_POSITIVE).log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough).unwrap_or(10.0);
    factor * power
}

const CLOCK: [f64; 12] = [
    0.5 * MINUTE,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
];
const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Seconds: the steps of a shorter axis have parts of one.
const SHORTEST_CLOCK: f64 = 10.0;
/// About so many ticks an axis.
const TICKS: f64 = 5.0;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    fn labels(axis: Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn times_are_those_of_a_clock() {
        // 22:13:20 on 14 November.
        let from = |seconds| labels(Axis::of_time(1_700_000_000_000, seconds)).join(", ");
        assert_eq!(from(45.0), "22:13:20, 22:13:30, 22:13:40, 22:13:50, 22:14:00");
        assert_eq!(from(180.0), "22:14, 22:15, 22:16");
        assert_eq!(from(9000.0), "22:30, 23:00, 23:30, 00:00, 00:30");
        assert_eq!(from(200_000.0), "11-15 00:00, 11-15 12:00, 11-16 00:00, 11-16 12:00, 11-17 00:00");
        assert_eq!(from(900_000.0), "11-19, 11-24");
        assert_eq!(from(5.0), "0 s, 1 s, 2 s, 3 s, 4 s, 5 s");
        assert_eq!(labels(Axis::of_time(0, 180.0)).join(", "), "0 s, 60 s, 2 min, 3 min");
    }

    #[test]
    fn ticks_are_round() {
        for (axis, expected) in [
            (Axis::from_zero(87.3 * MIB, Unit::Bytes), "0 B, 20 MiB, 40 MiB, 60 MiB, 80 MiB, 100 MiB"),
            (Axis::from_zero(5000.0, Unit::Bytes), "0 B, 1 KiB, 2 KiB, 3 KiB, 4 KiB, 5 KiB"),
            (Axis::from_zero(0.843, Unit::Fraction), "0 %, 20 %, 40 %, 60 %, 80 %, 100 %"),
            (Axis::from_zero(0.02, Unit::Fraction), "0 %, 0.5 %, 1 %, 1.5 %, 2 %"),
            (Axis::from_zero(3.0, Unit::Count), "0, 1, 2, 3"),
            (Axis::up_to(37.2, Unit::Seconds), "0 s, 10 s, 20 s, 30 s"),
            (Axis::up_to(290.0, Unit::Seconds), "0 s, 60 s, 2 min, 3 min, 4 min"),
            (Axis::up_to(400.0, Unit::Seconds), "0 s, 2 min, 4 min, 6 min"),
            (Axis::up_to(90_000.0, Unit::Seconds), "0 s, 6 h, 12 h, 18 h, 24 h"),
            (Axis::from_zero(1200.0 * MIB, Unit::Bytes), "0 B, 0.5 GiB, 1 GiB, 1.5 GiB"),
            (Axis::from_zero(1000.0 * MIB, Unit::Bytes), "0 B, 200 MiB, 400 MiB, 600 MiB, 800 MiB, 1000 MiB"),
            (Axis::logarithmic(10.0 * MIB, 130.0 * MIB, Unit::Bytes), "16 MiB, 32 MiB, 64 MiB, 128 MiB"),
            (Axis::logarithmic(55.0 * MIB, 84.0 * MIB, Unit::Bytes), "60 MiB, 70 MiB, 80 MiB"),
        ] {
            assert_eq!(labels(axis).join(", "), expected);
        }
    }

    #[test]
    fn there_are_never_many_ticks() {
        for exponent in -20..60 {
            let high = 1.7_f64 * 3.1_f64.powi(exponent);
            for unit in [Unit::Bytes, Unit::Seconds, Unit::Fraction, Unit::Count] {
                let count = Axis::from_zero(high, unit).ticks().len().max(Axis::up_to(high, unit).ticks().len());
                assert!((1..=8).contains(&count), "{high} {unit:?}: {count}");
            }
        }
    }
}
