//! A share in percent.

/// A share in percent, without the sign of a zero.
pub(crate) fn percent(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value * 100.0);
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    format!("{} %", if is_zero { text.trim_start_matches('-') } else { &text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_has_no_sign() {
        assert_eq!((percent(-0.0, 1), percent(-0.0004, 1)), ("0.0 %".to_owned(), "0.0 %".to_owned()));
        assert_eq!((percent(-0.05, 1), percent(0.1234, 2)), ("-5.0 %".to_owned(), "12.34 %".to_owned()));
    }
}
