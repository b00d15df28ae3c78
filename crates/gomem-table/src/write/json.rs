//! Cells and rows as JSON.

use std::fmt::{self, Write};

use crate::{cell::Cell, table::Table, write::calendar::date};

impl Cell<'_> {
    /// The cell as JSON: times as RFC 3339 has them, what JSON has no word for as `null`.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut json = String::new();
        // Text takes whatever is written to it.
        let _ = self.write_json(&mut json);
        json
    }

    fn write_json(self, out: &mut String) -> fmt::Result {
        match self {
            Self::Bool(flag) => write!(out, "{flag}"),
            Self::Int64(number) => write!(out, "{number}"),
            Self::UInt64(number) => write!(out, "{number}"),
            Self::Float64(number) if number.is_finite() => write_float(number, out),
            Self::Null | Self::Float64(_) => out.write_str("null"),
            Self::Timestamp(milliseconds) => write_text(&rfc3339(milliseconds), out),
            Self::Text(text) => write_text(text, out),
            Self::List(list) => {
                out.write_char('[')?;
                for (index, cell) in list.iter().enumerate() {
                    out.write_str(if index == 0 { "" } else { "," })?;
                    cell.write_json(out)?;
                }
                out.write_char(']')
            }
            // A record within a row has no columns above it that would tell its order: names do.
            Self::Struct(record) => {
                let mut fields: Vec<(&str, Cell<'_>)> = record.iter().collect();
                fields.sort_by_key(|field| field.0);
                write_record(fields.into_iter(), out)
            }
        }
    }
}

impl Table {
    /// The rows as JSON, each an object with its fields in the order of the columns.
    ///
    /// ```
    /// use gomem_table::{Column, Table, Unit};
    ///
    /// let table = Table::new("top", vec![Column::int64("flat", Unit::Bytes, vec![512])])?;
    /// assert_eq!(table.json_rows().collect::<Vec<_>>(), [r#"{"flat":512}"#]);
    /// # Ok::<(), gomem_table::TableError>(())
    /// ```
    pub fn json_rows(&self) -> impl ExactSizeIterator<Item = String> {
        (0..self.rows()).map(|row| {
            let mut json = String::new();
            let _ = write_record(self.columns().iter().map(|column| (column.name(), column.cell(row))), &mut json);
            json
        })
    }
}

impl Table {
    /// One document, in pieces: the rows as objects, below what they are and the version of their schema.
    ///
    /// ```
    /// use gomem_table::{Column, Table, Unit};
    ///
    /// let table = Table::new("top", vec![Column::int64("flat", Unit::Bytes, vec![512])])?;
    /// let document: String = table.json_document().collect();
    /// assert_eq!(document, "{\"schema_version\":1,\"table\":\"top\",\"rows\":[\n{\"flat\":512}\n]}\n");
    /// # Ok::<(), gomem_table::TableError>(())
    /// ```
    pub fn json_document(&self) -> impl Iterator<Item = String> {
        let name = Cell::Text(self.name()).to_json();
        let head = format!("{{\"schema_version\":{SCHEMA_VERSION},\"table\":{name},\"rows\":[");
        let rows =
            self.json_rows().enumerate().map(|(index, row)| format!("{}\n{row}", if index == 0 { "" } else { "," }));
        std::iter::once(head).chain(rows).chain(std::iter::once("\n]}\n".to_owned()))
    }

    /// One object a row, for files of such lines. They have no head, and lines are split and joined: so each has the version of
    /// the schema, as its last field.
    ///
    /// ```
    /// use gomem_table::{Column, Table, Unit};
    ///
    /// let table = Table::new("top", vec![Column::int64("flat", Unit::Bytes, vec![512])])?;
    /// assert_eq!(table.json_lines().collect::<Vec<_>>(), [r#"{"flat":512,"schema_version":1}"#]);
    /// # Ok::<(), gomem_table::TableError>(())
    /// ```
    pub fn json_lines(&self) -> impl ExactSizeIterator<Item = String> {
        let comma = if self.columns().is_empty() { "" } else { "," };
        self.json_rows().map(move |mut row| {
            row.pop();
            let _ = write!(row, "{comma}\"{VERSION_COLUMN}\":{SCHEMA_VERSION}}}");
            row
        })
    }
}

