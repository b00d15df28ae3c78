//! Tables in every form.

use std::io::Write;

use gomem_symbol::{Outlet, name_for};
use gomem_table::{Cell, Column, SCHEMA_VERSION, Table, VERSION_COLUMN, rfc3339};

#[cfg(feature = "columnar")]
use crate::show::columnar;
use crate::{
    failure::Failure,
    show::{format::Format, markdown, output::Output, text_table},
};

/// Prints a table.
pub(crate) fn render(table: &Table, format: Format, out: &mut Output<'_>) -> Result<(), Failure> {
    match format {
        Format::Text => text_table::write(table, out),
        Format::Csv => csv(table, out),
        Format::Json => json(table, out),
        Format::Ndjson => ndjson(table, out),
        Format::Markdown => Ok(markdown::table(table).write(out)?),
        #[cfg(feature = "columnar")]
        Format::Parquet => out.write_binary(&columnar::parquet(table)?),
        #[cfg(feature = "columnar")]
        Format::Arrow => out.write_binary(&columnar::arrow(table)?),
    }
}

/// The same; for people only these columns.
pub(crate) fn render_short(
    table: &Table,
    columns: &[&str],
    format: Format,
    out: &mut Output<'_>,
) -> Result<(), Failure> {
    if format.is_for_people() { render(&table.select(columns), format, out) } else { render(table, format, out) }
}

/// The columns, and last the version of the schema: a line above them would be a row to most readers.
fn csv(table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(out);
    // A pipe that closed is told by its kind, which the conversion of the error would hide.
    let failed = |problem: csv::Error| match problem.into_kind() {
        csv::ErrorKind::Io(problem) => Failure::Output(problem),
        other => Failure::Output(std::io::Error::other(format!("{other:?}"))),
    };
    writer.write_record(table.columns().iter().map(Column::name).chain([VERSION_COLUMN])).map_err(failed)?;
    let version = SCHEMA_VERSION.to_string();
    for row in 0..table.rows() {
        let record = table.columns().iter().map(|column| match column.cell(row) {
            // JSON has no word for these.
            Cell::Float64(number) if !number.is_finite() => number.to_string(),
            Cell::Null => String::new(),
            Cell::Text(text) => name_for(Outlet::Cell, text).into_owned(),
            Cell::Timestamp(milliseconds) => rfc3339(milliseconds),
            cell => cell.to_json(),
        });
        writer.write_record(record.chain([version.clone()])).map_err(failed)?;
    }
    writer.flush()?;
    Ok(())
}

/// One document: the rows as objects, their fields in the order of the columns, below what they are.
fn json(table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
    for piece in table.json_document() {
        out.write_all(piece.as_bytes())?;
    }
    Ok(())
}

/// One object a line.
fn ndjson(table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
    for row in table.json_lines() {
        writeln!(out, "{row}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_those_of_other_writers() {
        let mut number = 5e-324;
        while number < 1e308 {
            for number in [number, -number * 1.234_567] {
                let (json, other) = (Cell::Float64(number).to_json(), serde_json::json!(number).to_string());
                // Of two shortest texts that are equally near, either will do.
                let is_tie = json.len() == other.len() && json.parse() == Ok(number);
                assert!(json == other || is_tie, "{json}, not {other}");
            }
            number *= 3.7;
        }
        for text in ["", "a\"b\\c\u{0}\u{1f}\u{7f}\u{2028}é😀\n\r\t\u{8}\u{c}"] {
            assert_eq!(Cell::Text(text).to_json(), serde_json::json!(text).to_string());
        }
    }
}
