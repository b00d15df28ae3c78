//! Numbers of few digits.

/// A number of few digits and a small power of ten, as most are: both are exact as floats, so that what one operation makes of them
/// is the nearest float (Clinger, "How to read floating point numbers accurately", 1990). `None` for any other number, and for
/// what is none.
#[inline]
pub(super) fn short_number(text: &[u8]) -> Option<f64> {
    let (mut digits, mut mantissa, mut fraction_from) = (0, 0_u64, None);
    let mut rest = text.iter();
    let mut exponent = 0;
    while let Some(&byte) = rest.next() {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                digits += 1;
            }
            b'.' if digits > 0 && fraction_from.is_none() => fraction_from = Some(digits),
            b'e' if digits > 0 => {
                exponent = match *rest.as_slice() {
                    [b'+', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                        i32::from(tens - b'0') * 10 + i32::from(ones - b'0')
                    }
                    [b'-', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                        -i32::from(tens - b'0') * 10 - i32::from(ones - b'0')
                    }
                    _ => return None,
                };
                break;
            }
            _ => return None,
        }
    }
    let fraction = digits - fraction_from.unwrap_or(digits);
    if digits == 0 || digits > EXACT_DIGITS || fraction_from.is_some_and(|from| from == digits) {
        return None;
    }
    let exponent = exponent - fraction as i32;
    let power = *EXACT_POWERS.get(exponent.unsigned_abs() as usize)?;
    let mantissa = mantissa as f64;
    Some(if exponent < 0 { mantissa / power } else { mantissa * power })
}

/// Numbers of so many digits are below 2^53.
const EXACT_DIGITS: usize = 15;
/// The powers of ten that a float holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_the_nearest_floats() {
        let mut random = fastrand::Rng::with_seed(4);
        let mut short = 0;
        for _ in 0..200_000 {
            let length = random.usize(..20);
            let text: String =
                (0..length).map(|_| b"0123456789012345678901234567.e+-"[random.usize(..32)] as char).collect();
            let value = f64::from_bits(random.u64(..));
            let rounded = random.u64(..1_000_000_000) as f64 / 10_f64.powi(random.i32(..12));
            for text in
                [text, format!("{value}"), format!("{rounded}"), format!("{rounded:e}"), format!("{:e}", value as f32)]
            {
                let go = text.split_once('e').map_or(text.clone(), |(mantissa, exponent)| {
                    let number: i32 = exponent.parse().unwrap_or(0);
                    format!("{mantissa}e{}{:02}", if number < 0 { '-' } else { '+' }, number.abs())
                });
                for text in [text, go] {
                    if let Some(number) = short_number(text.as_bytes()) {
                        assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(number.to_bits()), "{text}");
                        short += 1;
                    }
                }
            }
        }
        assert!(short > 200_000, "{short}");
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "e+05",
            "1e5",
            "1e+5",
            "1e+055",
            "1.2.3",
            "1e+05e+05",
            "1234567890123456",
            "1e+23",
            "-1",
            "NaN",
        ] {
            assert_eq!(short_number(text.as_bytes()), None, "{text}");
        }
    }
}