/// What the version is called where every row has it.
pub const VERSION_COLUMN: &str = "schema_version";

/// The version of all tables: another one renames columns, or changes what they mean. New columns leave it as it is.
pub const SCHEMA_VERSION: u32 = 1;

/// A point in time as RFC 3339 has it, in UTC; what is before 1970, or beyond the years that have four digits, as
/// milliseconds.
///
/// ```
/// assert_eq!(gomem_table::rfc3339(0), "1970-01-01T00:00:00.000Z");
/// ```
#[must_use]
pub fn rfc3339(milliseconds: i64) -> String {
    if !(0..=LATEST_MS).contains(&milliseconds) {
        return milliseconds.to_string();
    }
    let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z")
}

fn write_record<'a>(fields: impl Iterator<Item = (&'a str, Cell<'a>)>, out: &mut String) -> fmt::Result {
    out.write_char('{')?;
    for (index, (name, cell)) in fields.enumerate() {
        out.write_str(if index == 0 { "" } else { "," })?;
        write_text(name, out)?;
        out.write_char(':')?;
        cell.write_json(out)?;
    }
    out.write_char('}')
}

/// In the fewest digits that are read back as the same number. A whole number keeps its point.
fn write_float(number: f64, out: &mut String) -> fmt::Result {
    // As other writers of JSON have it: powers of ten from 1e-5 down and from 1e16 up, with their sign.
    match number.abs() {
        1e-5..1e-4 => write!(out, "{number}"),
        1e16.. => out.write_str(&format!("{number:?}").replace('e', "e+")),
        _ => write!(out, "{number:?}"),
    }
}

fn write_text(text: &str, out: &mut String) -> fmt::Result {
    out.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\u{8}' => out.write_str("\\b")?,
            '\u{c}' => out.write_str("\\f")?,
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control))?,
            letter => out.write_char(letter)?,
        }
    }
    out.write_char('"')
}

/// 9999-12-31T23:59:59.999Z.
const LATEST_MS: i64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Unit, Values};

    #[test]
    fn times_are_told_as_everyone_reads_them() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(1_795_484_473_996), "2026-11-24T01:41:13.996Z");
        assert_eq!(rfc3339(LATEST_MS), "9999-12-31T23:59:59.999Z");
        assert_eq!((rfc3339(LATEST_MS + 1), rfc3339(-1)), ("253402300800000".to_owned(), "-1".to_owned()));
    }

    #[test]
    fn every_cell_has_its_json() {
        let record = vec![Column::float64("x", Unit::None, vec![0.5, -1e300])];
        let table = Table::new(
            "t",
            vec![
                Column::strings("text", ["a\"b\\\n\u{1}é"]),
                Column::float64("nan", Unit::None, vec![f64::NAN]),
                Column::timestamp("time", vec![0]),
                Column::optional_int64("none", Unit::None, [None]),
                Column::list("list", Unit::None, vec![0, 2], Values::Struct(record)),
            ],
        );
        let rows: Vec<String> = table.unwrap().json_rows().collect();
        let json = "{\"text\":\"a\\\"b\\\\\\n\\u0001é\",\"nan\":null,\"time\":\"1970-01-01T00:00:00.000Z\",\"none\":null,\
                    \"list\":[{\"x\":0.5},{\"x\":-1e+300}]}";
        assert_eq!(rows, [json]);
    }

    #[test]
    fn numbers_are_short_and_read_back() {
        let numbers = [(0.0, "0.0"), (1.5, "1.5"), (0.00005, "0.00005"), (9e-6, "9e-6"), (1e15, "1000000000000000.0")];
        for (number, json) in numbers {
            assert_eq!(Cell::Float64(number).to_json(), json);
        }
        assert_eq!(Cell::Float64(-1.5e16).to_json(), "-1.5e+16");
    }
}
