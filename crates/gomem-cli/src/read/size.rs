//! Sizes, as `GOMEMLIMIT` has them.

use std::str::FromStr;

/// Bytes, as `GOMEMLIMIT` writes them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = String;

    /// `parseByteCount` of `runtime/string.go`: a whole number of B, KiB, MiB, GiB or TiB; bytes without a unit.
    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("B", 0)];
        let unit = units.into_iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
        let (number, shift) = unit.unwrap_or((text, 0));
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
        bytes.map(Self).ok_or_else(|| format!("{text:?} is no size such as 512MiB or 2GiB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_go_reads_them() {
        let bytes = |text: &str| Size::from_str(text).map(|size| size.0);
        assert_eq!(bytes("2GiB"), Ok(2 << 30));
        assert_eq!(bytes("512"), Ok(512));
        assert_eq!(bytes("7B"), Ok(7));
        assert!(bytes("2GB").is_err(), "Go has no decimal units");
        assert!(bytes("99999999TiB").is_err());
    }
}
