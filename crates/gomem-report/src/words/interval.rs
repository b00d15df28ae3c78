//! A number with its interval.

use gomem_gogc::Interval;

/// `94.7 MiB (67.5–132.7)`: a unit that all three have stands once.
pub(crate) fn interval(found: Interval, unit: impl Fn(f64) -> String) -> String {
    let [value, low, high] = [found.value, found.low, found.high].map(unit);
    let name = value.rsplit_once(' ').map_or("", |(_, name)| name);
    let number = |text: &str| text.strip_suffix(name).map(|number| number.trim_end().to_owned());
    let (low, high) = number(&low).zip(number(&high)).unwrap_or((low, high));
    format!("{value} ({low}–{high})")
}

#[cfg(test)]
mod tests {
    use gomem_table::{MIB, Unit, percent};

    use super::*;

    #[test]
    fn one_unit_stands_once() {
        let of = |value, low, high| Interval { value, low, high };
        let bytes = |bytes| Unit::Bytes.humanize(bytes);
        assert_eq!(interval(of(94.7 * MIB, 67.5 * MIB, 132.7 * MIB), bytes), "94.7 MiB (67.5–132.7)");
        assert_eq!(interval(of(900.0 * MIB, 700.0 * MIB, 1536.0 * MIB), bytes), "900.0 MiB (700.0 MiB–1.5 GiB)");
        assert_eq!(interval(of(0.0001, 0.0, 0.0008), |share| percent(share, 2)), "0.01 % (0.00–0.08)");
        assert_eq!(interval(of(7.0, 4.0, 10.0), |count| format!("{count:.0}")), "7 (4–10)");
    }
}
