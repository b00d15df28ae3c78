//! Amounts of bytes as tools and people write them, and what each means by its units.

/// What whoever wrote an amount means by `kB`, `MB` and `GB`.
///
/// ```
/// use gomem_table::ByteUnits;
///
/// assert_eq!(ByteUnits::Standard.parse("1.5 MB"), Some(1.5e6));
/// assert_eq!(ByteUnits::Binary.parse("1.5MB"), Some(1_572_864.0));
/// assert_eq!(ByteUnits::Standard.parse("345Mi"), ByteUnits::Binary.parse("345M"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteUnits {
    /// Powers of 1000, but those with an `i`: Docker (`docker/go-units`), Kubernetes (`resource.Quantity`), Grafana, CockroachDB.
    Standard,
    /// Powers of 1024, whatever they are called and however they are spelled: pprof (`internal/measurement` of
    /// github.com/google/pprof), Go's traces, the kernel, `ps`, `top`, and what people's programs print.
    Binary,
}

impl ByteUnits {
    /// The bytes of one unit (`kB`, `Mi`, `GiB`, `bytes`); `None` for what is no unit of bytes.
    #[must_use]
    pub fn scale(self, unit: &str) -> Option<f64> {
        if matches!(unit, "B" | "byte" | "bytes" | "Bytes") {
            return Some(1.0);
        }
        let prefix = unit.chars().next()?;
        let (rest, letter) = match self {
            // `m` is a thousandth in Kubernetes.
            Self::Standard => (unit.get(1..)?.to_owned(), prefix),
            Self::Binary => (unit.get(1..)?.to_ascii_lowercase(), prefix.to_ascii_uppercase()),
        };
        let power = match letter {
            'k' | 'K' => 1,
            _ => 2 + i32::try_from("MGTP".find(letter)?).ok()?,
        };
        match (self, rest.as_str()) {
            (Self::Standard, "" | "B") => Some(1000_f64.powi(power)),
            (Self::Standard, "i" | "iB") | (Self::Binary, "" | "b" | "i" | "ib") => Some(1024_f64.powi(power)),
            _ => None,
        }
    }

    /// The bytes of a number with its unit: `1.5 MiB`, `345Mi`, `12 B`. A number alone is none.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<f64> {
        let text = text.trim();
        let (number, unit) = text.split_at(text.find(|letter: char| letter.is_ascii_alphabetic())?);
        let number: f64 = number.trim_end().parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number * self.scale(unit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_mean_what_their_printer_means() {
        for (text, standard, binary) in [
            ("7 B", Some(7.0), Some(7.0)),
            ("2k", Some(2e3), Some(2048.0)),
            ("2kB", Some(2e3), Some(2048.0)),
            ("2KB", Some(2e3), Some(2048.0)),
            ("2Ki", Some(2048.0), Some(2048.0)),
            ("2 KiB", Some(2048.0), Some(2048.0)),
            ("2MB", Some(2e6), Some(2_097_152.0)),
            ("2Gi", Some(2_147_483_648.0), Some(2_147_483_648.0)),
            ("1T", Some(1e12), Some(1_099_511_627_776.0)),
            ("355m", None, Some(372_244_480.0)),
            ("8.5g", None, Some(9_126_805_504.0)),
            ("50Mb", None, Some(52_428_800.0)),
            ("12", None, None),
            ("12ms", None, None),
            ("12 apples", None, None),
            ("-1MB", None, None),
            ("MB", None, None),
            ("1é", None, None),
            ("", None, None),
        ] {
            assert_eq!((ByteUnits::Standard.parse(text), ByteUnits::Binary.parse(text)), (standard, binary), "{text}");
        }
    }
}
