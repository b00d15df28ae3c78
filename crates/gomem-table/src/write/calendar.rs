//! Days of the Gregorian calendar. Years begin in March here, so that the day of a leap year comes last.

/// How many days after the first of January 1970 a date is.
///
/// ```
/// assert_eq!(gomem_table::days_since_epoch(1970, 1, 2), 1);
/// ```
#[must_use]
pub fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - TO_EPOCH
}

/// The date that is so many days after the first of January 1970.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + TO_EPOCH;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from the first of March of the year 0 to the first of January 1970.
const TO_EPOCH: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_and_days_are_dates() {
        for days in (0..200_000).chain([2_932_896]) {
            let (year, month, day) = date(days);
            assert_eq!(days_since_epoch(year, month, day), days, "{year}-{month}-{day}");
        }
        assert_eq!((date(19_782), days_since_epoch(2024, 2, 29)), ((2024, 2, 29), 19_782));
        assert_eq!(days_since_epoch(1, 1, 1), -719_162);
    }
}
