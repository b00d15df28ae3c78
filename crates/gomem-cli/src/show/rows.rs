//! The first rows of a table, below what they are rows of.

use std::io::Write;

use gomem_pprof::{Profile, SampleType};
use gomem_table::{Table, Unit};

use crate::{
    failure::Failure,
    show::{
        output::Output,
        render::{Format, render},
    },
};

/// The first rows; as text, below what they are rows of.
pub(crate) fn first_rows(
    table: &Table,
    rows: usize,
    format: Format,
    of: &str,
    out: &mut Output<'_>,
) -> Result<(), Failure> {
    let rows = if rows == 0 { table.rows() } else { rows.min(table.rows()) };
    if format == Format::Text {
        write!(out, "{of}")?;
        if rows < table.rows() {
            write!(out, "; the first {rows} of {} rows, -n 0 shows all", table.rows())?;
        }
        writeln!(out)?;
    }
    render(&table.head(rows), format, out)
}

/// What is summed, and what all of it comes to.
pub(crate) fn whole(profile: &Profile, index: usize) -> String {
    let name = profile.sample_types().get(index).map_or("", SampleType::name);
    format!("{name}: {} in total", total(profile, index))
}

pub(crate) fn total(profile: &Profile, index: usize) -> String {
    let total = profile.total(index);
    match profile.sample_types().get(index).map_or(Unit::None, |kind| Unit::from_pprof(kind.unit())) {
        Unit::None => total.to_string(),
        unit => unit.humanize(total as f64),
    }
}

/// The first rows; of 0, all.
pub(crate) fn head(table: Table, rows: usize) -> Table {
    if rows == 0 { table } else { table.head(rows) }
}
