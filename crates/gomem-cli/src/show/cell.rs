//! A cell of a table as JSON has it, and times as everyone reads them.

use std::time::{Duration, UNIX_EPOCH};

use gomem_table::Cell;
use serde_json::Value;

/// The cell as JSON has it; what JSON has no word for is null.
pub(crate) fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Bool(flag) => flag.into(),
        Cell::Int64(number) => number.into(),
        Cell::Timestamp(milliseconds) => rfc3339(milliseconds).into(),
        Cell::UInt64(number) => number.into(),
        Cell::Float64(number) => number.into(),
        Cell::Text(text) => text.into(),
        Cell::List(list) => list.iter().map(value).collect(),
        Cell::Struct(record) => record.iter().map(|(name, cell)| (name.to_owned(), value(cell))).collect(),
        _ => Value::Null,
    }
}

/// A point in time as RFC 3339 has it, in UTC; what is beyond the years that have four digits as milliseconds.
pub(crate) fn rfc3339(milliseconds: i64) -> String {
    match u64::try_from(milliseconds) {
        Ok(since) if since <= LATEST_MS => {
            humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(since)).to_string()
        }
        _ => milliseconds.to_string(),
    }
}

/// 9999-12-31T23:59:59.999Z.
const LATEST_MS: u64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_everyone_reads_them() {
        assert_eq!(rfc3339(1_795_484_473_996), "2026-11-24T01:41:13.996Z");
        assert_eq!(rfc3339(LATEST_MS as i64), "9999-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(LATEST_MS as i64 + 1), "253402300800000");
        assert_eq!(rfc3339(-1), "-1");
    }
}
