//! Tables as text, CSV, JSON, Parquet or Arrow IPC.

use std::io::Write;

use comfy_table::{CellAlignment, TableStyle};
use gomem_table::{Cell, Column, Kind, Table, Unit};
use serde_json::Value;

#[cfg(feature = "columnar")]
use crate::columnar;
use crate::{arguments::Format, failure::Failure};

pub(crate) fn render(table: &Table, format: Format, out: &mut dyn Write) -> Result<(), Failure> {
    match format {
        Format::Text => text(table, out),
        Format::Csv => csv(table, out),
        Format::Json => json(table, out),
        #[cfg(feature = "columnar")]
        Format::Parquet => Ok(out.write_all(&columnar::parquet(table)?)?),
        #[cfg(feature = "columnar")]
        Format::Arrow => Ok(out.write_all(&columnar::arrow(table)?)?),
    }
}

/// Aligned columns; numbers with units, as a person reads them.
fn text(table: &Table, out: &mut dyn Write) -> Result<(), Failure> {
    let mut aligned = comfy_table::Table::new();
    aligned.load_style(TableStyle::new()).set_header(table.columns().iter().map(Column::name));
    for row in 0..table.rows() {
        aligned.add_row(table.columns().iter().map(|column| human(column.cell(row), column.unit())));
    }
    for (column, shown) in table.columns().iter().zip(aligned.column_iter_mut()) {
        if matches!(column.kind(), Kind::Int64 | Kind::UInt64 | Kind::Float64) {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "{}", aligned.trim_fmt())?;
    Ok(())
}

fn csv(table: &Table, out: &mut dyn Write) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(out);
    // A pipe that closed is told by its kind, which the conversion of the error would hide.
    let failed = |problem: csv::Error| match problem.into_kind() {
        csv::ErrorKind::Io(problem) => Failure::Output(problem),
        other => Failure::Output(std::io::Error::other(format!("{other:?}"))),
    };
    writer.write_record(table.columns().iter().map(Column::name)).map_err(failed)?;
    for row in 0..table.rows() {
        let record = table.columns().iter().map(|column| match value(column.cell(row)) {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        });
        writer.write_record(record).map_err(failed)?;
    }
    writer.flush()?;
    Ok(())
}

/// One object a line.
fn json(table: &Table, out: &mut dyn Write) -> Result<(), Failure> {
    for row in 0..table.rows() {
        let object: serde_json::Map<String, Value> =
            table.columns().iter().map(|column| (column.name().to_owned(), value(column.cell(row)))).collect();
        writeln!(out, "{}", Value::Object(object))?;
    }
    Ok(())
}

fn human(cell: Cell<'_>, unit: Unit) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Int64(number) if unit == Unit::None => number.to_string(),
        Cell::UInt64(number) if unit == Unit::None => format!("{number:#x}"),
        Cell::Int64(number) => unit.humanize(number as f64),
        Cell::Float64(number) => unit.humanize(number),
        Cell::Text(text) => text.to_owned(),
        other => match value(other) {
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Bool(flag) => flag.into(),
        Cell::Int64(number) | Cell::Timestamp(number) => number.into(),
        Cell::UInt64(number) => number.into(),
        Cell::Float64(number) => number.into(),
        Cell::Text(text) => text.into(),
        Cell::List(list) => list.iter().map(value).collect(),
        Cell::Struct(record) => record.iter().map(|(name, cell)| (name.to_owned(), value(cell))).collect(),
        _ => Value::Null,
    }
}
