//! A number of bytes as people read it.

/// A number, with a unit of bytes perhaps: `4194304`, `4 MiB`, `4MiB`. `None` where it is none.
pub(crate) fn amount(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (number, unit) = text.split_at(text.find(|letter: char| letter.is_ascii_alphabetic())?);
    let factor = UNITS.iter().find(|(name, _)| *name == unit.trim())?.1;
    Some(number.trim_end().parse::<f64>().ok()? * factor)
}

/// As Grafana's units "bytes (IEC)" and "bytes (SI)" write them.
const UNITS: [(&str, f64); 9] = [
    ("B", 1.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units_or_none() {
        for (text, number) in [("7", 7.0), ("1e3", 1000.0), ("4 MiB", 4_194_304.0), ("1.5kB", 1500.0), (" 2 B ", 2.0)] {
            assert_eq!(amount(text), Some(number), "{text}");
        }
        for text in ["", "MiB", "4 apples", "x 4 MiB", "4 MiB more"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }
}
