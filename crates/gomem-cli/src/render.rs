//! Tables as text, CSV, JSON, Parquet or Arrow IPC.

use std::{
    io::Write,
    time::{Duration, UNIX_EPOCH},
};

use gomem_table::{Cell, Column, Table};
use serde_json::Value;

#[cfg(feature = "columnar")]
use crate::columnar;
use crate::{arguments::Format, failure::Failure, output::Output, text_table};

pub(crate) fn render(table: &Table, format: Format, out: &mut Output<'_>) -> Result<(), Failure> {
    match format {
        Format::Text => text_table::write(table, out),
        Format::Csv => csv(table, out),
        Format::Json => json(table, out),
        #[cfg(feature = "columnar")]
        Format::Parquet => out.write_binary(&columnar::parquet(table)?),
        #[cfg(feature = "columnar")]
        Format::Arrow => out.write_binary(&columnar::arrow(table)?),
    }
}

fn csv(table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(out);
    // A pipe that closed is told by its kind, which the conversion of the error would hide.
    let failed = |problem: csv::Error| match problem.into_kind() {
        csv::ErrorKind::Io(problem) => Failure::Output(problem),
        other => Failure::Output(std::io::Error::other(format!("{other:?}"))),
    };
    writer.write_record(table.columns().iter().map(Column::name)).map_err(failed)?;
    for row in 0..table.rows() {
        let record = table.columns().iter().map(|column| match column.cell(row) {
            // JSON has no word for these.
            Cell::Float64(number) if !number.is_finite() => number.to_string(),
            cell => match value(cell) {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            },
        });
        writer.write_record(record).map_err(failed)?;
    }
    writer.flush()?;
    Ok(())
}

/// One object a line, its fields in the order of the columns.
fn json(table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
    let names: Vec<Value> = table.columns().iter().map(|column| column.name().into()).collect();
    for row in 0..table.rows() {
        let fields =
            names.iter().zip(table.columns()).map(|(name, column)| format!("{name}:{}", value(column.cell(row))));
        writeln!(out, "{{{}}}", fields.collect::<Vec<_>>().join(","))?;
    }
    Ok(())
}

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
