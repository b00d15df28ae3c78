//! The unit of a column's numbers.

use crate::named;

mod byte_units;

pub use byte_units::ByteUnits;

/// The unit of a column's numbers.
///
/// ```
/// use gomem_table::Unit;
///
/// assert_eq!(Unit::Bytes.humanize(1536.0), "1.5 KiB");
/// assert_eq!(Unit::from_pprof("nanoseconds"), Unit::Nanoseconds);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unit {
    /// No unit: identifiers, names, flags.
    #[default]
    None,
    /// A number of things.
    Count,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// Bytes per hour.
    BytesPerHour,
    /// Things per second.
    PerSecond,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Nanoseconds.
    Nanoseconds,
    /// Whole mebibytes, as `gctrace` prints them.
    Mebibytes,
    /// A share: 0.25 is a quarter.
    Fraction,
    /// A percentage: 25 is a quarter.
    Percent,
    /// How many times one is the other.
    Ratio,
}

// As frames and JSON write them; numbers without a unit have an empty one.
named!(Unit {
    None "",
    Count "count",
    Bytes "bytes",
    BytesPerSecond "bytes_per_second",
    BytesPerHour "bytes_per_hour",
    PerSecond "per_second",
    Seconds "seconds",
    Milliseconds "milliseconds",
    Nanoseconds "nanoseconds",
    Mebibytes "mebibytes",
    Fraction "fraction",
    Percent "percent",
    Ratio "ratio",
});

impl Unit {
    /// The name of a pprof unit (`bytes`, `count`, `nanoseconds`, …), [`Unit::None`] for one that is not known.
    #[must_use]
    pub fn from_pprof(name: &str) -> Self {
        match name {
            "bytes" | "byte" => Self::Bytes,
            "count" => Self::Count,
            "nanoseconds" | "nanosecond" | "ns" => Self::Nanoseconds,
            "milliseconds" | "millisecond" | "ms" => Self::Milliseconds,
            "seconds" | "second" | "s" => Self::Seconds,
            _ => Self::None,
        }
    }

    /// A short symbol to put after a number or into a heading; empty for numbers without a dimension.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::None | Self::Count | Self::Fraction | Self::Ratio => "",
            Self::Bytes => "B",
            Self::BytesPerSecond => "B/s",
            Self::BytesPerHour => "B/h",
            Self::PerSecond => "/s",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Nanoseconds => "ns",
            Self::Mebibytes => "MiB",
            Self::Percent => "%",
        }
    }

    /// A number in this unit, scaled for a person: `47.3 MiB`, `12.5 %`, `1.20 ms`.
    #[must_use]
    pub fn humanize(self, value: f64) -> String {
        match self {
            Self::Bytes => binary(value, ""),
            Self::BytesPerSecond => binary(value, "/s"),
            Self::BytesPerHour => binary(value, "/h"),
            Self::Mebibytes => binary(value * MIB, ""),
            Self::Fraction => percent(value, 1),
            // Settings such as GOGC are whole.
            Self::Percent if value.fract() == 0.0 => format!("{value:.0} %"),
            Self::Percent => format!("{value:.1} %"),
            Self::Seconds => seconds(value),
            Self::Milliseconds => seconds(value / 1e3),
            Self::Nanoseconds => seconds(value / 1e9),
            Self::PerSecond => format!("{}/s", plain(value)),
            Self::None | Self::Count | Self::Ratio => plain(value),
        }
    }
}

/// A share in percent, with so many digits behind the point, and without the sign of a zero. What is more than nothing and
/// rounds to it is `< 0.1 %`.
///
/// ```
/// use gomem_table::percent;
///
/// assert_eq!(percent(0.367, 1), "36.7 %");
/// assert_eq!(percent(0.000_01, 1), "< 0.1 %");
/// ```
#[must_use]
pub fn percent(fraction: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", fraction * 100.0);
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if is_zero && fraction > 0.0 {
        return format!("< {:.digits$} %", 0.1_f64.powi(i32::try_from(digits).unwrap_or(i32::MAX)));
    }
    format!("{} %", if is_zero { text.trim_start_matches('-') } else { &text })
}

/// The bytes of a mebibyte.
pub const MIB: f64 = 1_048_576.0;

fn binary(value: f64, suffix: &str) -> String {
    let mut scaled = value;
    let mut index = 0;
    while scaled.abs() >= 1024.0 && index + 1 < BINARY.len() {
        scaled /= 1024.0;
        index += 1;
    }
    if index == 0 && scaled.fract() == 0.0 {
        return format!("{scaled:.0} {}{suffix}", BINARY[0]);
    }
    format!("{scaled:.1} {}{suffix}", BINARY[index])
}

fn seconds(value: f64) -> String {
    match value.abs() {
        0.0 => "0 s".to_owned(),
        v if v < 1e-6 => format!("{:.0} ns", value * 1e9),
        v if v < 1e-3 => format!("{:.1} µs", value * 1e6),
        v if v < 1.0 => format!("{:.2} ms", value * 1e3),
        v if v < 120.0 => format!("{value:.2} s"),
        v if v < 7200.0 => format!("{:.1} min", value / 60.0),
        _ => format!("{:.1} h", value / 3600.0),
    }
}

fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

const BINARY: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn humanized_numbers_keep_three_figures() {
        assert_eq!(Unit::Bytes.humanize(0.0), "0 B");
        assert_eq!(Unit::Bytes.humanize(1536.0), "1.5 KiB");
        assert_eq!(Unit::Bytes.humanize(-1_048_576.0), "-1.0 MiB");
        assert_eq!(Unit::Fraction.humanize(0.473), "47.3 %");
        assert_eq!(Unit::Fraction.humanize(0.000_04), "< 0.1 %");
        assert_eq!(Unit::Percent.humanize(100.0), "100 %");
        assert_eq!(Unit::Nanoseconds.humanize(1_200_000.0), "1.20 ms");
        assert_eq!(Unit::Seconds.humanize(5400.0), "90.0 min");
        assert_eq!(Unit::Count.humanize(12.0), "12");
    }

    #[test]
    fn pprof_units_are_recognised() {
        assert_eq!(Unit::from_pprof("bytes"), Unit::Bytes);
        assert_eq!(Unit::from_pprof("nanoseconds"), Unit::Nanoseconds);
        assert_eq!(Unit::from_pprof("furlongs"), Unit::None);
    }

    #[test]
    fn a_zero_has_no_sign() {
        assert_eq!((percent(-0.0, 1), percent(-0.0004, 1)), ("0.0 %".to_owned(), "0.0 %".to_owned()));
        assert_eq!((percent(-0.05, 1), percent(0.1234, 2)), ("-5.0 %".to_owned(), "12.34 %".to_owned()));
    }
}
